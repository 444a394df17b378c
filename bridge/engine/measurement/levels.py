"""Loudness, peaks, dynamics and sections: the results of these stages as fields of a `Measurement`.

A stage that did not run has no fields.
"""

from typing import TypedDict

from bridge.engine.measurement.plain import finite, finite_all
from bridge.model import SectionLevel
from dsp.core.units import amplitude_db
from dsp.faults.detector import Faults
from dsp.meters.dynamics import Dynamics
from dsp.meters.loudness import Loudness
from dsp.meters.sections import Sections
from dsp.meters.true_peak import TruePeak

MOST_TIMES = 10  # ours: a wrecked file gives a list a person can read; the curve has the rest


class LoudnessNumbers(TypedDict, total=False):
    """What loudness gives."""

    integrated_lufs: float | None
    max_momentary_lufs: float | None
    max_momentary_at_s: float | None
    max_short_term_lufs: float | None
    max_short_term_at_s: float | None
    range_lu: float | None
    range_low_lufs: float | None
    range_high_lufs: float | None
    relative_gate_lufs: float | None


def loudness_numbers(loudness: Loudness | None) -> LoudnessNumbers:
    """Return the fields of loudness; a range that is not reliable is none."""
    if loudness is None:
        return {}
    momentary, short_term = finite(loudness.max_momentary_lufs), finite(loudness.max_short_term_lufs)
    range_low = finite(loudness.range_low_lufs)
    has_range = loudness.range_reliable and range_low is not None
    return {
        "integrated_lufs": finite(loudness.integrated_lufs),
        "max_momentary_lufs": momentary,
        "max_momentary_at_s": None if momentary is None else loudness.max_momentary_at_s,
        "max_short_term_lufs": short_term,
        "max_short_term_at_s": None if short_term is None else loudness.max_short_term_at_s,
        "range_lu": finite(loudness.range_lu) if has_range else None,
        "range_low_lufs": range_low,
        "range_high_lufs": finite(loudness.range_high_lufs),
        "relative_gate_lufs": finite(loudness.relative_gate_lufs),
    }


class TruePeakNumbers(TypedDict, total=False):
    """What true peaks give."""

    true_peak_dbtp: float | None
    true_peak_at_s: float | None
    true_peak_channels_dbtp: tuple[float | None, ...]
    true_peak_over_count: int
    true_peak_over_at_s: tuple[float, ...]


def true_peak_numbers(true_peak: TruePeak | None) -> TruePeakNumbers:
    """Return the fields of true peaks, the highest overs in order of time."""
    if true_peak is None:
        return {}
    level = finite(true_peak.true_peak_dbtp)
    worst = sorted(range(len(true_peak.over_at_s)), key=lambda i: -true_peak.over_dbtp[i])[:MOST_TIMES]
    return {
        "true_peak_dbtp": level,
        "true_peak_at_s": None if level is None else true_peak.true_peak_at_s,
        "true_peak_channels_dbtp": finite_all(true_peak.channel_dbtp),
        "true_peak_over_count": len(true_peak.over_at_s),
        "true_peak_over_at_s": tuple(true_peak.over_at_s[i] for i in sorted(worst)),
    }


class DynamicsNumbers(TypedDict, total=False):
    """What dynamics give."""

    sample_peak_dbfs: float | None
    sample_peak_channels_dbfs: tuple[float | None, ...]
    rms_dbfs: float | None
    rms_channels_dbfs: tuple[float | None, ...]
    crest_db: float | None
    plr_db: float | None
    psr_min_db: float | None
    psr_median_db: float | None
    dr_db: float | None


def dynamics_numbers(dynamics: Dynamics | None) -> DynamicsNumbers:
    """Return the fields of dynamics."""
    if dynamics is None:
        return {}
    return {
        "sample_peak_dbfs": finite(dynamics.sample_peak_dbfs),
        "sample_peak_channels_dbfs": finite_all(c.sample_peak_dbfs for c in dynamics.channels),
        "rms_dbfs": finite(dynamics.rms_dbfs),
        "rms_channels_dbfs": finite_all(c.rms_dbfs for c in dynamics.channels),
        "crest_db": finite(dynamics.crest_db),
        "plr_db": finite(dynamics.plr_db),
        "psr_min_db": finite(dynamics.psr_min_db),
        "psr_median_db": finite(dynamics.psr_median_db),
        "dr_db": finite(dynamics.dr_db),
    }


class OffsetNumbers(TypedDict, total=False):
    """How far the waveform sits off the centre line."""

    dc_dbfs: float | None
    dc_channels: tuple[float, ...]


def offset_numbers(dynamics: Dynamics | None, faults: Faults | None) -> OffsetNumbers:
    """Return the offset under a window over the whole file, where faults were looked for; else the plain mean.

    Under the window a bass note that is cut in mid-wave is no offset.
    """
    if faults is not None:
        return {
            "dc_dbfs": finite(amplitude_db(max((abs(v) for v in faults.dc), default=0.0))),
            "dc_channels": faults.dc,
        }
    if dynamics is not None:
        return {"dc_dbfs": finite(dynamics.dc_dbfs), "dc_channels": tuple(c.dc for c in dynamics.channels)}
    return {}


class SectionNumbers(TypedDict, total=False):
    """How the song's sections differ."""

    sections: tuple[SectionLevel, ...]
    section_contrast_lu: float | None
    section_spread_lu: float | None
    section_slope_lu_per_min: float | None


def section_numbers(found: Sections | None) -> SectionNumbers:
    """Return the fields of the sections; a song of one section has no contrast."""
    if found is None:
        return {}
    several = len(found.sections) > 1
    return {
        "sections": tuple(
            SectionLevel(start_s=s.start_s, end_s=s.end_s, level_lufs=finite(s.level_lufs)) for s in found.sections
        ),
        "section_contrast_lu": found.contrast_lu if several else None,
        "section_spread_lu": found.spread_lu if several else None,
        "section_slope_lu_per_min": found.slope_lu_per_min if several else None,
    }
