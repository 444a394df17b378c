"""Thinned curves: bounded, with the places worth looking at."""

from pathlib import Path

import msgspec
import pytest
import soundfile

from bridge.jobs.analyse import run_analysis
from bridge.jobs.drawn import MOST_POINTS, thinned, thinned_curves
from bridge.model import Series
from tests.jobs.mastering import RATE_HZ, song


def test_a_short_series_stays_as_it_is() -> None:
    series = Series(start_s=3.0, step_s=0.1, values=(-20.0, None, -18.5))
    assert thinned(series, max) is series


def test_peaks_stay_at_their_time_and_gaps_stay_gaps() -> None:
    values: list[float | None] = [-30.0] * 36_000
    values[20_003] = -9.5
    values[100:400] = [None] * 300
    found = thinned(Series(start_s=3.0, step_s=0.1, values=tuple(values)), max)
    assert len(found.values) <= MOST_POINTS
    highest = max(range(len(found.values)), key=lambda i: -99.0 if found.values[i] is None else found.values[i])
    assert found.values[highest] == -9.5
    assert found.start_s + highest * found.step_s == pytest.approx(3.0 + 0.1 * 20_003, abs=found.step_s)
    gap = [found.start_s + i * found.step_s for i, value in enumerate(found.values) if value is None]
    assert gap[0] >= 3.0 + 10.0 - 1.2
    assert gap[-1] <= 3.0 + 40.0 + 1.2


def test_curves_of_a_short_song_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    soundfile.write(path, song(), RATE_HZ, subtype="PCM_24")
    curves = run_analysis(path).curves
    assert curves is not None
    assert msgspec.json.encode(thinned_curves(curves)) == msgspec.json.encode(curves)
