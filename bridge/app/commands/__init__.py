"""The one way in which anything is asked of the bridge: a command, `handle`, and what became of it."""
