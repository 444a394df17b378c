"""Front ends: each translates its own words into commands, and words what becomes of them itself."""
