"""The sound files a person means when naming files, folders and songs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bridge.cli.mixes import NoFileError, named_mix
from bridge.settings.config import Config
from bridge.watch.folder import FolderRules
from bridge.watch.listing import list_candidates


def sound_files(named: Iterable[Path], config: Config) -> Iterator[Path]:
    """Yield the files as named, of folders every sound file but our own outputs, of songs their bounces.

    What is not there is yielded as it is named: whoever reads it says so, and goes on with the next.
    """
    rules = FolderRules(config.watch.patterns, config.watch.ignore, recursive=True, follows_links=True)
    for path in named:
        if path.is_dir():
            yield from (found.path for found in list_candidates(path, rules))
        else:
            yield _file(path)


def _file(named: Path) -> Path:
    if named.exists():
        return named
    try:
        return named_mix(str(named)).path
    except NoFileError:
        return named
