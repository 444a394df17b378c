"""Spectrum, stereo image, edges and provenance: the results of these stages as fields of a `Measurement`.

A stage that did not run has no fields.
"""

from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from bridge.engine.measurement.plain import finite, finite_all
from dsp.core.units import amplitude_db
from dsp.faults.detector import Faults
from dsp.meters.bands import third_octave_cells_db, third_octave_levels_db, third_octaves_hz
from dsp.meters.kweighting import k_weighting, magnitude
from dsp.meters.provenance import BrickWall, Provenance
from dsp.meters.spectrum import Spectrum
from dsp.meters.spectrum_features import (
    balance_db,
    noise_floor_dbfs,
    resonances,
    rumble_share_db,
    tilt_db_per_octave,
)
from dsp.meters.stereo import Stereo, fold_down, side_share_db

MOST_RESONANCES = 10  # ours: a list that a person reads
MATTERS_DB = -12.0  # ours: a band that is heard this far under the loudest one may vanish in mono unheard
SPREAD_GATE_DB = -20.0  # ours: cells quieter than this under the mean are pauses, not balance
SUBSONIC_HZ = 20.0  # where hearing a tone ends


class SpectrumNumbers(TypedDict, total=False):
    """What the spectrum gives."""

    tilt_db_per_octave: float | None
    rumble_share_db: float | None
    subsonic_share_db: float | None
    low_share_db: float | None
    mid_share_db: float | None
    high_share_db: float | None
    sibilance_share_db: float | None
    noise_floor_dbfs: float | None
    third_octave_hz: tuple[float, ...]
    third_octave_db: tuple[float | None, ...]
    third_octave_spread_db: tuple[float | None, ...]
    resonance_hz: tuple[float, ...]
    resonance_db: tuple[float, ...]


def spectrum_numbers(spectrum: Spectrum | None) -> SpectrumNumbers:
    """Return the fields of the spectrum."""
    if spectrum is None:
        return {}
    shares = balance_db(spectrum)
    found = resonances(spectrum)[:MOST_RESONANCES]
    sounding = bool(spectrum.fine.total.any())
    return {
        "tilt_db_per_octave": tilt_db_per_octave(spectrum) if sounding else None,
        "rumble_share_db": finite(rumble_share_db(spectrum)),
        "subsonic_share_db": finite(rumble_share_db(spectrum, SUBSONIC_HZ)),
        "low_share_db": finite(shares["low"]),
        "mid_share_db": finite(shares["mid"]),
        "high_share_db": finite(shares["high"]),
        "sibilance_share_db": finite(shares["sibilance"]),
        "noise_floor_dbfs": finite(noise_floor_dbfs(spectrum)),
        "third_octave_hz": tuple(round(c, 1) for c in third_octaves_hz(spectrum.rate_hz)),
        "third_octave_db": finite_all(third_octave_levels_db(spectrum)),
        "third_octave_spread_db": finite_all(spread_db(spectrum)),
        "resonance_hz": tuple(r.frequency_hz for r in found),
        "resonance_db": tuple(r.prominence_db for r in found),
    }


def spread_db(spectrum: Spectrum) -> NDArray[np.float64]:
    """Return the standard deviation over time of each third octave, -inf where there is too little to say."""
    levels = third_octave_cells_db(spectrum)
    power = spectrum.cells[: len(levels)].sum(axis=1, dtype=np.float64)
    kept = levels[power > power.sum() / max(len(power), 1) * 10 ** (SPREAD_GATE_DB / 10)]
    if len(kept) < 2:
        return np.full(levels.shape[1], -np.inf)
    there = np.isfinite(kept).all(axis=0)
    spread = np.full(levels.shape[1], -np.inf)
    spread[there] = kept[:, there].std(axis=0, ddof=1)
    return spread


class WallNumbers(TypedDict, total=False):
    """Where the spectrum ends like a wall; no field where it does not."""

    wall_kind: Literal["upsampled", "lossy"] | None
    wall_hz: float | None
    wall_drop_db: float | None
    wall_floor_db: float | None
    wall_source_rate_hz: int | None


def wall_numbers(wall: BrickWall | None) -> WallNumbers:
    """Return the fields of a brick wall."""
    if wall is None:
        return {}
    return {
        "wall_kind": wall.kind,
        "wall_hz": wall.edge_hz,
        "wall_drop_db": wall.drop_db,
        "wall_floor_db": wall.floor_db,
        "wall_source_rate_hz": wall.source_rate_hz,
    }


class StereoNumbers(TypedDict, total=False):
    """What the stereo image gives."""

    identical_channels: bool
    inverted_channels: bool
    correlation: float | None
    correlation_min: float | None
    correlation_min_at_s: float | None
    balance_db: float | None
    sustained_balance_db: float | None
    width_db: float | None


def stereo_numbers(stereo: Stereo | None) -> StereoNumbers:
    """Return the fields of the stereo image; between a channel and silence there is no relation."""
    if stereo is None:
        return {}
    both = not (stereo.left_silent or stereo.right_silent)
    audible = np.flatnonzero(stereo.audible()) if both else np.zeros(0, np.int64)
    over_time = stereo.correlation_over_time()
    lowest = int(audible[np.argmin(over_time[audible])]) if len(audible) else None
    return {
        "identical_channels": stereo.identical,
        "inverted_channels": stereo.inverted,
        "correlation": stereo.correlation if both else None,
        "correlation_min": None if lowest is None else float(over_time[lowest]),
        "correlation_min_at_s": None if lowest is None else lowest * stereo.step_s,
        "balance_db": finite(stereo.balance_db) if both else None,
        "sustained_balance_db": stereo.sustained_balance_db() if both else None,
        "width_db": finite(stereo.width_db),
    }


class MonoNumbers(TypedDict, total=False):
    """What becomes of the sides in mono."""

    side_below_120_db: float | None
    mono_loss_db: float | None
    mono_loss_hz: float | None


def mono_numbers(stereo: Stereo | None, spectrum: Spectrum | None) -> MonoNumbers:
    """Return the fields that need the stereo image and the spectrum."""
    if stereo is None or spectrum is None:
        return {}
    bands = [] if stereo.left_silent or stereo.right_silent else fold_down(spectrum)
    centres = np.array([b.centre_hz for b in bands])
    weights = 20 * np.log10(magnitude(k_weighting(spectrum.rate_hz), centres, spectrum.rate_hz))
    heard = [b.level_db + float(w) for b, w in zip(bands, weights, strict=True)]
    loudest = max(heard, default=0.0)
    matter = [b for b, level in zip(bands, heard, strict=True) if level > loudest + MATTERS_DB]
    worst = max(matter, key=lambda b: b.loss_db, default=None)
    return {
        "side_below_120_db": finite(side_share_db(spectrum)),
        "mono_loss_db": worst.loss_db if worst else None,
        "mono_loss_hz": round(worst.centre_hz, 1) if worst else None,
    }


class EdgeNumbers(TypedDict, total=False):
    """What the fault detectors give besides the places."""

    silent_channels: tuple[int, ...]
    square_like_s: float
    head_silence_s: float | None
    tail_silence_s: float | None
    first_sample_dbfs: float | None
    end_peak_dbfs: float | None
    end_fall_db_per_s: float | None
    peaks_at_ceiling: float | None
    head_noise_s: float
    tail_noise_s: float


def edge_numbers(faults: Faults | None) -> EdgeNumbers:
    """Return the fields of the fault detectors; the places are in `time_spans.detected_of`."""
    if faults is None:
        return {}
    edges = faults.edges
    loud = max(faults.channel_peaks) > 0.0
    return {
        "silent_channels": tuple(i for i, peak in enumerate(faults.channel_peaks) if peak == 0.0),
        "square_like_s": faults.square_like_s,
        "head_silence_s": edges.head_silence_s if loud else None,
        "tail_silence_s": edges.tail_silence_s if loud else None,
        "first_sample_dbfs": finite(amplitude_db(edges.first_sample)),
        "end_peak_dbfs": finite(amplitude_db(edges.end_peak)),
        "end_fall_db_per_s": edges.end_fall_db_per_s if loud else None,
        "peaks_at_ceiling": edges.ceiling_share if loud else None,
        "head_noise_s": faults.noise.head_s,
        "tail_noise_s": faults.noise.tail_s,
    }


class ProvenanceNumbers(TypedDict, total=False):
    """What the samples say about where they come from."""

    real_bits: int | None
    float_content: bool
    dithered: bool | None


def provenance_numbers(provenance: Provenance | None) -> ProvenanceNumbers:
    """Return the fields of provenance, apart from the spectrum's."""
    if provenance is None:
        return {}
    return {
        "real_bits": provenance.real_bits,
        "float_content": provenance.float_content,
        "dithered": provenance.dithered,
    }
