"""Laws of the meters: what must hold for any signal."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsp.meters.loudness import loudness
from dsp.meters.meter import Measures, measure
from dsp.meters.true_peak import true_peak
from tests.dsp.programme import programme

pytestmark = pytest.mark.slow

RATE = 16_000
LAWS = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def audio_of(seed: int, seconds: float = 8.0, channels: int = 2) -> np.ndarray:
    return programme(seed, RATE, channels, seconds)


@LAWS
@given(seed=st.integers(0, 10_000), gain_db=st.floats(-20.0, 20.0))
def test_gain_moves_every_level_by_itself(seed: int, gain_db: float) -> None:
    audio = audio_of(seed)
    before, after = loudness(audio, RATE), loudness(audio * 10 ** (gain_db / 20), RATE)
    quietest = float(before.momentary_lufs.min()) + min(gain_db, 0.0)
    if quietest > -69.0:  # the absolute gate is the one thing that does not move
        assert after.integrated_lufs - before.integrated_lufs == pytest.approx(gain_db, abs=1e-9)
        assert after.range_lu == pytest.approx(before.range_lu, abs=1e-9)
    assert after.max_short_term_lufs - before.max_short_term_lufs == pytest.approx(gain_db, abs=1e-9)
    assert after.max_momentary_lufs - before.max_momentary_lufs == pytest.approx(gain_db, abs=1e-9)
    moved = true_peak(audio * 10 ** (gain_db / 20), RATE).true_peak_dbtp - true_peak(audio, RATE).true_peak_dbtp
    assert moved == pytest.approx(gain_db, abs=1e-5)


@LAWS
@given(seed=st.integers(0, 10_000), order=st.permutations([0, 1, 2]))
def test_front_channels_may_be_swapped(seed: int, order: list[int]) -> None:
    audio = audio_of(seed, channels=3)
    swapped = np.ascontiguousarray(audio[:, order])
    assert loudness(swapped, RATE).integrated_lufs == pytest.approx(loudness(audio, RATE).integrated_lufs, abs=1e-9)
    peaks, moved = true_peak(audio, RATE), true_peak(swapped, RATE)
    assert moved.channel_dbtp == tuple(peaks.channel_dbtp[i] for i in order)


@LAWS
@given(seed=st.integers(0, 10_000), hops=st.integers(1, 60))
def test_silence_before_moves_the_series_and_nothing_else(seed: int, hops: int) -> None:
    audio = audio_of(seed)
    late = np.concatenate([np.zeros((hops * RATE // 10, 2)), audio])
    before, after = loudness(audio, RATE), loudness(late, RATE)
    np.testing.assert_allclose(after.short_term_lufs[hops:], before.short_term_lufs, atol=1e-6)
    assert after.max_momentary_lufs == pytest.approx(before.max_momentary_lufs, abs=1e-6)
    assert after.max_momentary_at_s == pytest.approx(before.max_momentary_at_s + hops / 10)
    # up to three gating blocks straddle the start
    assert after.integrated_lufs == pytest.approx(before.integrated_lufs, abs=0.15)
    assert true_peak(late, RATE).true_peak_at_s == pytest.approx(true_peak(audio, RATE).true_peak_at_s + hops / 10)


@LAWS
@given(seed=st.integers(0, 10_000), times=st.integers(2, 4))
def test_the_same_again_is_as_loud(seed: int, times: int) -> None:
    audio = audio_of(seed, 16.0)  # at every seam three gating blocks of 160 are new: under 0.1 LU
    again = loudness(np.tile(audio, (times, 1)), RATE)
    assert again.integrated_lufs == pytest.approx(loudness(audio, RATE).integrated_lufs, abs=0.1)


@LAWS
@given(seed=st.integers(0, 10_000), data=st.data())
def test_where_blocks_are_cut_does_not_matter(seed: int, data: st.DataObject) -> None:
    audio = audio_of(seed, 3.3).astype(np.float32)
    cuts = sorted(data.draw(st.lists(st.integers(0, audio.shape[0]), max_size=12)))
    edges = [0, *cuts, audio.shape[0]]
    pieces = [audio[a:b] for a, b in itertools.pairwise(edges)]
    names = ("loudness", "true_peak", "dynamics", "overview")
    whole, cut = measure([audio], RATE, 2, names), measure(pieces, RATE, 2, names)
    assert whole.loudness is not None
    assert cut.loudness is not None
    assert cut.loudness.integrated_lufs == pytest.approx(whole.loudness.integrated_lufs, abs=1e-9)
    np.testing.assert_allclose(cut.loudness.hop_energy, whole.loudness.hop_energy, rtol=1e-9)
    assert whole.true_peak is not None
    assert cut.true_peak is not None
    np.testing.assert_array_equal(cut.true_peak.hop_peak, whole.true_peak.hop_peak)
    assert whole.dynamics is not None
    assert cut.dynamics is not None
    assert cut.dynamics.crest_db == pytest.approx(whole.dynamics.crest_db, abs=1e-9)
    assert whole.overview is not None
    assert cut.overview is not None
    np.testing.assert_array_equal(cut.overview.highest, whole.overview.highest)


@LAWS
@given(seed=st.integers(0, 10_000))
def test_single_and_double_precision_agree(seed: int) -> None:
    single = audio_of(seed).astype(np.float32)
    a, b = measure([single], RATE, 2), measure([single.astype(np.float64)], RATE, 2)
    for stage in ("loudness", "true_peak", "dynamics", "overview", "sections"):
        for field in dataclasses.fields(getattr(a, stage)):
            x, y = getattr(getattr(a, stage), field.name), getattr(getattr(b, stage), field.name)
            assert repr(x) == repr(y), field.name


def assert_no_nan(value: object, path: str = "") -> None:
    """Walk a result and refuse NaN anywhere in it."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            assert_no_nan(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            assert_no_nan(item, f"{path}[{index}]")
    elif isinstance(value, np.ndarray):
        assert not np.isnan(value.astype(np.float64)).any(), path
    elif isinstance(value, float):
        assert not math.isnan(value), path


def run(audio: np.ndarray, rate_hz: int) -> Measures:
    result = measure([audio], rate_hz, audio.shape[1])
    assert_no_nan(result)
    return result


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 37_800, 44_100, 384_000])
@pytest.mark.parametrize("kind", ["square", "dc", "denormal", "one_silent", "zeros", "impulse", "huge", "broken"])
def test_odd_signals_through_every_stage(kind: str, rate_hz: int) -> None:
    frames = round(0.9 * rate_hz)
    audio = np.zeros((frames, 2))
    if kind == "square":
        audio[:] = np.where(np.arange(frames) // 50 % 2, 1.0, -1.0)[:, None]
    elif kind == "dc":
        audio[:] = 0.5
    elif kind == "denormal":
        audio[:] = 1e-310 * (-1.0) ** np.arange(frames)[:, None]
    elif kind == "one_silent":
        audio[:, 0] = 0.3 * np.sin(np.arange(frames) * 0.1)
    elif kind == "impulse":
        audio[frames // 2] = 1.0
    elif kind == "huge":
        audio[:] = 1e6 * np.sin(np.arange(frames) * 0.1)[:, None]
    elif kind == "broken":
        audio[:] = np.nan
        audio[::3] = np.inf
    result = run(audio, rate_hz)
    assert result.true_peak is not None
    assert result.loudness is not None
    assert result.dynamics is not None
    if kind in {"zeros", "broken"}:
        assert result.true_peak.true_peak_dbtp == -math.inf
        assert result.loudness.integrated_lufs == -math.inf
    if kind == "square":
        assert result.dynamics.sample_peak_dbfs == 0.0
        assert result.true_peak.true_peak_dbtp > 0.0
    if kind == "dc":
        assert result.dynamics.crest_db == pytest.approx(0.0, abs=1e-9)
    if kind == "broken":
        assert result.nonfinite_samples == frames * 2


@pytest.mark.parametrize("frames", [1, 2, 7, 44, 441, 4_410, 17_639, 17_640, 17_641])
@pytest.mark.parametrize("channels", [1, 2, 5, 32])
def test_very_short_files_through_every_stage(frames: int, channels: int) -> None:
    rng = np.random.default_rng(frames)
    result = run(rng.uniform(-0.5, 0.5, (frames, channels)), 44_100)
    assert result.loudness is not None
    assert math.isfinite(result.loudness.integrated_lufs) == (frames >= 17_640)
