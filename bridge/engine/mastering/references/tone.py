"""Towards the tone of references: how far, and what is said of the rest."""

from dataclasses import dataclass

import numpy as np

from bridge.engine.mastering.references.followed import FollowedReferences
from bridge.engine.mastering.spec import MasterSpec
from bridge.engine.references import profile_of
from bridge.model import Analysis
from bridge.policy.mastering.references import MatchRange, match_range
from dsp.compare.octaves import OCTAVES_HZ
from dsp.mastering.eq import EqBand
from dsp.mastering.tone_match import LEAST_DISTANCE_DB, ToneMatch, match_tone

_TOLD_DB = 1.0  # ours: less left in an octave is not worth a word
_SAID_DB = 0.05  # less would be said as 0.0


@dataclass(frozen=True, slots=True)
class TowardsTone:
    """The bands that go towards the references, and what is said about them."""

    bands: tuple[EqBand, ...]
    notes: tuple[str, ...]


def tone_towards(spec: MasterSpec, analysis: Analysis, references: FollowedReferences) -> TowardsTone:
    """Return the bands for the share that was asked, inside the intent's range; never further away than the mix."""
    limits = match_range(spec.intent, spec.preset.match_range_db)
    share = spec.match_share * spec.strength
    own = profile_of(analysis)
    found = match_tone(
        np.array(own.centres_hz),
        own.levels_db,
        references.octaves,
        analysis.format.rate_hz,
        share,
        np.array(limits.cut_db),
        np.array(limits.boost_db),
    )
    return TowardsTone(found.bands, _notes(found, references, limits, share))


def _notes(found: ToneMatch, references: FollowedReferences, limits: MatchRange, share: float) -> tuple[str, ...]:
    whose = "the reference's" if references.count == 1 else "the references'"
    if not found.bands:
        if found.before_db < LEAST_DISTANCE_DB:
            return (f"Its tone is {whose} already: their octaves lie {_decibels(found.before_db)} apart.",)
        if share == 0.0:
            return ()
        nothing = "no broad band inside the range would bring them nearer"
        return (f"Its octaves stay {found.before_db:.1f} dB from {whose}: {nothing}.",)
    left = "are left" if found.after_db >= _SAID_DB else "is left"
    notes = [f"Its octaves lay {found.before_db:.1f} dB from {whose}, {_decibels(found.after_db)} {left}."]
    lacking = references.octaves.lacking_db
    untaken = [
        f"{_octave(hertz)}: {abs(wanted):.1f} dB {'more' if wanted > 0 else 'less'} in the reference"
        f"{'s' if references.count > 1 else ''}, {_taken(moved * np.sign(wanted))} taken"
        for hertz, wanted, moved, cut, boost, is_followed in zip(
            OCTAVES_HZ,
            lacking,
            found.moved_db,
            limits.cut_db,
            limits.boost_db,
            references.octaves.is_followed,
            strict=True,
        )
        if is_followed and not -cut <= wanted * share <= boost and abs(wanted - moved) >= _TOLD_DB
    ]
    if untaken:
        notes.append(f"Further would not be safe. {'; '.join(untaken)}. {limits.why[0].upper()}{limits.why[1:]}.")
    return tuple(notes)


def _decibels(value_db: float) -> str:
    return f"{value_db:.1f} dB" if value_db >= _SAID_DB else "less than 0.1 dB"


def _taken(moved_db: float) -> str:
    return f"{moved_db:.1f}" if moved_db >= _SAID_DB else "nothing"


def _octave(hertz: float) -> str:
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz:g} Hz"
