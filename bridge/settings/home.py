"""Where Fresh Ears keeps its own files."""

from pathlib import Path
from typing import NamedTuple

import platformdirs

from bridge.files.private import private_folder, tighten_file, tighten_folder

APP_NAME = "fresh-ears"


class Home(NamedTuple):
    """The folders and files of one installation; nothing is created by asking."""

    config_path: Path
    store_path: Path
    log_path: Path
    default_bounce_folder: Path
    default_library_folder: Path

    @property
    def lock_path(self) -> Path:
        """Return the file a running bridge holds locked."""
        return self.store_path.with_suffix(".lock")

    @property
    def worker_lock_path(self) -> Path:
        """Return the file a running worker holds locked, so that an orphan is waited for."""
        return self.store_path.with_suffix(".worker-lock")

    @property
    def faults_path(self) -> Path:
        """Return the file with what went wrong, without names: what a report to others is made of."""
        return self.log_path.with_name(f"{self.log_path.name}.faults")

    @property
    def page_key_path(self) -> Path:
        """Return the file with the secret that opens the page."""
        return self.store_path.with_suffix(".page-key")

    def keep_private(self) -> None:
        """Take away what other users may do in our folders and with our files, also those of an older version."""
        for folder in {self.config_path.parent, self.store_path.parent, self.log_path.parent}:
            private_folder(folder)
        tighten_folder(self.store_path.parent / "Backups")
        ours = [self.config_path, self.config_path.with_name("plugins.toml"), self.page_key_path]
        ours += [self.store_path, *self.store_path.parent.glob(f"{self.store_path.stem}.*")]
        ours += [self.log_path, *self.log_path.parent.glob(f"{self.log_path.name}.*")]
        for path in ours:
            tighten_file(path)


def home(portable: str | None) -> Home:
    """Return the platform's folders, or everything below one folder when `portable` names it."""
    if portable:
        root = Path(portable).expanduser().absolute()
        settings, store, log = root / "config.toml", root / "freshears.db", root / "freshears.log"
        return Home(settings, store, log, root / "Bounces", root / "Fresh Ears")
    data = Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    return Home(
        Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)) / "config.toml",
        data / "freshears.db",
        Path(platformdirs.user_log_dir(APP_NAME, appauthor=False)) / "freshears.log",
        Path(platformdirs.user_music_dir()) / "Bounces",
        Path(platformdirs.user_music_dir()) / "Fresh Ears",
    )
