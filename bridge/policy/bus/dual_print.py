"""Two bounces of one mix, with and without the master bus: what the bus adds.

Is the level earned by the mix or borrowed from the bus? The loudness that the bus adds has two parts: peaks that
grew with it (plain gain, which any fader can give) and peaks that did not (pressed down: borrowed from the bus).
"""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict

from bridge.model import Measurement
from bridge.policy.metrics import metric

_DRY = (
    r"dry|no ?bus|no ?master(?: ?fx)?|no ?fx|bus ?off|master ?off|fx ?off|unprocessed|bypass(?:ed)?"
    r"|pre ?bus|without bus"
)
_WET = r"wet|with ?bus|master ?on|bus ?on|fx ?on|processed|bus|with ?master(?: ?fx)?"
_MARK = re.compile(rf"(?<![a-z0-9])(?:(?P<dry>{_DRY})|(?P<wet>{_WET}))(?![a-z0-9])")
_SEPARATORS = re.compile(r"[\s_\-–—.()\[\]]+")


class PrintName(Struct, frozen=True):
    """A file name taken apart: the mix it is a print of, and which print."""

    mix: str
    kind: str  # dry, wet, or empty when the name does not say


class BusEffect(Struct, frozen=True, kw_only=True):
    """What the master bus does to a mix: wet minus dry; None where there is no value (silence)."""

    loudness_lu: float | None
    from_bus_lu: float | None  # the part that peaks did not follow
    from_gain_db: float | None  # the part that they did
    crest_db: float | None
    plr_db: float | None
    range_lu: float | None
    width_db: float | None = None  # side against middle
    tilt_db_per_octave: float | None = None
    low_share_db: float | None = None  # below 250 Hz
    high_share_db: float | None = None  # above 4 kHz
    sentence: str


def print_name(stem: str) -> PrintName:
    """Take a file name without its ending apart: "Night Drive v3 (dry)" → "night drive v3", dry."""
    plain = " ".join(_SEPARATORS.sub(" ", stem.casefold()).split())
    marks = list(_MARK.finditer(plain))
    if not marks:
        return PrintName(plain, "")
    mark = marks[-1]
    mix = " ".join((plain[: mark.start()] + plain[mark.end() :]).split())
    return PrintName(mix, "dry" if mark.group("dry") else "wet") if mix else PrintName(plain, "")


def find_pair(stem: str, others: Sequence[str]) -> tuple[str, str] | None:
    """Return (wet, dry) among these file names when one of the others is the other print of this mix."""
    mine = print_name(stem)
    for other in others:
        theirs = print_name(other)
        if other == stem or theirs.mix != mine.mix:
            continue
        kinds = {mine.kind or "wet", theirs.kind or "wet"}  # the one that does not say went through the bus
        if kinds == {"wet", "dry"}:
            return (other, stem) if mine.kind == "dry" else (stem, other)
    return None


def bus_effect(wet: Measurement, dry: Measurement) -> BusEffect:
    """Return what the bus adds, from the measurements of the two prints."""
    loudness_lu = _minus(wet.integrated_lufs, dry.integrated_lufs)
    gain_db = _minus(wet.true_peak_dbtp, dry.true_peak_dbtp)
    from_bus_lu = None if loudness_lu is None or gain_db is None else loudness_lu - gain_db
    return BusEffect(
        loudness_lu=loudness_lu,
        from_bus_lu=from_bus_lu,
        from_gain_db=gain_db,
        crest_db=_minus(wet.crest_db, dry.crest_db),
        plr_db=_minus(wet.plr_db, dry.plr_db),
        range_lu=_minus(wet.range_lu, dry.range_lu),
        width_db=_minus(wet.width_db, dry.width_db),
        tilt_db_per_octave=_minus(wet.tilt_db_per_octave, dry.tilt_db_per_octave),
        low_share_db=_minus(wet.low_share_db, dry.low_share_db),
        high_share_db=_minus(wet.high_share_db, dry.high_share_db),
        sentence=_sentence(loudness_lu, from_bus_lu, gain_db),
    )


# The differences beside loudness, in the order in which they are read.
_PARTS = ("crest_db", "plr_db", "range_lu", "tilt_db_per_octave", "low_share_db", "high_share_db", "width_db")


def effect_rows(effect: BusEffect) -> tuple[tuple[str, float | None, str], ...]:
    """Return what the bus adds as (label, difference, unit), in the order in which it is read."""
    parts = asdict(effect)
    return (
        ("Loudness", effect.loudness_lu, "LU"),
        ("of it pressed out of the peaks", effect.from_bus_lu, "LU"),
        ("of it plain gain", effect.from_gain_db, "dB"),
        *((metric(name).label, parts[name], metric(name).unit) for name in _PARTS),
    )


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _sentence(loudness_lu: float | None, from_bus_lu: float | None, gain_db: float | None) -> str:
    if loudness_lu is None or from_bus_lu is None or gain_db is None:
        return "One of the two prints is silent: there is nothing to compare."
    if abs(loudness_lu) < 0.1 and abs(from_bus_lu) < 0.1:
        return "The bus leaves the loudness as it is."
    if loudness_lu <= 0.0:
        return f"The bus makes the mix {-loudness_lu:.1f} LU quieter; its peaks moved by {gain_db:+.1f} dB."
    borrowed = min(max(from_bus_lu, 0.0), loudness_lu)
    rest = loudness_lu - borrowed
    sentence = f"Of {loudness_lu:+.1f} LU over the dry bus, {borrowed:.1f} come from the bus"
    return f"{sentence}, {rest:.1f} from plain gain." if rest >= 0.05 else f"{sentence}."
