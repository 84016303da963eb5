"""Vouchers: found, traced, handed out, taken back."""
