"""What keeps the store: looked through, backed up, and saved from damage; all of it without the rest of the bridge."""
