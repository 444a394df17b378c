"""All stages in one pass: agreement with known signals, bad samples, odd sizes."""

import math

import numpy as np
import pytest

from dsp.meters.meter import STAGES, Measures, Meter, measure


def run(audio: np.ndarray, rate_hz: int = 48_000, cut: int = 10_007) -> Measures:
    blocks = [audio[i : i + cut] for i in range(0, audio.shape[0], cut)]
    return measure(blocks, rate_hz, audio.shape[1])


@pytest.mark.slow
def test_a_sine() -> None:
    n = np.arange(48_000 * 8)
    audio = 0.5 * np.sin(2 * np.pi * 1000 * n / 48_000)[:, None] + np.array([[0.0, 0.25]])
    result = run(audio.astype(np.float32))
    assert result.dynamics is not None
    left, right = result.dynamics.channels
    assert left.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert left.crest_db == pytest.approx(3.01, abs=0.01)
    assert left.dc == pytest.approx(0.0, abs=1e-7)
    assert right.dc == pytest.approx(0.25, abs=1e-6)
    assert result.dynamics.dc_dbfs == pytest.approx(-12.04, abs=0.01)
    assert right.highest == pytest.approx(0.75, abs=1e-6)
    assert right.lowest == pytest.approx(-0.25, abs=1e-6)


@pytest.mark.slow
def test_dr_of_a_sine_is_zero() -> None:
    n = np.arange(48_000 * 30)
    result = run((0.5 * np.sin(2 * np.pi * 1000 * n / 48_000))[:, None])
    assert result.dynamics is not None
    assert result.dynamics.dr_db == pytest.approx(0.0, abs=0.01)
    assert result.dynamics.plr_db == pytest.approx(-6.02 - (-3.01 - 6.02), abs=0.02)
    assert result.dynamics.psr_min_db == pytest.approx(result.dynamics.psr_median_db, abs=0.001)
    assert result.dynamics.histogram_share.sum() == pytest.approx(1.0)


@pytest.mark.slow
def test_non_finite_samples_are_counted_and_do_no_harm() -> None:
    rng = np.random.default_rng(3)
    audio = (0.1 * rng.standard_normal((48_000 * 4, 2))).astype(np.float32)
    broken = audio.copy()
    broken[[10, 70_000, 100_000], [0, 1, 0]] = [np.nan, np.inf, -np.inf]
    audio[[10, 70_000, 100_000], [0, 1, 0]] = 0.0
    whole, cleaned = run(audio), run(broken)
    assert cleaned.nonfinite_samples == 3
    assert whole.nonfinite_samples == 0
    assert whole.loudness is not None
    assert cleaned.loudness is not None
    assert cleaned.loudness.integrated_lufs == whole.loudness.integrated_lufs
    assert np.isnan(broken[10, 0])


@pytest.mark.slow
@pytest.mark.parametrize("frames", [0, 1, 2, 48, 4799, 19_200])
@pytest.mark.parametrize("channels", [1, 2, 6, 32])
def test_short_files_of_any_width(frames: int, channels: int) -> None:
    result = run(np.full((frames, channels), 0.25, np.float32))
    assert result.frames == frames
    assert result.dynamics is not None
    assert result.overview is not None
    assert not math.isnan(result.dynamics.crest_db)
    assert result.overview.highest.shape[1] == channels
    assert np.all(result.overview.rms == (0.25 if frames else 0))


@pytest.mark.slow
@pytest.mark.parametrize("cut", [1_000, 48_000 * 40])
def test_the_overview_keeps_every_extreme(cut: int) -> None:
    rng = np.random.default_rng(4)
    audio = (0.1 * rng.standard_normal((48_000 * 40 + 123, 1))).astype(np.float32)
    audio[1_234_567] = 0.9
    audio[48_000 * 40 + 100] = -0.8
    overview = run(audio, cut=cut).overview
    assert overview is not None
    assert overview.lowest.shape[0] <= 3001
    assert overview.highest[int(1_234_567 / 48_000 / overview.bin_s), 0] == np.float32(0.9)
    assert overview.lowest[-1, 0] == np.float32(-0.8)
    bins = np.arange(overview.rms.shape[0])
    frames = np.minimum((bins + 1) * overview.bin_s * 48_000, audio.shape[0]) - bins * overview.bin_s * 48_000
    assert np.sum(overview.rms[:, 0] ** 2 * frames) == pytest.approx(np.sum(audio.astype(float) ** 2), rel=1e-5)


def test_stages_can_be_chosen() -> None:
    meter = Meter(48_000, 1, ["true_peak"])
    meter.process(np.zeros((10, 1)))
    result = meter.finish()
    assert result.true_peak is not None
    assert result.loudness is None
    with pytest.raises(ValueError, match="nonsense"):
        Meter(48_000, 1, ["nonsense"])  # type: ignore[list-item]
    assert set(STAGES) >= {"loudness", "true_peak", "dynamics", "overview"}


def test_wrong_blocks_are_refused() -> None:
    meter = Meter(48_000, 2)
    with pytest.raises(ValueError, match=r"shape \(10, 1\)"):
        meter.process(np.zeros((10, 1)))
    with pytest.raises(ValueError, match="int16"):
        meter.process(np.zeros((10, 2), np.int16))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rate_hz is 7999"):
        Meter(7_999, 2)
