"""The layers of docs/architecture.md, read from the imports themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Which of our own packages a layer may import. Everything may import itself, `bridge.model` and `bridge.errors`.
ALLOWED: dict[str, set[str]] = {
    "bridge.model": set(),
    "bridge.errors": set(),
    "bridge.pathtext": set(),
    "bridge.filelock": set(),
    "bridge.paths": set(),
    "bridge.config": {"bridge.policy"},
    "bridge.probe": set(),
    "bridge.pcm": set(),
    "bridge.tagtext": set(),
    "bridge.audiotags": {"bridge.tagtext"},
    "bridge.audiofile": {"bridge.pcm", "bridge.probe"},
    "bridge.audiowrite": {"bridge.pcm"},
    "bridge.osc": set(),
    "bridge.daw": {"bridge.osc"},
    "bridge.demo": set(),
    "bridge.watch": {"bridge.audiofile", "bridge.probe"},
    "bridge.store": set(),
    "bridge.policy": set(),
    "bridge.report": set(),
    "bridge.jobs": {
        "dsp",
        "bridge.audiofile",
        "bridge.audiotags",
        "bridge.audiowrite",
        "bridge.policy",
        "bridge.report",
    },
    "bridge.app": {
        "bridge.config",
        "bridge.paths",
        "bridge.demo",
        "bridge.audiofile",
        "bridge.probe",
        "bridge.osc",
        "bridge.daw",
        "bridge.watch",
        "bridge.store",
        "bridge.policy",
        "bridge.report",
        "bridge.jobs",
    },
    "bridge.cli": {
        "bridge.app",
        "bridge.config",
        "bridge.paths",
        "bridge.demo",
        "bridge.audiofile",
        "bridge.osc",
        "bridge.daw",
        "bridge.store",
        "bridge.policy",
        "bridge.report",
        "bridge.jobs",
    },
    "dsp": set(),
}
EVERYONE = {
    "bridge.model",
    "bridge.errors",
    "bridge.pathtext",
    "bridge.filelock",
    "bridge",
}  # `bridge` itself holds only the version
# dsp is pure: no files, clocks, logging, threads or processes.
# (The one exception keeps the kernels' machine code, as numba's cache does for the others.)
KEEPS_FILES = "dsp.native"
FORBIDDEN_IN_DSP = {"soundfile", "logging", "threading", "time", "datetime", "os", "pathlib", "subprocess", "msgspec"}


def layer_of(module: str) -> str | None:
    """Return the layer a dotted module name belongs to, None for other people's modules."""
    parts = module.split(".")
    if parts[0] == "dsp":
        return "dsp"
    if parts[0] == "bridge":
        return ".".join(parts[:2])
    return None


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted module) for every import in a file, also those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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
    return sorted(p for top in ("bridge", "dsp") for p in (ROOT / top).rglob("*.py"))


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_imports_follow_the_layers(path: Path) -> None:
    layer = layer_of(module_name(path))
    assert layer is not None
    if layer in {"bridge", "bridge.__main__"}:
        return
    assert layer in ALLOWED, f"{layer} is a new layer: say in docs/architecture.md and here what it may import"
    wrong = [
        f"{path.name}:{line} imports {name}"
        for line, name in imports_of(path)
        if (target := layer_of(name)) is not None and target != layer and target not in ALLOWED[layer] | EVERYONE
    ]
    assert not wrong


@pytest.mark.parametrize(
    "path",
    [p for p in sources() if module_name(p).startswith("dsp") and module_name(p) != KEEPS_FILES],
    ids=module_name,
)
def test_dsp_is_pure(path: Path) -> None:
    wrong = [f"{path.name}:{line} {name}" for line, name in imports_of(path) if name.split(".")[0] in FORBIDDEN_IN_DSP]
    assert not wrong
