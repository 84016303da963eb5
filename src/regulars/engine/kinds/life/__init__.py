"""Kinds of life: until when a lot is usable."""
