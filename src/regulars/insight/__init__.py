"""What it means: measures over tables of orders. Pure, no Django."""
