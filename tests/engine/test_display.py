"""Thinned curves: bounded, with the places worth looking at."""

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import examine, run_analysis
from bridge.engine.display import MOST_POINTS, thinned, thinned_curves, zooms_of
from bridge.model import Series
from tests.engine.mastering.mastering import RATE_HZ, song


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


@pytest.mark.slow
def test_curves_of_a_short_song_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    soundfile.write(path, song(), RATE_HZ, subtype="PCM_24")
    curves = run_analysis(path).curves
    assert curves is not None
    assert msgspec.json.encode(thinned_curves(curves)) == msgspec.json.encode(curves)


@pytest.mark.slow
def test_zooms_hold_every_peak(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    sound = 0.01 * song(60.0)
    sound[round(31.234 * RATE_HZ), 1] = -0.8
    soundfile.write(path, sound, RATE_HZ, subtype="FLOAT")
    _, measures = examine(path)
    assert measures.overview is not None
    zooms = zooms_of(measures.overview)
    assert [zoom.step_s for zoom in zooms] == pytest.approx([0.01, 0.08])
    for zoom in zooms:
        left, right = np.frombuffer(zoom.peaks, np.uint8).reshape(2, -1)
        assert len(left) == math.ceil(60.0 / zoom.step_s)
        assert zoom.full_scale == pytest.approx(0.8, abs=0.001)
        assert right[int(31.234 / zoom.step_s)] == 255
        assert left.max() * zoom.full_scale / 255 == pytest.approx(abs(sound[:, 0]).max(), abs=0.8 / 255)


def test_many_channels_are_drawn_as_one_and_silence_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "surround.wav"
    sound = np.zeros((RATE_HZ, 6))
    soundfile.write(path, sound, RATE_HZ, subtype="PCM_16")
    _, measures = examine(path)
    assert measures.overview is not None
    (zoom,) = zooms_of(measures.overview)
    assert (zoom.channels, set(zoom.peaks), len(zoom.peaks)) == (1, {0}, 100)
