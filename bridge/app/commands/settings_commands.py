"""Commands that change the settings file; a running bridge takes the change at once."""

from collections.abc import Callable
from pathlib import Path

from bridge.app.commands.records import Done, UnwatchFolder, WatchFolder
from bridge.settings.first_run import make_config
from bridge.settings.home import Home
from bridge.settings.watched import add_folder, remove_folder


class SettingsCommands:
    """All methods are called from the bridge's own thread; they raise `UsageError` and `ConfigError`.

    Parameters
    ----------
    home
        Whose settings.
    take_now
        Has them taken by whoever runs.
    """

    def __init__(self, home: Home, take_now: Callable[[], None]) -> None:
        self._home = home
        self._take_now = take_now

    def watch(self, command: WatchFolder) -> Done:
        """Have a folder watched."""
        return self._changed("Watched now", add_folder(self._settings(), command.folder))

    def unwatch(self, command: UnwatchFolder) -> Done:
        """Have a folder watched no longer; its songs stay."""
        return self._changed("Watched no longer", remove_folder(self._settings(), command.folder))

    def _settings(self) -> Path:
        """Return the settings file, made where there is none yet."""
        if not self._home.config_path.exists():
            make_config(self._home)
        return self._home.config_path

    def _changed(self, what: str, folder: Path) -> Done:
        self._take_now()
        return Done(text=f"{what}: {folder}")
