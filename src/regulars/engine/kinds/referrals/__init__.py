"""Kinds of referrals: who brought whom, and what both get."""
