"""The API for machines: JSON in and out, one place for each thing that can be asked."""
