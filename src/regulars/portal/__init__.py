"""What members and invited friends see: their card, history, rewards, friends and data.

Pages work without scripts and without a password. A member's session is a cookie and a table of
their own; what staff sign in with opens nothing here, and the other way round.
"""
