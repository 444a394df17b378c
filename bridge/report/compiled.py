"""Templates that are compiled once, and kept as Python keeps its modules: the first page is as fast as the next.

To compile the templates of three pages takes 0.2 s, ten times what it takes to fill them in.
"""

import hashlib
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import jinja2
import platformdirs
from jinja2.bccache import Bucket, BytecodeCache

from bridge.files import replace_whole

_MAGIC = b"fresh-ears template 1\n"


class CompiledTemplates(BytecodeCache):
    """Bytecode of templates in files, ``__pycache__`` beside them, or the user's cache where that cannot be written.

    A file holds for one version of Python and of jinja2, one source, and one way to compile; a checksum guards against
    damaged ones. What cannot be kept is compiled again.

    Parameters
    ----------
    templates
        The folder of the templates.
    made_by
        The source of whoever makes the environment: how it compiles follows from that.
    """

    def __init__(self, templates: Path, made_by: Path) -> None:
        self._folders = (
            Path(cache_from_source(str(templates / "any.py"))).parent,
            platformdirs.user_cache_path("fresh-ears", appauthor=False) / "templates",
        )
        parts = (sys.version, jinja2.__version__, hashlib.sha256(made_by.read_bytes()).hexdigest())
        self._way = "\n".join(parts).encode()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the bytecode that is kept of a template, if there is any."""
        for folder in self._folders:
            code = self._read(self._path(folder, bucket))
            if code is not None:
                bucket.bytecode_from_string(code)
                return

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bytecode of a template in the first folder that takes it."""
        if sys.dont_write_bytecode:
            return
        code = bucket.bytecode_to_string()
        for folder in self._folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                replace_whole(self._path(folder, bucket), _MAGIC + self._digest(code) + code, durable=False)
            except OSError:
                continue
            return

    def get_cache_key(self, name: str, filename: Any = None) -> str:
        """Return what a template's file is called: versions of Python do not take each other's."""
        key = hashlib.sha256(f"{name}\n{filename}".encode()).hexdigest()[:16]
        return f"{name}-{sys.implementation.cache_tag}-{key}.template"

    def _path(self, folder: Path, bucket: Bucket) -> Path:
        return folder / bucket.key

    def _digest(self, code: bytes) -> bytes:
        return hashlib.sha256(self._way + code).digest()

    def _read(self, path: Path) -> bytes | None:
        try:
            data = path.read_bytes()
        except OSError:
            return None
        digest, code = data[len(_MAGIC) : len(_MAGIC) + 32], data[len(_MAGIC) + 32 :]
        return code if data.startswith(_MAGIC) and digest == self._digest(code) else None
