"""Holes: places where the sound is gone for a while, or for good, and what can have made them."""
