"""Regulars turns buyers into regulars, and regulars into advocates."""

from importlib.metadata import version

__version__ = version("regulars")
