"""Parts of mixes: what their names say, and which files that came together are parts of one mix."""
