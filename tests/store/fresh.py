"""Empty stores without the work of making one: the steps of the schema are taken once a process, then copied.

`tests/store` tests the making. A store that is there already is opened as it is.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from bridge.store import Store


@cache
def _empty_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with closing(Store.open(path, wall=lambda: 0.0)):
            pass
        return path.read_bytes()


def fresh_store(path: Path, *, wall: Callable[[], float] = time.time) -> Store:
    """Open the store at `path`; where there is none, an empty one of the newest version."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_empty_store())
    return Store.open(path, wall=wall)
