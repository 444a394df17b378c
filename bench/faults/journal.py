"""What a run has measured so far, kept copy by copy: a run that was stopped goes on where it was."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bench.faults.copies import Copy, Outcome


class Journal:
    """The outcomes of every copy that was examined, one line a copy.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    goes_on : bool
        Whether what stands in it counts: only where neither the music nor the detectors have changed since. Without
        it the file begins anew.
    """

    def __init__(self, path: Path, *, goes_on: bool) -> None:
        self._path = path
        self._known: dict[str, list[Outcome]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if not goes_on:
            path.write_text("", encoding="utf-8")
        elif path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            key, outcomes = json.loads(line)
        except ValueError:  # the last line of a run that was killed while it wrote
            return
        self._known[key] = [Outcome(**{**one, "said": tuple(one["said"])}) for one in outcomes]

    def known(self, copy: Copy, seed: int) -> list[Outcome] | None:
        """Return what came of a copy; None where it was not examined yet."""
        return self._known.get(_key(copy, seed))

    def keep(self, copy: Copy, seed: int, outcomes: Iterable[Outcome]) -> None:
        """Keep what came of a copy."""
        self._known[_key(copy, seed)] = list(outcomes)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps([_key(copy, seed), [asdict(o) for o in outcomes]])}\n")


def _key(copy: Copy, seed: int) -> str:
    track = copy.track
    return f"{seed}|{copy.number}|{track.package}/{track.name}|{copy.rate_hz}|{'|'.join(copy.kinds)}"
