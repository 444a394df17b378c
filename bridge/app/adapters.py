"""Which DAW adapters this bridge runs: each DAW adds itself here, and nowhere else."""

from bridge.daw.contract import Adapter, Post
from bridge.settings.config import Config
from bridge.settings.home import Home


def make_adapters(config: Config, home: Home, post: Post) -> tuple[Adapter, ...]:
    """Return the adapters to start; `post` takes their events from any thread."""
    adapters: list[Adapter] = []
    if config.reaper.enabled:
        from bridge.daw.reaper.adapter import ReaperAdapter, ReaperPorts, installed_folders

        ports = ReaperPorts(config.reaper.listen_port, config.reaper.reaper_port) if config.reaper.osc else None
        adapters.append(ReaperAdapter(post, lambda: installed_folders(config.reaper.folders), ports))
    if config.ardour.enabled:
        from bridge.daw.ardour.adapter import ArdourAdapter

        adapters.append(ArdourAdapter(post, port=config.ardour.port))
    return tuple(adapters)
