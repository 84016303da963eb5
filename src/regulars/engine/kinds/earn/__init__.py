"""Kinds of earning: how much a fact gives."""
