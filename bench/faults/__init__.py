"""What the detectors find in real music: faults put in by kind and level, and what they say of clean songs."""
