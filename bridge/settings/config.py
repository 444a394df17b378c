"""The configuration file: TOML with comments, made on first run, strict about what it holds.

Unknown keys and bad values are refused with the file, the line and what to do about it.
"""

import re
import tomllib
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
from bridge.text import json_text

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
        if not self.patterns:
            raise ValueError("watch.patterns is empty: nothing would ever be seen")


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


class MasterConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Where masters go and what they are made for. Empty: a folder `Masters` beside the bounce."""

    folder: str = ""
    target: str = "spotify"


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


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a person can set."""

    watch: WatchConfig = field(default_factory=WatchConfig)
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


def template(bounce_folder: Path) -> str:
    """Return the commented file a first run writes, watching `bounce_folder`."""
    text = Path(__file__).with_name("config_template.toml").read_text(encoding="utf-8")
    return Template(text).substitute(bounce_folder=json_text(str(bounce_folder)))


def load(path: Path) -> Config:
    """Read a configuration file.

    Raises
    ------
    ConfigError
        The file cannot be read, is not TOML, or holds an unknown key or a bad value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); mend or delete it, a new one is made") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """Turn the text of a configuration file into a `Config`; errors as in `load`."""
    try:
        return msgspec.convert(tomllib.loads(text), Config)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
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
        what = f"`{'.'.join(keys)}` is not a setting"
    elif not named and keys:
        what = f"`{'.'.join(keys)}`: {what}"
    return f"{path}, line {line}: {what}; {remedy} (`freshears config show --defaults` lists every setting)"


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
