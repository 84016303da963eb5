"""What a cashier sees: find the member, book the sale, use what they hold, take it back."""
