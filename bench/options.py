"""What a benchmark run is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """How much to measure, where files may be written, and who is told of progress."""

    folder: Path
    rounds: int
    files: tuple[tuple[int, float], ...]  # (rate in Hz, seconds)
    quick: bool
    say: Callable[[str], None]
