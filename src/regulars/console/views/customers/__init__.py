"""Customers: the list, one person, who is the same person as whom."""
