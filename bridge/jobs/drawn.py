"""Curves as finely as a page draws them: what is kept of a finished file beside its numbers."""

import math
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from bridge.model import Curves, Series

MOST_POINTS = 3000  # ours: a page is at most that many pixels wide; an hour of tenths of a second is 36,000


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
