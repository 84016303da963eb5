"""Today: what changed, and who needs somebody."""
