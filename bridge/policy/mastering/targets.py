"""Delivery targets: read from targets.toml beside this file, changed or extended by a file of the user's own."""

import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from bridge.errors import ConfigError, UsageError
from bridge.model import MonoAs
from bridge.tomltext import toml_error

Playback = Literal["down", "up_and_down", "none"]
Confidence = Literal["read", "secondary", "common", "own"]

_RANGES = {
    "integrated_lufs": (-40.0, -4.0),
    "ceiling_dbtp": (-24.0, 0.0),
    "loud_ceiling_dbtp": (-24.0, 0.0),
    "playback_lufs": (-40.0, -4.0),
    "playback_peak_dbtp": (-24.0, 0.0),
    "rate_hz": (8_000, 384_000),
    "mono_below_hz": (20.0, 500.0),
}


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of delivery asks for; ``None``: the target does not say, the mix's own is kept."""

    title: str
    ceiling_dbtp: float
    source: str
    checked: date
    confidence: Confidence
    playback: Playback = "none"
    integrated_lufs: float | None = None
    loud_ceiling_dbtp: float | None = None
    playback_lufs: float | None = None
    playback_peak_dbtp: float | None = None
    rate_hz: int | None = None
    subtype: str | None = None
    limiter: bool = True
    mono_below_hz: float | None = None
    mend_phase: bool = False  # sides against each other cannot be delivered: they are lowered there
    mono_as: MonoAs = "dual"  # what its level means for a mono file
    metadata: bool = True  # write title, ISRC, artwork ... into the file, and the settings it was made with
    vinyl: bool = False  # say what a cutter will want to know
    note: str = ""

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise ValueError(f"{name} is {value}, allowed is {low} to {high}")
        if self.playback != "none" and self.playback_lufs is None:
            raise ValueError("playback_lufs is missing: what level does the service play at?")

    def playback_gain_db(self, integrated_lufs: float, true_peak_dbtp: float) -> float | None:
        """Return the gain in dB the service will play a file with, None when it leaves the level alone."""
        if self.playback == "none" or self.playback_lufs is None:
            return None
        gain_db = self.playback_lufs - integrated_lufs
        if gain_db > 0.0:
            if self.playback == "down":
                return 0.0
            if self.playback_peak_dbtp is not None:
                return max(0.0, min(gain_db, self.playback_peak_dbtp - true_peak_dbtp))
        return gain_db


def load_targets(user_file: Path | None = None) -> dict[str, Target]:
    """Return all targets by name.

    Raises ConfigError, with file and remedy, when the user's file cannot be read, has unknown keys or bad values.
    """
    tables = tomllib.loads(
        resources.files("bridge.policy.mastering").joinpath("targets.toml").read_text(encoding="utf-8")
    )
    own: set[str] = set()
    if user_file is not None and user_file.exists():
        for name, table in _user_tables(user_file).items():
            tables[name] = _base(tables.get(name)) | table
            own.add(name)
    return {name: _target(name, table, user_file if name in own else None) for name, table in tables.items()}


def find_target(name: str, targets: dict[str, Target]) -> Target:
    """Return a target by name; UsageError lists the names there are."""
    if name not in targets:
        raise UsageError(f"There is no target {name!r}. There are: {', '.join(sorted(targets))}.")
    return targets[name]


def _base(shipped: dict[str, Any] | None) -> dict[str, Any]:
    if shipped is not None:
        return dict(shipped)
    return {"source": "your own file", "confidence": "own", "checked": date(1970, 1, 1)}


def _user_tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}). Check the file or remove it.") from error
    except tomllib.TOMLDecodeError as error:
        raise toml_error(text, str(path), error) from error
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {name} stands outside a target. Write [name-of-target] above it.")
    return tables


def _target(name: str, table: dict[str, Any], path: Path | None) -> Target:
    try:
        return msgspec.convert(table, Target)
    except msgspec.ValidationError as error:
        where = f"{path}: " if path else ""
        raise ConfigError(f"{where}target {name}: {error}. Correct or remove the key.") from error
