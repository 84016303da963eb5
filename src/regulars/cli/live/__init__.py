"""Cases run once more where real orders go: over a database of their own."""
