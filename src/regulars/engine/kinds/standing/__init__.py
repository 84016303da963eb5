"""Kinds of ladders: how standing among the tiers is found."""
