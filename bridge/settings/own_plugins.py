"""The person's own `plugins.toml`, beside the configuration."""

from bridge.errors import ConfigError
from bridge.policy.bus.plugins import PluginList, parse_plugin_list
from bridge.settings.home import Home

_LARGEST_BYTES = 1 << 20


def own_plugin_list(home: Home) -> PluginList | None:
    """Return the person's own list, None when there is none.

    Raises
    ------
    ConfigError
        It cannot be read or understood; the message names the file and the remedy.
    """
    path = home.config_path.parent / "plugins.toml"
    if not path.exists():
        return None
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ConfigError(f"{path}: larger than a megabyte; a list of plug-ins is a page or two")
        return parse_plugin_list(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); mend it or move it away") from error
