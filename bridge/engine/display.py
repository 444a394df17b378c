"""What a page draws of a sound file: its curves as finely as a page shows them, its waveform at several zooms."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bridge.model import Analysis, Curves, Display, Series, Zoom
from dsp.meters.meter import Measures
from dsp.meters.overview import Overview

ZOOM_S = 0.01  # ours: the finest step; closer than that one looks in the DAW
ZOOM_FACTOR = 8
MOST_POINTS = 3000  # ours: a page is at most that many pixels wide; an hour of tenths of a second is 36,000


def display_of(analysis: Analysis, measures: Measures) -> Display | None:
    """Return what a page draws of a file, None when its curves were not asked for."""
    if analysis.curves is None or measures.overview is None:
        return None
    return Display(curves=thinned_curves(analysis.curves), zooms=zooms_of(measures.overview))


def thinned_curves(curves: Curves) -> Curves:
    """Return curves of at most `MOST_POINTS` values each; what a reader looks for (peaks, dips) stays.

    The waveform and the spectrum are of bounded length already.
    """

    def high(series: Series | None) -> Series | None:
        return None if series is None else thinned(series, max)

    def low(series: Series | None) -> Series | None:
        return None if series is None else thinned(series, min)

    return replace(
        curves,
        momentary_lufs=thinned(curves.momentary_lufs, max),
        short_term_lufs=thinned(curves.short_term_lufs, max),
        true_peak_dbtp=thinned(curves.true_peak_dbtp, max),
        psr_db=thinned(curves.psr_db, min),
        correlation=low(curves.correlation),
        balance_db=high(curves.balance_db),
        low_db=high(curves.low_db),
        mid_db=high(curves.mid_db),
        high_db=high(curves.high_db),
        sibilance_db=high(curves.sibilance_db),
    )


def thinned(series: Series, keep: Callable[[list[float]], float]) -> Series:
    """Return a series of at most `MOST_POINTS` values, each the one worth keeping of its stretch.

    A gap stays one where most of its stretch is.
    """
    stride = math.ceil(len(series.values) / MOST_POINTS)
    if stride <= 1:
        return series
    return Series(
        start_s=series.start_s + (stride - 1) / 2 * series.step_s,
        step_s=stride * series.step_s,
        values=tuple(_kept(series.values[i : i + stride], keep) for i in range(0, len(series.values), stride)),
    )


def _kept(stretch: Sequence[float | None], keep: Callable[[list[float]], float]) -> float | None:
    known = [value for value in stretch if value is not None]
    return round(keep(known), 3) if 2 * len(known) > len(stretch) else None


def zooms_of(overview: Overview) -> tuple[Zoom, ...]:
    """Return the waveform in steps of 10 ms, 80 ms, ... down to what fits a page as a whole, the finest first.

    More than two channels are shown as one.
    """
    peaks = overview.fine_peaks.astype(np.float32)
    if peaks.shape[1] > 2:
        peaks = peaks.max(axis=1, keepdims=True)
    peaks = _joined(peaks, round(ZOOM_S / overview.fine_s))
    full_scale = max(float(peaks.max(initial=0.0)), 1e-4)
    zooms: list[Zoom] = []
    step_s = ZOOM_S
    while peaks.shape[0]:
        as_bytes = np.rint(peaks * (255.0 / full_scale)).astype(np.uint8)
        zooms.append(Zoom(step_s=step_s, channels=peaks.shape[1], full_scale=full_scale, peaks=as_bytes.T.tobytes()))
        if peaks.shape[0] <= MOST_POINTS:
            break
        peaks, step_s = _joined(peaks, ZOOM_FACTOR), step_s * ZOOM_FACTOR
    return tuple(zooms)


def _joined(peaks: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the largest of every ``count`` rows; the last one may stand for fewer."""
    missing = -peaks.shape[0] % count
    padded = np.concatenate([peaks, np.zeros((missing, peaks.shape[1]), np.float32)])
    joined: NDArray[np.float32] = padded.reshape(-1, count, peaks.shape[1]).max(axis=1)
    return joined
