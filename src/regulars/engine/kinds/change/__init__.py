"""Kinds of modifiers: what changes how much is earned."""
