"""Codes and parameters to plain sentences, in each language.

Also dates, numbers and money as the reader writes them.
"""
