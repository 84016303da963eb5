"""Kinds of metrics: numbers that ladders, limits and readers count by."""
