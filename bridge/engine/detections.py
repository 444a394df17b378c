"""From spectrum, stereo image, faults and provenance to the flat records of `bridge.model`."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.engine.plain_values import finite, finite_all, series
from bridge.model import Detections, SpectrumCurve, TimeSpan, TimeSpans
from dsp.core.units import amplitude_db, powers_db
from dsp.faults.detector import Faults
from dsp.faults.events import FaultEvent, FaultEventGroup
from dsp.meters.bands import third_octave_cells_db, third_octave_levels_db, third_octaves_hz
from dsp.meters.meter import Measures
from dsp.meters.provenance import Provenance, find_brick_wall
from dsp.meters.spectrum import BANDS_HZ, LOW_LIMIT_HZ, Spectrum
from dsp.meters.spectrum_features import (
    balance_db,
    balance_over_time_db,
    noise_floor_dbfs,
    resonances,
    rumble_share_db,
    tilt_db_per_octave,
)
from dsp.meters.stereo import Stereo, fold_down, mid_side_db, side_share_db

WORST = 10  # places a person reads
MATTERS_DB = -40.0  # ours: a band this far under the loudest one may vanish in mono unheard
SPREAD_GATE_DB = -20.0  # ours: cells quieter than this under the mean are pauses, not balance
SUBSONIC_HZ = 20.0  # where hearing a tone ends
CURVE_STEPS_PER_OCTAVE = 24
CURVE_STEP_S = 0.5


def spectrum_fields(spectrum: Spectrum) -> dict[str, Any]:
    """Return the numbers drawn from the spectrum."""
    shares = balance_db(spectrum)
    found = resonances(spectrum)[:WORST]
    sounding = bool(spectrum.fine.total.any())
    return {
        "tilt_db_per_octave": tilt_db_per_octave(spectrum) if sounding else None,
        "rumble_share_db": finite(rumble_share_db(spectrum)),
        "subsonic_share_db": finite(rumble_share_db(spectrum, SUBSONIC_HZ)),
        **{f"{name}_share_db": finite(shares[name]) for name, _, _ in BANDS_HZ},
        "noise_floor_dbfs": finite(noise_floor_dbfs(spectrum)),
        "third_octave_hz": tuple(round(c, 1) for c in third_octaves_hz(spectrum.rate_hz)),
        "third_octave_db": finite_all(third_octave_levels_db(spectrum)),
        "third_octave_spread_db": finite_all(spread_db(spectrum)),
        "resonance_hz": tuple(r.frequency_hz for r in found),
        "resonance_db": tuple(r.prominence_db for r in found),
        **_wall_fields(spectrum),
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


def _wall_fields(spectrum: Spectrum) -> dict[str, Any]:
    wall = find_brick_wall(spectrum)
    if wall is None:
        return {}
    return {
        "wall_kind": wall.kind,
        "wall_hz": wall.edge_hz,
        "wall_drop_db": wall.drop_db,
        "wall_floor_db": wall.floor_db,
        "wall_source_rate_hz": wall.source_rate_hz,
    }


def stereo_fields(stereo: Stereo, spectrum: Spectrum | None) -> dict[str, Any]:
    """Return the numbers of the stereo image."""
    fields: dict[str, Any] = {"identical_channels": stereo.identical, "inverted_channels": stereo.inverted}
    both = not (stereo.left_silent or stereo.right_silent)
    fields["correlation"] = stereo.correlation if both else None
    audible = np.flatnonzero(stereo.audible()) if both else np.zeros(0, np.int64)
    over_time = stereo.correlation_over_time()
    lowest = int(audible[np.argmin(over_time[audible])]) if len(audible) else None
    fields["correlation_min"] = None if lowest is None else float(over_time[lowest])
    fields["correlation_min_at_s"] = None if lowest is None else lowest * stereo.step_s
    fields["balance_db"] = finite(stereo.balance_db) if both else None
    fields["sustained_balance_db"] = stereo.sustained_balance_db() if both else None
    fields["width_db"] = finite(stereo.width_db)
    if spectrum is not None:
        fields["side_below_120_db"] = finite(side_share_db(spectrum))
        bands = fold_down(spectrum)
        loudest = max((b.level_db for b in bands), default=0.0)
        worst = max((b for b in bands if b.level_db > loudest + MATTERS_DB), key=lambda b: b.loss_db, default=None)
        fields["mono_loss_db"] = worst.loss_db if worst and both else None
        fields["mono_loss_hz"] = round(worst.centre_hz, 1) if worst and both else None
    return fields


def fault_fields(faults: Faults) -> dict[str, Any]:
    """Return the numbers of the fault stage; the places are in `detected_of`."""
    edges = faults.edges
    loud = max(faults.channel_peaks) > 0.0
    return {
        # Under a window over the whole file: a bass note that is cut in mid-wave is no offset.
        "dc_dbfs": finite(amplitude_db(max((abs(v) for v in faults.dc), default=0.0))),
        "dc_channels": faults.dc,
        "silent_channels": tuple(i for i, peak in enumerate(faults.channel_peaks) if peak == 0.0),
        "square_like_s": faults.square_like_s,
        "head_silence_s": edges.head_silence_s if loud else None,
        "tail_silence_s": edges.tail_silence_s if loud else None,
        "first_sample_dbfs": finite(amplitude_db(edges.first_sample)),
        "end_peak_dbfs": finite(amplitude_db(edges.end_peak)),
        "peaks_at_ceiling": edges.ceiling_share if loud else None,
    }


def provenance_fields(provenance: Provenance) -> dict[str, Any]:
    """Return what is known about where the file comes from, apart from its spectrum."""
    return {
        "real_bits": provenance.real_bits,
        "float_content": provenance.float_content,
        "dithered": provenance.dithered,
    }


def detected_of(measures: Measures, correlation_below: float = 0.0) -> Detections:
    """Return everything that was found at certain times."""
    found: dict[str, TimeSpans] = {}
    if measures.faults is not None:
        faults, rate_hz = measures.faults, measures.rate_hz
        for name in ("clipping", "over_full_scale", "clicks", "not_finite"):
            found[name] = _places(getattr(faults, name), rate_hz)
        found["dropouts"] = _places(faults.dropouts, rate_hz, severity_scale=1 / rate_hz)
        silences = faults.edges.silences
        group = FaultEventGroup(len(silences), sum(e.length_frames for e in silences), silences)
        found["silences"] = _places(group, rate_hz)
    if measures.stereo is not None:
        stretches = measures.stereo.out_of_phase(correlation_below)
        places = [TimeSpan(start_s=a, length_s=length, channels=(0, 1), severity=length) for a, length in stretches]
        worst = sorted(sorted(places, key=lambda p: -p.severity)[:WORST], key=lambda p: p.start_s)
        total_s = sum(p.length_s for p in places)
        found["out_of_phase"] = TimeSpans(count=len(places), total_s=total_s, places=len(places), worst=tuple(worst))
    return Detections(**found)


def _places(group: FaultEventGroup, rate_hz: int, severity_scale: float = 1.0) -> TimeSpans:
    def place(event: FaultEvent) -> TimeSpan:
        return TimeSpan(
            start_s=event.start_frame / rate_hz,
            length_s=event.length_frames / rate_hz,
            channels=event.channels,
            severity=event.severity * severity_scale,
            count=event.count,
        )

    worst = tuple(place(e) for e in group.worst(WORST))
    return TimeSpans(count=group.count, total_s=group.frames / rate_hz, places=len(group.events), worst=worst)


def curve_fields(measures: Measures) -> dict[str, Any]:
    """Return the curves of spectrum and stereo image."""
    fields: dict[str, Any] = {}
    if measures.stereo is not None:
        stereo = measures.stereo
        every = max(1, round(CURVE_STEP_S / stereo.step_s))
        step_s = every * stereo.step_s
        correlation = np.where(stereo.audible(), stereo.correlation_over_time(), np.nan)
        fields["correlation"] = series(correlation[::every], 0.0, step_s)
        balance = np.where(stereo.audible(), stereo.balance_over_time_db(), np.nan)
        fields["balance_db"] = series(balance[::every], 0.0, step_s)
    if measures.spectrum is not None:
        step_s, levels = balance_over_time_db(measures.spectrum, CURVE_STEP_S)
        for column, (name, _, _) in enumerate(BANDS_HZ):
            fields[f"{name}_db"] = series(levels[:, column], 0.0, step_s)
        fields["spectrum"] = _spectrum_curve(measures.spectrum)
    return fields


def _spectrum_curve(spectrum: Spectrum) -> SpectrumCurve:
    steps = int(np.log2(spectrum.rate_hz / 2 / 20.0) * CURVE_STEPS_PER_OCTAVE)
    centres = [20.0 * 2 ** (n / CURVE_STEPS_PER_OCTAVE) for n in range(steps)]
    half = 2 ** (0.5 / CURVE_STEPS_PER_OCTAVE)
    bands = [(centre / half, centre * half) for centre in centres]
    levels = []
    for low_hz, high_hz in bands:
        source = spectrum.low if high_hz <= LOW_LIMIT_HZ else spectrum.fine
        levels.append(source.band(source.total, low_hz, high_hz))
    mid, side = mid_side_db(spectrum, bands) if spectrum.channels == 2 else (np.zeros(0), np.zeros(0))
    return SpectrumCurve(
        frequency_hz=tuple(round(c, 2) for c in centres),
        level_db=_rounded(powers_db(levels)),
        mid_db=_rounded(mid),
        side_db=_rounded(side),
    )


def _rounded(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(None if (v := finite(x)) is None else round(v, 2) for x in values)
