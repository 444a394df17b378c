"""Which DAW adapters this bridge runs: each DAW adds itself here, and nowhere else."""

from bridge.config import Config
from bridge.daw.adapter import Adapter, Post
from bridge.paths import Home


def make_adapters(config: Config, home: Home, post: Post) -> tuple[Adapter, ...]:
    """Return the adapters to start; `post` takes their events from any thread."""
    return ()
