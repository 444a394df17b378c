"""The layers of docs/map.md, read from the imports themselves."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tree import ROOT, nodes, python_files, read

# Which of our own packages a layer may import. Everything may import itself and what stands in EVERYONE.
ALLOWED: dict[str, set[str]] = {
    "dsp.core": set(),
    "dsp.faults": {"dsp.core"},
    "dsp.meters": {"dsp.core", "dsp.faults"},
    "dsp.compare": {"dsp.core", "dsp.meters"},
    "dsp.mastering": {"dsp.core", "dsp.meters", "dsp.compare"},
    "bridge.audio": set(),
    "bridge.policy": set(),
    "bridge.settings": {"bridge.policy"},
    "bridge.osc": set(),
    "bridge.daw": {"bridge.osc"},
    "bridge.demo": set(),
    "bridge.watch": {"bridge.audio"},
    "bridge.store": set(),
    "bridge.report": {"bridge.policy"},
    "bridge.engine": {"dsp", "bridge.audio", "bridge.policy"},
    "bridge.worker": {"bridge.engine", "bridge.policy", "bridge.store"},
    "bridge.songs": {
        "bridge.settings",
        "bridge.store",
        "bridge.policy",
        "bridge.daw",
        "bridge.report",
        "bridge.worker",
    },
    "bridge.sessions": {
        "bridge.audio",
        "bridge.daw",
        "bridge.policy",
        "bridge.settings",
        "bridge.songs",
        "bridge.store",
    },
    "bridge.web": {
        "bridge.policy",
        "bridge.report",
        "bridge.settings",
        "bridge.songs",
        "bridge.store",
    },
    "bridge.app": {
        "bridge.audio",
        "bridge.daw",
        "bridge.osc",
        "bridge.policy",
        "bridge.report",
        "bridge.sessions",
        "bridge.settings",
        "bridge.songs",
        "bridge.store",
        "bridge.watch",
        "bridge.web",
        "bridge.worker",
    },
    "bridge.background": {"bridge.app", "bridge.daw", "bridge.settings"},
    "bridge.cli": {
        "bridge.app",
        "bridge.background",
        "bridge.daw",
        "bridge.demo",
        "bridge.engine",
        "bridge.osc",
        "bridge.policy",
        "bridge.report",
        "bridge.sessions",
        "bridge.settings",
        "bridge.songs",
        "bridge.store",
        "bridge.watch",
        "bridge.worker",
    },
}
EVERYONE = {
    "bridge.model",
    "bridge.errors",
    "bridge.pathtext",
    "bridge.filelock",
    "bridge.socket_owner",
    "bridge.files",
    "bridge.text",
    "bridge.tomltext",
    "bridge.plainlog",
    "bridge",
}  # `bridge` itself holds only the version
# Tables without logic: facts about formats and numbers that stand once and are read everywhere.
TABLES = {"bridge.audio.kinds", "bridge.policy.metrics"}
# dsp is pure: no files, clocks, logging, threads or processes.
# (The exception finds and keeps the kernels' machine code, as numba's cache does for the others.)
KEEPS_FILES = {"dsp.core.kernels", "dsp.core.kernel_files"}
# What only the store says. `query(`: its own doors to the database.
SQL = re.compile(
    r"\b(execute|executemany|executescript|query|query_one)\(|\b(SELECT|INSERT (OR \w+ )?INTO|DELETE FROM)\b|\bPRAGMA\b"
)
FORBIDDEN_IN_DSP = {"soundfile", "logging", "threading", "time", "datetime", "os", "pathlib", "subprocess", "msgspec"}


def layer_of(module: str) -> str | None:
    """Return the layer a dotted module name belongs to, None for other people's modules."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] in {"bridge", "dsp"} else None


def may_import(layer: str, target: str) -> bool:
    """Tell whether a layer may import from another."""
    allowed = ALLOWED.get(layer, set()) | EVERYONE
    return target == layer or target in allowed or target.split(".")[0] in allowed - {"bridge"}


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted module) for every import in a file, also those inside functions."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            assert node.module is not None
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                is_module = (ROOT / Path(*submodule.split("."))).with_suffix(".py").exists() or (
                    ROOT / Path(*submodule.split("."))
                ).is_dir()
                yield node.lineno, submodule if is_module else node.module


def sources() -> list[Path]:
    """Return every Python file of the two packages."""
    return python_files("bridge", "dsp")


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = list(path.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def wrong_imports(path: Path) -> Iterator[str]:
    """Yield the imports of a file that its layer may not have."""
    layer = layer_of(module_name(path))
    if layer in {"bridge", "dsp", "bridge.__main__"}:
        return
    assert layer in ALLOWED | dict.fromkeys(EVERYONE), f"{layer} is a new layer: say here what it may import"
    for line, name in imports_of(path):
        target = layer_of(name)
        if target is not None and name not in TABLES and not may_import(layer, target):
            yield f"{path}:{line} imports {name}"


def test_imports_follow_the_layers() -> None:
    assert not [wrong for path in sources() for wrong in wrong_imports(path)]


def test_the_store_alone_speaks_to_the_database() -> None:
    others = [path for path in sources() if layer_of(module_name(path)) != "bridge.store" and path.parts[0] != "dsp"]
    lines = [(f"{path}:{number}", line) for path in others for number, line in enumerate(read(path).splitlines(), 1)]
    assert not [f"{where} {line.strip()}" for where, line in lines if SQL.search(line)]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_that_everyone_reads_imports_nothing_of_ours(name: str) -> None:
    path = Path(*name.split(".")).with_suffix(".py")
    assert [imported for _, imported in imports_of(path) if layer_of(imported) is not None] == []


def test_the_layers_have_no_circle() -> None:
    """Layers can be laid one upon another so that each stands on lower ones only."""
    unplaced = {layer: {other for other in ALLOWED if other != layer and may_import(layer, other)} for layer in ALLOWED}
    while unplaced:
        free = {layer for layer, below in unplaced.items() if not below & unplaced.keys()}
        assert free, f"each of these needs another one of them: {sorted(unplaced)}"
        unplaced = {layer: below for layer, below in unplaced.items() if layer not in free}


def test_dsp_is_pure() -> None:
    pure = [path for path in sources() if path.parts[0] == "dsp" and module_name(path) not in KEEPS_FILES]
    imports = [(f"{path}:{line} {name}", name.split(".")[0]) for path in pure for line, name in imports_of(path)]
    assert not [where for where, package in imports if package in FORBIDDEN_IN_DSP]
