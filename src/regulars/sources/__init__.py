"""Places that facts come from, one folder each."""
