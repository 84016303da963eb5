"""The ways a message travels: one folder each. None of them knows what the message is about."""
