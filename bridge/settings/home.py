"""Where Fresh Ears keeps its own files."""

from pathlib import Path
from typing import NamedTuple

import platformdirs

APP_NAME = "fresh-ears"


class Home(NamedTuple):
    """The folders and files of one installation; nothing is created by asking."""

    config_path: Path
    store_path: Path
    log_path: Path
    default_bounce_folder: Path

    @property
    def lock_path(self) -> Path:
        """Return the file a running bridge holds locked."""
        return self.store_path.with_suffix(".lock")

    @property
    def worker_lock_path(self) -> Path:
        """Return the file a running worker holds locked, so that an orphan is waited for."""
        return self.store_path.with_suffix(".worker-lock")


def home(portable: str | None) -> Home:
    """Return the platform's folders, or everything below one folder when `portable` names it."""
    if portable:
        root = Path(portable).expanduser().absolute()
        return Home(root / "config.toml", root / "freshears.db", root / "freshears.log", root / "Bounces")
    data = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    return Home(
        Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)) / "config.toml",
        data / "freshears.db",
        Path(platformdirs.user_log_dir(APP_NAME, appauthor=False)) / "freshears.log",
        Path(platformdirs.user_music_dir()) / "Bounces",
    )
