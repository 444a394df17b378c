"""Everything measured over time, and the spectrum: the curves of an analysis."""

from collections.abc import Iterable
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from bridge.engine.measurement.plain import finite, series
from bridge.model import Curves, Histogram, Series, SpectrumCurve, Waveform
from dsp.core.units import amplitudes_db, powers_db
from dsp.meters.dynamics import HISTOGRAM_STEP_LU
from dsp.meters.loudness import MOMENTARY_HOPS, SHORT_TERM_HOPS
from dsp.meters.meter import Measures
from dsp.meters.overview import Overview
from dsp.meters.spectrum import BANDS_HZ, LOW_LIMIT_HZ, Spectrum
from dsp.meters.spectrum_features import balance_over_time_db
from dsp.meters.stereo import Stereo, mid_side_db

CURVE_STEPS_PER_OCTAVE = 24
CURVE_STEP_S = 0.5


def curves_of(measures: Measures) -> Curves | None:
    """Return every curve over time, None when not all stages ran."""
    loudness, true_peak, dynamics = measures.loudness, measures.true_peak, measures.dynamics
    if loudness is None or true_peak is None or dynamics is None or measures.overview is None:
        return None
    hop_s = loudness.hop_s
    histogram = dynamics.histogram_lufs
    return Curves(
        momentary_lufs=series(loudness.momentary_lufs, MOMENTARY_HOPS * hop_s, hop_s),
        short_term_lufs=series(loudness.short_term_lufs, SHORT_TERM_HOPS * hop_s, hop_s),
        true_peak_dbtp=series(amplitudes_db(true_peak.hop_peak.max(axis=1, initial=0.0)), 0.0, true_peak.hop_s),
        psr_db=series(dynamics.psr_db, SHORT_TERM_HOPS * hop_s, hop_s),
        waveform=_waveform(measures.overview),
        short_term_histogram_lufs=Histogram(
            start=float(histogram[0]) if histogram.size else 0.0,
            step=HISTOGRAM_STEP_LU,
            shares=tuple(dynamics.histogram_share.tolist()),
        ),
        **_stereo_curves(measures.stereo),
        **_spectrum_curves(measures.spectrum),
    )


def _waveform(overview: Overview) -> Waveform:
    def per_channel(values: NDArray[np.float32]) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(line) for line in np.round(values.astype(np.float64), 5).T.tolist())

    return Waveform(
        step_s=overview.bin_s,
        lowest=per_channel(overview.lowest),
        highest=per_channel(overview.highest),
        rms=per_channel(overview.rms),
    )


class _StereoCurves(TypedDict, total=False):
    correlation: Series
    balance_db: Series


def _stereo_curves(stereo: Stereo | None) -> _StereoCurves:
    if stereo is None:
        return {}
    every = max(1, round(CURVE_STEP_S / stereo.step_s))
    step_s = every * stereo.step_s
    correlation = np.where(stereo.audible(), stereo.correlation_over_time(), np.nan)
    balance = np.where(stereo.audible(), stereo.balance_over_time_db(), np.nan)
    return {
        "correlation": series(correlation[::every], 0.0, step_s),
        "balance_db": series(balance[::every], 0.0, step_s),
    }


class _SpectrumCurves(TypedDict, total=False):
    low_db: Series
    mid_db: Series
    high_db: Series
    sibilance_db: Series
    spectrum: SpectrumCurve


def _spectrum_curves(spectrum: Spectrum | None) -> _SpectrumCurves:
    if spectrum is None:
        return {}
    step_s, levels = balance_over_time_db(spectrum, CURVE_STEP_S)
    bands = {name: series(levels[:, column], 0.0, step_s) for column, (name, _, _) in enumerate(BANDS_HZ)}
    return {
        "low_db": bands["low"],
        "mid_db": bands["mid"],
        "high_db": bands["high"],
        "sibilance_db": bands["sibilance"],
        "spectrum": _spectrum_curve(spectrum),
    }


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
