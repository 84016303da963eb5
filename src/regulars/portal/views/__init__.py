"""The pages. Each function reads what was sent, makes one call, and renders."""
