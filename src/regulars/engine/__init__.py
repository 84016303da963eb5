"""What should happen: facts, programme and state go in, a decision comes out. Pure."""
