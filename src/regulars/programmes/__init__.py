"""Programme files and case files: reading, checking, their schema, and running the cases.

Answers are values and codes with parameters; `words/` turns them into sentences.
"""
