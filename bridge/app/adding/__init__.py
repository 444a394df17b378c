"""Old bounces brought in: which files, in which order, one after the other."""
