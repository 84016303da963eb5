"""Codes and parameters to plain sentences, in each language; dates, numbers and money as the reader writes them."""
