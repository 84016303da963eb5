"""Rewards: what can be had, with picture, stock and worth."""
