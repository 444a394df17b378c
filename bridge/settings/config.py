"""The configuration file: TOML with comments, made on first run, strict about what it holds.

Unknown keys and bad values are refused with the file, the line and what to do about it.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Literal

import msgspec
from msgspec import Struct, field

from bridge.audio.kinds import PATTERNS
from bridge.errors import ConfigError
from bridge.policy.bus.guard_state import GuardSettings
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.song.checklist import DEFAULT_PLACES
from bridge.text import json_text, nearest
from bridge.tomltext import SINGLE_QUOTES, toml_error

_DRIVE_AND_ESCAPE = re.compile(r"[A-Za-z]:[^\b\t\n\f\r]*[\b\t\n\f\r]")
FirstStart = Literal["newest", "none", "all"]


class WatchConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Which folders are watched and how a file is known to be finished."""

    folders: tuple[str, ...] = ()
    recursive: bool = False
    patterns: tuple[str, ...] = PATTERNS
    ignore: tuple[str, ...] = ()
    settle_s: float = 2.0
    poll_s: float = 2.0
    give_up_s: float = 120.0
    first_start: FirstStart = "newest"

    def __post_init__(self) -> None:
        _in_range("watch.settle_s", self.settle_s, 0.1, 60.0)
        _in_range("watch.poll_s", self.poll_s, 0.1, 600.0)
        _in_range("watch.give_up_s", self.give_up_s, 1.0, 86_400.0)
        _no_escapes("watch.folders", self.folders)
        if not self.patterns:
            raise ValueError("watch.patterns is empty: nothing would ever be seen")


class ProjectsConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Where projects are saved of which no DAW tells us; folders in them are looked into."""

    folders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _no_escapes("projects.folders", self.folders)


class OscConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The OSC socket on the loopback interface."""

    enabled: bool = True
    port: int = 9124

    def __post_init__(self) -> None:
        _in_range("osc.port", self.port, 0, 65_535)


class ArdourConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """How Ardour is found."""

    enabled: bool = True
    port: int = 3819  # Ardour's own default; it takes one of the next nineteen when this one is in use

    def __post_init__(self) -> None:
        _in_range("ardour.port", self.port, 1, 65_515)


class ReaperConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """How REAPER is talked to; `freshears install reaper` sets its side to the same ports."""

    enabled: bool = True
    folders: tuple[str, ...] = ()
    osc: bool = True
    listen_port: int = 9125
    reaper_port: int = 9126

    def __post_init__(self) -> None:
        _in_range("reaper.listen_port", self.listen_port, 1, 65_535)
        _in_range("reaper.reaper_port", self.reaper_port, 1, 65_535)
        if self.listen_port == self.reaper_port:
            raise ValueError("reaper.listen_port and reaper.reaper_port are the same; one belongs to each side")


class ReportConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Where reports go. Empty: a folder `Fresh Ears` beside the bounce."""

    folder: str = ""

    def __post_init__(self) -> None:
        _no_escapes("report.folder", (self.folder,))


class MasterConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Where masters go and what they are made for. Empty: a folder `Masters` beside the bounce."""

    folder: str = ""
    target: str = "spotify"

    def __post_init__(self) -> None:
        _no_escapes("master.folder", (self.folder,))


class RestConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The rest between mix and master, and the places where a bounce is listened to."""

    hours: float = 24.0
    places: tuple[str, ...] = DEFAULT_PLACES

    def __post_init__(self) -> None:
        _in_range("rest.hours", self.hours, 0.0, 24.0 * 365.0)
        if not self.places:
            raise ValueError("rest.places is empty; name at least one place where you listen")


class PageConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The local page, on this computer only (127.0.0.1)."""

    enabled: bool = True
    port: int = 9127

    def __post_init__(self) -> None:
        _in_range("page.port", self.port, 0, 65_535)


class Config(Struct, forbid_unknown_fields=True):
    """Everything a person can set.

    Every part of a running bridge holds the same record and reads it when it needs something; when the file changes,
    its tables are replaced (`bridge.app.live_settings`), each of which is frozen.
    """

    watch: WatchConfig = field(default_factory=WatchConfig)
    projects: ProjectsConfig = field(default_factory=ProjectsConfig)
    osc: OscConfig = field(default_factory=OscConfig)
    ardour: ArdourConfig = field(default_factory=ArdourConfig)
    reaper: ReaperConfig = field(default_factory=ReaperConfig)
    report: ReportConfig = field(default_factory=ReportConfig)
    page: PageConfig = field(default_factory=PageConfig)
    master: MasterConfig = field(default_factory=MasterConfig)
    guard: GuardSettings = field(default_factory=GuardSettings)
    rest: RestConfig = field(default_factory=RestConfig)
    songs: dict[str, str] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; it must lie between {low:g} and {high:g}")


def _no_escapes(name: str, folders: tuple[str, ...]) -> None:
    """Refuse what a backslash in double quotes has become: a drive, and a tab or a line end behind it."""
    for folder in folders:
        if _DRIVE_AND_ESCAPE.match(folder):
            raise ValueError(f"{name} holds {json_text(folder)}: {SINGLE_QUOTES}")


def template(bounce_folder: Path, library_folder: Path) -> str:
    """Return the commented file a first run writes: what is watched, and where reports and masters go."""
    text = Path(__file__).with_name("config_template.toml").read_text(encoding="utf-8")
    return Template(text).substitute(
        bounce_folder=_spelt(str(bounce_folder)),
        reports_folder=_spelt(str(library_folder / "Reports")),
        masters_folder=_spelt(str(library_folder / "Masters")),
    )


def _spelt(path: str) -> str:
    """Return a path as TOML; in single quotes where it holds backslashes, as people are told to write it."""
    plain = "\\" in path and "'" not in path and path.isprintable()
    return f"'{path}'" if plain else json_text(path).replace("\x7f", "\\u007f")


def load(path: Path) -> Config:
    """Read a configuration file.

    Raises
    ------
    ConfigError
        The file cannot be read, is not TOML, or holds an unknown key or a bad value.
    """
    return parse(read_text(path), path)


def read_text(path: Path) -> str:
    """Return the text of a configuration file, without the mark that Notepad puts before it; errors as in `load`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); mend or delete it, a new one is made") from error


def parse(text: str, path: Path) -> Config:
    """Turn the text of a configuration file into a `Config`; errors as in `load`."""
    try:
        return msgspec.convert(tomllib.loads(text), Config)
    except tomllib.TOMLDecodeError as error:
        raise toml_error(text, str(path), error) from error
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(text, path, str(error))) from error


def _explain(text: str, path: Path, message: str) -> str:
    """Name the line and the remedy for what msgspec found wrong."""
    unknown = re.search(r"unknown field `([^`]+)`", message)
    where = re.search(r" - at `\$\.?([^`]*)`", message)
    keys = [part for part in (where.group(1) if where else "").split(".") if part]
    if unknown:
        keys.append(unknown.group(1))
    # A range check of ours names its key itself: "watch.settle_s is 0; it must ..."
    named = re.match(r"([a-z_]+(?:\.[a-z_0-9]+)+) ", message)
    if named:
        keys = named.group(1).split(".")
    keys = [re.sub(r"\[[^\]]*\]$", "", key) for key in keys]
    line = _line_of(text, keys)
    what = re.sub(r" - at `[^`]*`$", "", message)
    remedy = "remove it or mend its spelling" if unknown else "mend the value"
    if unknown:
        what = f"`{'.'.join(keys)}` is not a setting{_meant(keys)}"
    elif not named and keys:
        what = f"`{'.'.join(keys)}`: {what}"
    return f"{path}, line {line}: {what}; {remedy} (`freshears config show --defaults` lists every setting)"


def _meant(keys: list[str]) -> str:
    """Return the settings that come nearest to one that is none, in words; empty when none is near."""
    if len(keys) == 1:
        near = [*nearest(keys[0], Config.__struct_fields__)]
        near += [f"{table}.{name}" for table, name in _settings() if name == keys[0]]
    else:
        near = [f"{keys[0]}.{name}" for name in nearest(keys[-1], (n for t, n in _settings() if t == keys[0]))]
        near += [f"{table}.{name}" for table, name in _settings() if name == keys[-1]]
    return f"; did you mean {' or '.join(f'`{name}`' for name in near[:2])}?" if near else ""


def _settings() -> Iterator[tuple[str, str]]:
    """Yield (table, name) of every setting."""
    for table in Config.__struct_fields__:
        section = getattr(Config(), table)
        if isinstance(section, Struct):
            yield from ((table, name) for name in section.__struct_fields__)


def _line_of(text: str, keys: list[str]) -> int:
    """Return the 1-based line where a dotted key stands (its table's line when it stands nowhere)."""
    table: list[str] = []
    best = 1
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        header = re.match(r"\[\[?([^\]]+)\]\]?", line)
        if header:
            table = [part.strip().strip("\"'") for part in header.group(1).split(".")]
            if table == keys:
                return number
            if table and table == keys[: len(table)]:
                best = number
        elif "=" in line and not line.startswith("#"):
            name = [part.strip().strip("\"'") for part in line.split("=", 1)[0].split(".")]
            if table + name == keys:
                return number
    return best
