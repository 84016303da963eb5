"""Template tags, at hand in every template."""
