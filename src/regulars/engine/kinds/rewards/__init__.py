"""Kinds of rewards: what value can be turned into, or what is given by itself."""
