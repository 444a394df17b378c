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
            return (f"Its tone is {whose} already: their octaves lie {found.before_db:.1f} dB apart.",)
        if share == 0.0:
            return ()
        return (f"Its octaves stay {found.before_db:.1f} dB from {whose}: no broad band would bring them nearer.",)
    notes = [f"Its octaves lay {found.before_db:.1f} dB from {whose}, {found.after_db:.1f} dB are left."]
    lacking = references.octaves.lacking_db
    left = [
        f"{_octave(hertz)}: {abs(wanted):.1f} dB {'more' if wanted > 0 else 'less'} in the reference"
        f"{'s' if references.count > 1 else ''}, {max(moved * np.sign(wanted), 0.0):.1f} taken"
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
    if left:
        notes.append(f"Further would not be safe. {'; '.join(left)}. {limits.why[0].upper()}{limits.why[1:]}.")
    return tuple(notes)


def _octave(hertz: float) -> str:
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz:g} Hz"
