"""How far a lane is, on disk after every batch: a stop at any moment loses one batch and nothing else."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bench.lanes.lane import Batch

MOST_KEPT_OF_A_KIND = 5


class Kind(msgspec.Struct):
    """One kind of failure."""

    text: str
    count: int = 0
    mended: bool = False


class State(msgspec.Struct):
    """What a lane has tried so far, and what came of it."""

    lane: str
    seed: int
    done: int = 0
    wall_s: float = 0.0
    began_at: float = 0.0
    ended_at: float = 0.0
    sums: dict[str, float] = {}
    peaks: dict[str, float] = {}
    last: dict[str, float] = {}
    kinds: dict[str, Kind] = {}

    @property
    def open(self) -> dict[str, Kind]:
        """Return the kinds of failures that nobody has mended yet."""
        return {name: kind for name, kind in self.kinds.items() if not kind.mended}


class StateFolder:
    """Where a lane keeps its state, what it needs to go on, and the inputs that failed."""

    def __init__(self, root: Path, lane: str) -> None:
        self.folder = root / lane
        self.failed = self.folder / "failed"
        self.failed.mkdir(parents=True, exist_ok=True)
        self._path = self.folder / "state.json"

    def read(self, lane: str, seed: int) -> State:
        """Return the state of this seed; one of another seed is an error, not a beginning."""
        if not self._path.exists():
            return State(lane, seed)
        state = msgspec.json.decode(self._path.read_bytes(), type=State)
        if state.seed != seed:
            raise ValueError(f"{self._path} is of seed {state.seed}: ask for that one, or move the folder away")
        return state

    def write(self, state: State) -> None:
        """Put the state on disk, whole or not at all."""
        new = self._path.with_suffix(".new")
        new.write_bytes(msgspec.json.format(msgspec.json.encode(state), indent=1))
        new.replace(self._path)

    def add(self, state: State, batch: "Batch") -> None:
        """Add a batch to the state; keep the inputs that failed."""
        state.done += batch.done
        for name, much in batch.sums.items():
            state.sums[name] = state.sums.get(name, 0) + much
        for name, value in batch.peaks.items():
            state.peaks[name] = max(value, state.peaks.get(name, value))
        state.last = batch.last or state.last
        for failure in batch.failures:
            kind = state.kinds.setdefault(failure.kind, Kind(failure.text))
            kind.count += 1
            kind.mended = False
            if kind.count <= MOST_KEPT_OF_A_KIND:
                self._keep(failure.kind, kind.count, failure.data, failure.text)

    def inputs(self, kind: str) -> list[Path]:
        """Return the kept inputs of a kind of failure."""
        return sorted(self.failed.glob(f"{_short(kind)}-*.bin"))

    def _keep(self, kind: str, number: int, data: bytes, text: str) -> None:
        stem = f"{_short(kind)}-{number}"
        (self.failed / f"{stem}.bin").write_bytes(data)
        (self.failed / f"{stem}.txt").write_text(f"{kind}\n\n{text}", encoding="utf-8", errors="backslashreplace")


def _short(kind: str) -> str:
    return hashlib.sha256(kind.encode()).hexdigest()[:12]
