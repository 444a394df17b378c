"""Spectrum stage and what is read from it: levels of known signals, features of known tones."""

import numpy as np
import pytest

from dsp.meters.bands import third_octave_cells_db, third_octave_levels_db, third_octaves_hz
from dsp.meters.spectrum import Spectrum, SpectrumStage
from dsp.meters.spectrum_features import (
    balance_db,
    balance_over_time_db,
    noise_floor_dbfs,
    resonances,
    rumble_share_db,
    tilt_db_per_octave,
)


def spectrum_of(audio: np.ndarray, rate_hz: int = 44_100, cut: int = 50_000) -> Spectrum:
    stage = SpectrumStage(rate_hz, audio.shape[1])
    for start in range(0, len(audio), cut):
        stage.process(np.ascontiguousarray(audio[start : start + cut], dtype=np.float32))
    return stage.finish()


def sine(frequency_hz: float, seconds: float = 6.0, rate_hz: int = 44_100) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def pink(seconds: float, rate_hz: int, seed: int = 1) -> np.ndarray:
    frames = int(seconds * rate_hz)
    rng = np.random.default_rng(seed)
    bins = np.fft.rfft(rng.standard_normal((frames, 2)), axis=0)
    f = np.maximum(np.fft.rfftfreq(frames, 1 / rate_hz), 1.0)
    out = np.fft.irfft(bins / np.sqrt(f)[:, None], frames, axis=0)
    return 0.1 * out / out.std()


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 37_800, 44_100, 96_000, 192_000])
@pytest.mark.parametrize("frequency_hz", [31.6, 100.0, 316.2, 1000.0, 3162.3])
def test_a_full_scale_sine_reads_minus_3_in_its_band(rate_hz: int, frequency_hz: float) -> None:
    audio = np.stack([sine(frequency_hz, 6.0, rate_hz)] * 2, axis=1)
    levels = third_octave_levels_db(spectrum_of(audio, rate_hz))
    band = int(np.argmin(np.abs(np.array(third_octaves_hz(rate_hz)) - frequency_hz)))
    # The zero-padded last frame and the first half frame see a little less than all of it.
    assert levels[band] == pytest.approx(-3.01, abs=0.25)
    assert np.delete(levels, [max(band - 1, 0), band, min(band + 1, len(levels) - 1)]).max(initial=-99.0) < -25.0


@pytest.mark.slow
def test_powers_of_two_channels_and_their_cross() -> None:
    rng = np.random.default_rng(3)
    left = 0.1 * rng.standard_normal(441_000)
    right = 0.5 * left + 0.05 * rng.standard_normal(441_000)
    fine = spectrum_of(np.stack([left, right], axis=1)).fine
    assert fine.left.sum() == pytest.approx(np.mean(left**2), rel=0.01)
    assert fine.right.sum() == pytest.approx(np.mean(right**2), rel=0.01)
    assert fine.cross.sum() == pytest.approx(np.mean(left * right), rel=0.01)
    assert fine.total.sum() == pytest.approx((np.mean(left**2) + np.mean(right**2)) / 2, rel=0.01)


def test_mono_and_many_channels_agree_with_stereo() -> None:
    audio = pink(3.0, 44_100)
    mono = spectrum_of(audio[:, :1])
    same = spectrum_of(np.repeat(audio[:, :1], 2, axis=1))
    seven = spectrum_of(np.repeat(audio[:, :1], 7, axis=1))
    np.testing.assert_allclose(mono.fine.total, same.fine.total, rtol=1e-3)
    np.testing.assert_allclose(mono.fine.total, seven.fine.total, rtol=1e-3)


@pytest.mark.parametrize("cut", [333, 4_096, 40_000])
def test_blocks_do_not_matter(cut: int) -> None:
    audio = pink(2.5, 44_100)
    whole, parts = spectrum_of(audio, cut=10**9), spectrum_of(audio, cut=cut)
    np.testing.assert_array_equal(whole.fine.total, parts.fine.total)
    np.testing.assert_array_equal(whole.cells, parts.cells)
    np.testing.assert_array_equal(whole.bands, parts.bands)
    np.testing.assert_allclose(whole.low.total, parts.low.total, rtol=1e-4, atol=1e-12)


def test_gain_moves_every_level_by_itself() -> None:
    audio = pink(4.0, 48_000)
    levels, louder = (third_octave_levels_db(spectrum_of(g * audio, 48_000)) for g in (0.25, 1.0))
    np.testing.assert_allclose(louder - levels, 12.04, atol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_tilt(rate_hz: int) -> None:
    assert tilt_db_per_octave(spectrum_of(pink(10.0, rate_hz), rate_hz)) == pytest.approx(0.0, abs=0.15)
    white = 0.1 * np.random.default_rng(0).standard_normal((10 * rate_hz, 2))
    assert tilt_db_per_octave(spectrum_of(white, rate_hz)) == pytest.approx(3.01, abs=0.15)


def test_rumble_is_told_from_bass() -> None:
    bass = 0.5 * sine(41.2, 10.0)  # the low E of a bass guitar
    rumble = 0.05 * sine(14.0, 10.0)
    assert rumble_share_db(spectrum_of(bass[:, None])) < -45.0
    assert rumble_share_db(spectrum_of((bass + rumble)[:, None])) == pytest.approx(-20.04, abs=0.3)
    offset = spectrum_of((bass + 0.2)[:, None])
    assert rumble_share_db(offset) < -40.0, "a DC offset has a check of its own"


def test_balance_names_the_range() -> None:
    audio = (0.5 * sine(100) + 0.25 * sine(1000) + 0.125 * sine(7000))[:, None]
    shares = balance_db(spectrum_of(audio))
    total = 0.25 + 0.0625 + 0.015625
    assert shares["low"] == pytest.approx(10 * np.log10(0.25 / total), abs=0.1)
    assert shares["mid"] == pytest.approx(10 * np.log10(0.0625 / total), abs=0.1)
    assert shares["high"] == pytest.approx(10 * np.log10(0.015625 / total), abs=0.1)
    assert shares["sibilance"] == pytest.approx(shares["high"], abs=0.01)


def test_balance_over_time_follows_the_music() -> None:
    audio = np.concatenate([0.5 * sine(100, 3.0), 0.5 * sine(7000, 3.0)])[:, None]
    step_s, levels = balance_over_time_db(spectrum_of(audio), 0.5)
    assert step_s == pytest.approx(0.5, abs=0.05)
    assert levels[2, 0] > -10.0 > -60.0 > levels[2, 3]
    assert levels[-3, 3] > -10.0 > -60.0 > levels[-3, 0]


@pytest.mark.slow
def test_a_ringing_line_is_a_resonance_and_noise_is_not() -> None:
    noise = pink(30.0, 44_100)[:, :1]
    assert resonances(spectrum_of(noise)) == ()
    found = resonances(spectrum_of(noise + 0.05 * sine(2_500, 30.0)[:, None]))
    assert len(found) == 1
    assert found[0].frequency_hz == pytest.approx(2_500, rel=0.03)
    assert found[0].share > 0.95


def test_noise_floor_needs_a_quiet_part() -> None:
    rng = np.random.default_rng(5)
    hiss = 1e-4 * rng.standard_normal(441_000)
    music = 0.2 * rng.standard_normal(441_000)
    music[200_000:330_000] = 0.0
    assert noise_floor_dbfs(spectrum_of((music + hiss)[:, None])) == pytest.approx(-80.0, abs=0.6)
    assert noise_floor_dbfs(spectrum_of(0.2 * rng.standard_normal((441_000, 1)))) == np.inf
    assert noise_floor_dbfs(spectrum_of(np.zeros((44_100, 1)))) == -np.inf


@pytest.mark.parametrize("rate_hz", [8_000, 37_800, 44_100, 384_000])
@pytest.mark.parametrize("frames", [0, 1, 40, 4_410])
def test_tiny_and_silent_files(rate_hz: int, frames: int) -> None:
    for audio in (np.zeros((frames, 2)), np.full((frames, 2), 1e-39), np.full((frames, 2), -1.0)):
        result = spectrum_of(audio, rate_hz)
        for values in (third_octave_levels_db(result), third_octave_cells_db(result)):
            assert not np.isnan(values).any()
        assert np.isfinite(tilt_db_per_octave(result))
        assert not np.isnan(rumble_share_db(result))
        assert not np.isnan(noise_floor_dbfs(result))
        assert resonances(result) == ()
        assert balance_over_time_db(result)[1].shape[1] == 4


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        SpectrumStage(10, 2)
    with pytest.raises(ValueError, match="channels"):
        SpectrumStage(44_100, 0)
    with pytest.raises(ValueError, match="block"):
        SpectrumStage(44_100, 2).process(np.zeros((5, 3)))
    with pytest.raises(ValueError, match="below_hz"):
        rumble_share_db(spectrum_of(np.zeros((100, 1))), 2.0)
