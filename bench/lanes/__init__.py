"""Long lanes: what is tried so often that no test run has the time for it, and goes on where it was stopped."""
