"""Where a finished file belongs: its song, its version, its number, with those it came with."""
