"""Deciding what is shaped before the level: as little as possible, each decision with its reason."""

from dataclasses import dataclass, replace

import numpy as np

from bridge.engine.mastering.low_end import (
    SUBSONIC_HZ,
    has_infrasound,
    infrasound_move,
    offset_move,
    offsets_of,
)
from bridge.engine.mastering.references.followed import FollowedReferences, tone_of_analysis
from bridge.engine.mastering.references.tone import tone_towards
from bridge.engine.mastering.sides import mending, places_in_words
from bridge.engine.mastering.spec import MasterSpec
from bridge.model import Analysis, MasterMove
from dsp.compare.tone import excess_db, share_below_db
from dsp.mastering.chain import ShapingSettings
from dsp.mastering.compressor import CompressorSettings
from dsp.mastering.eq import EqBand, fit_bands
from dsp.mastering.stereo_width import WidthSettings

_CLEAR_EXCESS_DB = 5.0  # ours: music is never flat; what stands out further is heard as a fault
_EXCESS_SHARE = 0.5  # half of what is beyond it is taken away
_CROSSOVER_HZ = 150.0  # ours: kick and bass below, their overtones and everything else above
_BASS_LEADS_DB = -3.0  # half of the energy
_LEAST_DYNAMICS_DB = 2.0  # ours: differences of crest below this are a matter of arrangement


@dataclass(frozen=True, slots=True)
class Decisions:
    """The stages before the gain, what they are for, and what is said besides."""

    settings: ShapingSettings
    moves: tuple[MasterMove, ...]
    notes: tuple[str, ...] = ()


def decide(spec: MasterSpec, analysis: Analysis, references: FollowedReferences | None) -> Decisions:
    """Return the shaping an order needs; usually none."""
    decisions = Decisions(ShapingSettings(rate_hz=spec.rate_hz, linear_phase=spec.request.linear_phase), ())
    if spec.preset.linear_phase:
        decisions = replace(decisions, settings=replace(decisions.settings, linear_phase=True))
    for decide in (_subsonic, _eq, _width, _compressor):
        decisions = decide(decisions, spec, analysis, references)
    if not decisions.settings.eq:  # two spellings of the same settings would be two hashes
        decisions = replace(decisions, settings=replace(decisions.settings, linear_phase=False))
    return decisions


def _subsonic(decisions: Decisions, spec: MasterSpec, analysis: Analysis, _: FollowedReferences | None) -> Decisions:
    settings, moves = decisions.settings, list(decisions.moves)
    offsets = () if spec.is_off("subsonic") else offsets_of(analysis)
    if offsets:
        settings = replace(settings, offsets=offsets)
        moves.append(offset_move(offsets))
    if has_infrasound(spec, analysis):
        settings = replace(settings, subsonic_hz=SUBSONIC_HZ, subsonic_linear_phase=True)
        moves.append(infrasound_move(analysis))
    return replace(decisions, settings=settings, moves=tuple(moves))


def _eq(decisions: Decisions, spec: MasterSpec, analysis: Analysis, references: FollowedReferences | None) -> Decisions:
    if spec.is_off("eq"):
        return decisions
    rate_hz = analysis.format.rate_hz
    caps = spec.caps
    notes: tuple[str, ...] = ()
    if spec.preset.eq is not None:
        bands = tuple(EqBand(b.kind, b.frequency_hz, b.gain_db, b.q) for b in spec.preset.eq)
        why = "set by hand"
    elif references is not None and "tone" in spec.request.match:
        found = tone_towards(spec, analysis, references)
        bands, notes = found.bands, found.notes
        why = f"towards the tone of {references.count} reference{'s' if references.count > 1 else ''}"
    else:
        tone = tone_of_analysis(analysis)
        excess = np.maximum(excess_db(tone) - _CLEAR_EXCESS_DB, 0.0)
        wanted = -excess * _EXCESS_SHARE * spec.strength
        bands = fit_bands(tone.frequency_hz, wanted, rate_hz, caps.max_eq_cut_db, 0.0)
        bands = tuple(band for band in bands if band.frequency_hz <= spec.ways.highest_eq_hz)
        why = "stands out of the song's own balance"
    ordered = sorted(bands, key=lambda band: band.gain_db)  # cuts first
    moves = [
        MasterMove(stage="eq", what=_words(band), amount_db=band.gain_db, why=why, where=_place(band))
        for band in ordered
    ]
    settings = replace(decisions.settings, eq=bands)
    return replace(decisions, settings=settings, moves=(*decisions.moves, *moves), notes=(*decisions.notes, *notes))


def _place(band: EqBand) -> str:
    hertz = f"{band.frequency_hz / 1000:g} kHz" if band.frequency_hz >= 1000 else f"{band.frequency_hz:g} Hz"
    side = {"low_shelf": "below", "bell": "around", "high_shelf": "above"}[band.kind]
    return f"{side} {hertz}"


def _words(band: EqBand) -> str:
    return f"{'Raised' if band.gain_db > 0 else 'Lowered'} what lies {_place(band)} by {abs(band.gain_db):.1f} dB"


def _width(
    decisions: Decisions, spec: MasterSpec, analysis: Analysis, references: FollowedReferences | None
) -> Decisions:
    if spec.is_off("width") or analysis.format.channels != 2:
        return decisions
    width_db = analysis.measurement.width_db
    below = spec.preset.mono_below_hz or spec.target.mono_below_hz
    gain_db, why = 0.0, ""
    if spec.preset.side_gain_db is not None:
        gain_db, why = spec.preset.side_gain_db, "set by hand"
    elif references is not None and "width" in spec.request.match and width_db is not None:
        most = spec.caps.max_width_change_db
        gain_db = float(np.clip((references.width_db - width_db) * spec.strength, -most, most))
        why = "towards the width of the references"
    gain_db = round(gain_db, 2) if abs(gain_db) >= 0.2 else 0.0
    moves = []
    if gain_db:
        what = f"Sides {'up' if gain_db > 0 else 'down'} by {abs(gain_db):.1f} dB"
        moves.append(MasterMove(stage="width", what=what, amount_db=gain_db, why=why))
    mended = mending(spec, analysis)
    if mended is not None:
        where = places_in_words(mended.stretches_s)
        what = f"Sides down by {-mended.gain_db:.1f} dB where left and right work against each other ({where})"
        move = MasterMove(stage="width", what=what, amount_db=mended.gain_db, why=mended.why, where=where)
        moves.append(move)
    if below is not None:
        what = f"Brought everything below {below:g} Hz to the middle"
        by_hand = spec.preset.mono_below_hz is not None
        why = "set by hand" if by_hand else f"{spec.target.title} asks for it"
        moves.append(MasterMove(stage="width", what=what, amount_db=0.0, why=why, where=f"below {below:g} Hz"))
    if not moves:
        return decisions
    width = WidthSettings(gain_db, below)
    if mended is not None:
        width = replace(width, mend_db=mended.gain_db, mend_s=mended.stretches_s)
    return replace(decisions, settings=replace(decisions.settings, width=width), moves=(*decisions.moves, *moves))


def _compressor(
    decisions: Decisions, spec: MasterSpec, analysis: Analysis, references: FollowedReferences | None
) -> Decisions:
    """Off unless it is asked for by hand, or a reference whose dynamics are to be followed is denser.

    One band, unless the bass holds most of the energy: it would duck everything else with every note.
    """
    if spec.is_off("compressor"):
        return decisions
    measured = analysis.measurement
    by_hand = spec.preset.compressor
    most = spec.caps.max_compression_db * spec.strength
    if by_hand is not None:
        most, why = min(by_hand.max_reduction_db, most), "asked for by the preset"
    elif references is not None and "dynamics" in spec.request.match and measured.plr_db is not None:
        denser = measured.plr_db - references.plr_db
        if denser < _LEAST_DYNAMICS_DB:
            return decisions
        most, why = min(denser / 2, most), f"the references are {denser:.1f} dB denser"
    else:
        return decisions
    if most < 0.2 or measured.rms_dbfs is None:
        return decisions
    hand = by_hand
    threshold = hand.threshold_dbfs if hand is not None and hand.threshold_dbfs is not None else measured.rms_dbfs
    tone = tone_of_analysis(analysis)
    bass_leads = share_below_db(tone, _CROSSOVER_HZ) > _BASS_LEADS_DB
    crossover_hz = hand.crossover_hz if hand is not None else _CROSSOVER_HZ if bass_leads else None
    low_threshold = None
    if crossover_hz is not None and (hand is None or hand.threshold_dbfs is None):
        share_db = share_below_db(tone, crossover_hz)
        low_threshold = round(min(max(threshold + share_db, -80.0), 0.0), 2)
        threshold += 10.0 * float(np.log10(max(1.0 - 10.0 ** (share_db / 10.0), 1e-3)))
    settings = CompressorSettings(
        threshold_dbfs=round(min(max(threshold, -80.0), 0.0), 2),
        ratio=hand.ratio if hand is not None else spec.ways.ratio,
        attack_s=hand.attack_s if hand is not None else 0.03,
        release_s=hand.release_s if hand is not None else 0.25,
        max_reduction_db=round(most, 2),
        crossover_hz=crossover_hz,
        low_threshold_dbfs=low_threshold,
    )
    what = f"Compressed gently, by at most {most:.1f} dB"
    if crossover_hz is not None:
        what += f", what lies below {crossover_hz:g} Hz on its own"
    move = MasterMove(stage="compressor", what=what, amount_db=-round(most, 2), why=why)
    shaping = replace(decisions.settings, compressor=settings)
    return replace(decisions, settings=shaping, moves=(*decisions.moves, move))
