"""The sound files a person means when naming files and folders."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bridge.settings.config import Config
from bridge.watch.folder import FolderRules, list_candidates


def sound_files(named: Iterable[Path], config: Config) -> Iterator[Path]:
    """Yield the files as they are named, and for folders every sound file in them, our own outputs left out."""
    rules = FolderRules(config.watch.patterns, config.watch.ignore, recursive=True)
    for path in named:
        if path.is_dir():
            yield from (found.path for found in list_candidates(path, rules))
        else:
            yield path
