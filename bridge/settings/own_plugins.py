"""The person's own `plugins.toml`, beside the configuration: read, and added to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bridge.errors import ConfigError
from bridge.files.writing import replace_whole
from bridge.model import Purpose
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


def add_to_plugin_list(path: Path, patterns: Mapping[Purpose, Sequence[str]]) -> None:
    """Add patterns to the table `[any]` of a list; all else in the file stays; one that is not there is made.

    Raises
    ------
    ConfigError
        What stands there cannot be read or understood; it is left as it is.
    """
    import tomlkit  # 30 ms, for those who change the list

    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        parse_plugin_list(text, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); mend it or move it away") from error
    document = tomlkit.parse(text)
    table = document.setdefault("any", tomlkit.table())
    for purpose, new in patterns.items():
        old = [str(name) for name in table.get(purpose, [])]
        names = tomlkit.array().multiline(multiline=True)
        names.extend([*old, *(name for name in new if name not in old)])
        table[purpose] = names
    changed = tomlkit.dumps(document)
    parse_plugin_list(changed, str(path))
    replace_whole(path, changed.encode())
