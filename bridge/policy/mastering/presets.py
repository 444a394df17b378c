"""Presets: settings that belong together, from presets.toml beside this file and a file of the user's own."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bridge.errors import ConfigError, UsageError
from bridge.model import Intent
from bridge.policy.mastering.intents import CapName
from bridge.policy.mastering.references import MAX_AMOUNT_PERCENT, OctaveName
from bridge.tomltext import toml_error

PresetStage = Literal["subsonic", "eq", "width", "compressor", "clipper", "limiter", "dither"]
STAGES: tuple[PresetStage, ...] = ("subsonic", "eq", "width", "compressor", "clipper", "limiter", "dither")

# What the stages can do; a preset that asks for more is refused while it is read, with the place in its file.
_MonoBelowHz = Annotated[float, Meta(ge=20.0, le=500.0)]
_EqGainDb = Annotated[float, Meta(ge=-12.0, le=12.0)]
_EqFrequencyHz = Annotated[float, Meta(ge=10.0, le=40_000.0)]
_EqQ = Annotated[float, Meta(ge=0.1, le=10.0)]
_Ratio = Annotated[float, Meta(ge=1.0, le=10.0)]
_ReductionDb = Annotated[float, Meta(ge=0.0, le=20.0)]
_ThresholdDbfs = Annotated[float, Meta(ge=-80.0, le=0.0)]
_AttackS = Annotated[float, Meta(ge=0.0005, le=1.0)]
_ReleaseS = Annotated[float, Meta(ge=0.005, le=5.0)]
_CrossoverHz = Annotated[float, Meta(ge=40.0, le=1_000.0)]
_Link = Annotated[float, Meta(ge=0.0, le=1.0)]
_SideGainDb = Annotated[float, Meta(ge=-6.0, le=6.0)]
_AmountPercent = Annotated[float, Meta(ge=0.0, le=MAX_AMOUNT_PERCENT)]
_RangeDb = Annotated[float, Meta(ge=0.0, le=12.0)]
_ClipDb = Annotated[float, Meta(ge=0.0, le=12.0)]


class PresetBand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One band of the equaliser, set by hand."""

    kind: Literal["low_shelf", "bell", "high_shelf"]
    frequency_hz: _EqFrequencyHz
    gain_db: _EqGainDb
    q: _EqQ = 0.7


class PresetCompressor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The compressor, set by hand; without a threshold it starts at the song's own loudness.

    With ``crossover_hz`` what lies below it is compressed on its own.
    """

    ratio: _Ratio = 1.5
    max_reduction_db: _ReductionDb = 1.5
    threshold_dbfs: _ThresholdDbfs | None = None
    attack_s: _AttackS = 0.03
    release_s: _ReleaseS = 0.25
    crossover_hz: _CrossoverHz | None = None


class Preset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``None`` and empty: decided from the mix, the intent and the target."""

    title: str
    why: str = ""
    intent: Intent | None = None
    strength_percent: float | None = None
    match_amount_percent: _AmountPercent | None = None
    match_range_db: dict[OctaveName, _RangeDb] = {}
    off: tuple[PresetStage, ...] = ()
    linear_phase: bool = False
    mend_phase: bool = False
    noise_shaping: bool = False
    link: _Link = 1.0
    side_gain_db: _SideGainDb | None = None
    mono_below_hz: _MonoBelowHz | None = None
    clip_db: _ClipDb | None = None
    caps: dict[CapName, float] = {}
    compressor: PresetCompressor | None = None
    eq: tuple[PresetBand, ...] | None = None

    def __post_init__(self) -> None:
        for name, cap in self.caps.items():
            if not cap >= 0.0:  # nor is what is no number
                raise ValueError(f"{name} is {cap:g}, allowed is 0 or more")


NONE = Preset(title="")
LOUD = "loud"  # the preset that goes on where caps would stop


def load_presets(user_file: Path | None = None) -> dict[str, Preset]:
    """Return all presets by name, the user's own last. Raises ConfigError with the file and what is wrong in it."""
    shipped = tomllib.loads(
        resources.files("bridge.policy.mastering").joinpath("presets.toml").read_text(encoding="utf-8")
    )
    presets = _convert(shipped, "presets.toml")
    if user_file is not None and user_file.exists():
        try:
            text = user_file.read_text(encoding="utf-8")
            own = tomllib.loads(text)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{user_file}: {error}. Correct or remove the file.") from error
        except tomllib.TOMLDecodeError as error:
            raise toml_error(text, str(user_file), error) from error
        presets |= _convert(own, str(user_file))
    return presets


def find_preset(name: str, presets: dict[str, Preset]) -> Preset:
    """Return a preset by name; UsageError lists the names there are."""
    if name not in presets:
        raise UsageError(f"There is no preset {name!r}. There are: {', '.join(sorted(presets))}.")
    return presets[name]


def _convert(tables: dict[str, object], where: str) -> dict[str, Preset]:
    presets = {}
    for name, table in tables.items():
        try:
            presets[name] = msgspec.convert(table, Preset)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where}: preset {name}: {error}. Correct or remove the key.") from error
    return presets
