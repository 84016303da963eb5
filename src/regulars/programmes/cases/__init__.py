"""Worked cases: a state, what happens, and what must then be true.

`reading` finds the cases in files, `parsing` checks them against the closed vocabulary (data in
`language/`) and resolves what each assertion is about, `comparing` holds an answer against what
was expected, `reporting` sums up. Everything comes back as values, and what is wrong as codes
with parameters and the place.
"""
