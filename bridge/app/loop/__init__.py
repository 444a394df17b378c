"""What the bridge's one thread turns on: what arrives, who hears of it, the fence round it, one process at a time."""
