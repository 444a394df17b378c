"""Which inputs reach lines that no other has reached: a small guide for mutations, for any version of Python.

A share of the inputs runs under `sys.settrace`, for the modules that read; one that goes from a line to another as
none before is kept and mutated further. Decoders in C are not seen.
"""

import hashlib
import pickle
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

MOST_KEPT = 3000  # ours: then the corpus is as good as it gets
_LONGEST_KEPT_BYTES = 64 * 1024

Edge = tuple[str, int, int]


class Guide:
    """The corpus of a lane, in its folder, and what it covers."""

    def __init__(self, folder: Path, modules: tuple[str, ...]) -> None:
        self._modules = modules
        self._corpus = folder / "corpus"
        self._corpus.mkdir(parents=True, exist_ok=True)
        self._edges_path = folder / "edges.pickle"
        self.edges: set[Edge] = pickle.loads(self._edges_path.read_bytes()) if self._edges_path.exists() else set()
        self.kept = [path.read_bytes() for path in sorted(self._corpus.glob("*.bin"))]

    def choose(self, rng: random.Random, seeds: list[bytes]) -> bytes:
        """Return a seed or something that was kept, evenly."""
        return rng.choice(self.kept if self.kept and rng.random() < 0.5 else seeds)

    @contextmanager
    def watching(self, data: bytes) -> Iterator[None]:
        """Watch what is done inside; keep the input when it reached something new."""
        found: set[Edge] = set()
        sys.settrace(_tracer(found, self._modules))
        try:
            yield
        finally:
            sys.settrace(None)
            new = found - self.edges
            if new and len(self.kept) < MOST_KEPT and len(data) <= _LONGEST_KEPT_BYTES:
                self.edges |= new
                self.kept.append(data)
                name = hashlib.sha256(data).hexdigest()[:16]
                (self._corpus / f"{name}.bin").write_bytes(data)

    def write(self) -> None:
        """Put what is covered on disk."""
        self._edges_path.write_bytes(pickle.dumps(self.edges))


def _tracer(found: set[Edge], modules: tuple[str, ...]) -> Callable[[FrameType, str, Any], Any]:
    def called(frame: FrameType, _event: str, _arg: Any) -> Any:
        name = frame.f_code.co_filename
        if not any(module in name for module in modules):
            return None
        before = 0

        def line(frame: FrameType, _event: str, _arg: Any) -> Any:
            nonlocal before
            found.add((name, before, frame.f_lineno))
            before = frame.f_lineno
            return line

        return line

    return called
