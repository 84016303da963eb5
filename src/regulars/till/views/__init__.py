"""One file for each thing that a cashier does."""
