"""What staff see."""
