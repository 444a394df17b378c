"""The demo's song: a short piece composed and synthesised from nothing, the same to the bit every time.

It is what ``freshears demo`` bounces into its folder, and what tests use where noise or a sine would prove too little:
a real stereo mix with sections, a quiet verse and a loud chorus. Only numpy is needed.
"""

from bridge.demo.song import DemoSong, SongPart, compose

__all__ = ["DemoSong", "SongPart", "compose"]
