"""Stereo stage: the image of known signals."""

import numpy as np
import pytest

from dsp.meters.meter import measure
from dsp.meters.spectrum import SpectrumStage
from dsp.meters.stereo import Stereo, StereoStage, fold_down, mid_side_db, side_share_db


def stereo_of(left: np.ndarray, right: np.ndarray, rate_hz: int = 44_100, cut: int = 30_000) -> Stereo:
    audio = np.stack([left, right], axis=1).astype(np.float32)
    stage = StereoStage(rate_hz, 2)
    for start in range(0, len(audio), cut):
        stage.process(audio[start : start + cut])
    return stage.finish()


def noise(seed: int, seconds: float = 10.0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(int(seconds * 44_100))


@pytest.mark.parametrize("wanted", [-0.8, -0.3, 0.0, 0.5, 0.95])
def test_correlation(wanted: float) -> None:
    left, other = noise(1), noise(2)
    result = stereo_of(left, wanted * left + np.sqrt(1 - wanted**2) * other)
    assert result.correlation == pytest.approx(wanted, abs=0.01)
    assert np.abs(result.correlation_over_time() - wanted).max() < 0.05


@pytest.mark.parametrize("lean_db", [-3.0, 0.0, 1.5])
def test_balance(lean_db: float) -> None:
    result = stereo_of(noise(1) * 10 ** (lean_db / 20), noise(2))
    assert result.balance_db == pytest.approx(lean_db, abs=0.05)
    assert result.sustained_balance_db() == pytest.approx(lean_db, abs=0.1)


def test_a_lean_that_does_not_last_is_not_sustained() -> None:
    left = noise(1)
    left[: 44_100 * 5] *= 2.0
    assert abs(stereo_of(left, noise(2)).sustained_balance_db()) < 0.3


def test_out_of_phase_passages_have_times() -> None:
    left = noise(1, 20.0)
    right = left.copy()
    right[44_100 * 6 : 44_100 * 13] *= -1
    ((start_s, length_s),) = stereo_of(left, right).out_of_phase()
    assert start_s == pytest.approx(6.0, abs=0.3)
    assert length_s == pytest.approx(7.0, abs=0.5)


def test_channels_that_are_not_right() -> None:
    left = noise(1)
    same = stereo_of(left, left)
    assert same.identical
    assert same.width_db == -np.inf
    assert not same.inverted
    assert stereo_of(left, -left).inverted
    assert stereo_of(left, -left + 1e-6 * noise(3)).inverted
    assert not stereo_of(left, left + 1e-4 * noise(3)).identical
    dead = stereo_of(left, 0 * left)
    assert dead.right_silent
    assert not dead.left_silent
    assert dead.correlation == 0.0
    assert dead.balance_db == np.inf
    assert not dead.identical
    silent = stereo_of(0 * left, 0 * left)
    assert not silent.identical
    assert not silent.inverted
    assert silent.balance_db == 0.0


@pytest.mark.slow
def test_fold_down_per_band() -> None:
    def sine(frequency_hz: float) -> np.ndarray:
        return 0.2 * np.sin(2 * np.pi * frequency_hz * np.arange(441_000) / 44_100)

    left = sine(100) + sine(1000) + sine(5011.9)
    right = sine(100) - 0.9 * sine(1000) + 0 * sine(5011.9)
    stage = SpectrumStage(44_100, 2)
    stage.process(np.stack([left, right], axis=1).astype(np.float32))
    bands = {round(b.centre_hz): b for b in fold_down(stage.finish())}
    assert bands[100].loss_db == pytest.approx(0.0, abs=0.01)
    assert bands[1000].loss_db == pytest.approx(10 * np.log10(2 * 1.81 / 0.01), abs=0.5)
    assert bands[5012].loss_db == pytest.approx(3.01, abs=0.05)


def test_sides_in_the_bass() -> None:
    t = np.arange(441_000) / 44_100
    mid, side = 0.3 * np.sin(2 * np.pi * 60 * t), 0.03 * np.sin(2 * np.pi * 79.4 * t)
    stage = SpectrumStage(44_100, 2)
    stage.process(np.stack([mid + side, mid - side], axis=1).astype(np.float32))
    result = stage.finish()
    assert side_share_db(result) == pytest.approx(10 * np.log10(0.01 / 1.01), abs=0.1)
    mids, sides = mid_side_db(result)
    assert mids.max() == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.2)
    assert sides.max() == pytest.approx(20 * np.log10(0.03 / np.sqrt(2)), abs=0.2)
    with pytest.raises(ValueError, match="below_hz"):
        side_share_db(result, 5_000.0)


@pytest.mark.slow
@pytest.mark.parametrize("cut", [1, 4_411, 10**6])
def test_blocks_do_not_matter(cut: int) -> None:
    left, right = noise(1, 0.5), noise(2, 0.5)
    whole, parts = stereo_of(left, right), stereo_of(left, right, cut=cut)
    np.testing.assert_array_equal(whole.left_power, parts.left_power)
    np.testing.assert_array_equal(whole.cross_moving, parts.cross_moving)


@pytest.mark.parametrize("frames", [0, 1, 40, 17_000])
@pytest.mark.parametrize("rate_hz", [8_000, 37_800, 384_000])
def test_tiny_files(frames: int, rate_hz: int) -> None:
    for value in (0.0, 1e-39, 1.0):
        result = stereo_of(np.full(frames, value), np.full(frames, -value), rate_hz)
        assert -1.0 <= result.correlation <= 1.0
        assert not np.isnan(result.balance_over_time_db()).any()
        assert result.sustained_balance_db() == 0.0


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="channels"):
        StereoStage(44_100, 1)
    with pytest.raises(ValueError, match="block"):
        StereoStage(44_100, 2).process(np.zeros((5, 1)))


@pytest.mark.parametrize(("lean_db", "below"), [(0.0, 0.3), (2.0, 0.3)])
def test_an_offset_and_sub_bass_lean_to_no_side(lean_db: float, below: float) -> None:
    """What a meter sees and nobody hears: 12 Hz and an offset on the left, as strong as the music."""
    rng = np.random.default_rng(5)
    audio = 0.05 * rng.standard_normal((10 * 44_100, 2))
    audio[:, 0] *= 10 ** (lean_db / 20)
    audio[:, 0] += 0.05 + 0.07 * np.sin(2 * np.pi * 12 * np.arange(len(audio)) / 44_100)
    stereo = measure([audio], 44_100, 2, ("loudness", "stereo")).stereo
    assert stereo is not None
    assert stereo.balance_db > 3.0
    assert stereo.sustained_balance_db() == pytest.approx(lean_db, abs=below)


@pytest.mark.slow
def test_what_is_faint_is_not_told_as_out_of_phase() -> None:
    rng = np.random.default_rng(6)
    audio = np.repeat(0.1 * rng.standard_normal((30 * 44_100, 1)), 2, axis=1)
    audio[10 * 44_100 : 20 * 44_100, 1] *= -1.0
    assert len(stereo_of(audio[:, 0], audio[:, 1]).out_of_phase()) == 1
    audio[10 * 44_100 : 20 * 44_100] *= 0.05
    assert stereo_of(audio[:, 0], audio[:, 1]).out_of_phase() == ()


@pytest.mark.parametrize("offset", [(0.3, -0.3), (0.3, 0.3), (0.0, 0.3)])
def test_an_offset_is_no_relation_of_the_channels(offset: tuple[float, float]) -> None:
    left = noise(1, 12.0)
    right = 0.8 * left + 0.6 * noise(2, 12.0)
    clean, found = stereo_of(left, right), stereo_of(left + offset[0], right + offset[1])
    assert found.correlation == pytest.approx(clean.correlation, abs=1e-3)
    assert found.width_db == pytest.approx(clean.width_db, abs=0.01)
    assert found.out_of_phase() == clean.out_of_phase() == ()


def test_nothing_but_offsets_has_no_image() -> None:
    still = np.full(8 * 44_100, 0.1)
    found = stereo_of(np.r_[noise(1, 4.0), still], np.r_[noise(1, 4.0), -0.7 * still])
    assert found.out_of_phase() == ()
    assert found.correlation == pytest.approx(1.0, abs=1e-6)
