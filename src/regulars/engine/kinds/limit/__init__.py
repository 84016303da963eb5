"""Kinds of limits: how much at most."""
