"""The model's word against the limiter's deed."""

import numpy as np
import pytest

import dsp.mastering.limiter.model_builder as module
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.limiter.limiter import limit
from dsp.mastering.limiter.model import LimitedModel
from dsp.mastering.limiter.model_builder import LimitedLoudness
from dsp.meters.loudness import loudness
from dsp.meters.true_peak import true_peak

RATE_HZ = 44_100


@pytest.fixture(scope="module")
def song() -> np.ndarray:
    rng = np.random.default_rng(2)
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    hiss = np.convolve(rng.standard_normal(t.size), np.hanning(12) / 4, "same")  # ends at about 8 kHz
    kick = np.exp(-((t % 0.5) * 20)) * np.sin(2 * np.pi * 55 * t) * np.minimum(1, (t % 0.5) / 0.003)
    beat = kick + 0.2 * np.exp(-((t % 0.25) * 60)) * np.minimum(1, (t % 0.25) / 0.002) * hiss
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.0, 330.0)) / 6
    level = np.where(t < 6, 0.25, 0.8)
    return np.ascontiguousarray(np.stack([level * (beat + chord), level * (beat + 0.8 * chord)], axis=1))


def model(audio: np.ndarray, most_db: float = 14.0, block: int = 30_000) -> LimitedModel:
    collector = LimitedLoudness(RATE_HZ, 2, LimiterSettings(), most_db)
    for start in range(0, audio.shape[0], block):
        collector.process(audio[start : start + block])
    return collector.finish()


@pytest.mark.slow
@pytest.mark.parametrize(("gain_db", "within_lu"), [(-6.0, 0.002), (2.0, 0.01), (6.0, 0.02), (12.0, 0.03)])
def test_loudness_and_reduction_are_what_the_limiter_does(song: np.ndarray, gain_db: float, within_lu: float) -> None:
    told = model(song).evaluate(gain_db)
    done = limit(song * 10 ** (gain_db / 20), RATE_HZ)
    assert told.integrated_lufs == pytest.approx(loudness(done, RATE_HZ).integrated_lufs, abs=within_lu)
    worst = max(0.0, true_peak(song, RATE_HZ).true_peak_dbtp + gain_db + 1.0)
    assert told.max_reduction_db == pytest.approx(worst, abs=0.3)
    if gain_db < 0:
        assert (told.contrast_slope, told.crest_loss_db) == (pytest.approx(1.0, abs=1e-6), pytest.approx(0.0, abs=1e-6))
    else:
        assert told.contrast_slope < 1.0
        assert told.contrast_lu < told.contrast_before_lu


@pytest.mark.slow
def test_louder_takes_more(song: np.ndarray) -> None:
    outcomes = [model(song).evaluate(g) for g in (2.0, 6.0, 10.0, 13.0)]
    for name in ("integrated_lufs", "max_reduction_db", "reduction_p95_db", "crest_loss_db"):
        values = [getattr(o, name) for o in outcomes]
        assert values == sorted(values), name
    slopes = [o.contrast_slope for o in outcomes]
    assert slopes == sorted(slopes, reverse=True)


@pytest.mark.slow
def test_blocks_do_not_matter_and_another_ceiling_moves_the_gain(song: np.ndarray) -> None:
    whole = model(song).evaluate(6.0).integrated_lufs
    whole = model(song).evaluate(6.0).integrated_lufs
    assert model(song, block=4_321).evaluate(6.0).integrated_lufs == pytest.approx(whole, abs=1e-9)
    lower = model(song).behind(LimiterSettings(ceiling_dbtp=-3.0))
    assert lower.evaluate(4.0).integrated_lufs == pytest.approx(whole - 2.0, abs=1e-6)


@pytest.mark.slow
def test_thinned_songs_are_still_told_well(song: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = model(song)
    monkeypatch.setattr(module, "MAX_KEPT_STEPS", 100_000)
    thinned = model(song)
    assert thinned.stride > 1
    for gain_db in (3.0, 6.0, 10.0):
        expected = whole.evaluate(gain_db).integrated_lufs
        assert thinned.evaluate(gain_db).integrated_lufs == pytest.approx(expected, abs=0.03)


@pytest.mark.slow
def test_more_than_was_listened_for_is_refused_and_silence_is_silent(song: np.ndarray) -> None:
    with pytest.raises(ValueError, match="gain_db is 20"):
        model(song).evaluate(20.0)
    outcome = model(np.zeros((RATE_HZ, 2))).evaluate(3.0)
    assert outcome.integrated_lufs == -np.inf
    assert outcome.max_reduction_db == 0.0


@pytest.mark.slow
def test_hits_are_counted_and_noise_chords_and_swells_are_none() -> None:
    t = np.arange(10 * RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(3)
    noise = 0.2 * rng.standard_normal(t.size)
    sustained = {
        "noise": noise,
        "swelling noise": noise * (1.0 + np.sin(2 * np.pi * 0.3 * t)),
        "a low note": 0.4 * np.sin(2 * np.pi * 31.0 * t),
        "a beating chord": sum(0.2 * np.sin(2 * np.pi * f * t) for f in (110.0, 112.0, 164.8, 220.5)),
    }
    for name, line in sustained.items():
        assert model(np.stack([line, line], axis=1)).hits_per_s < 0.15, name  # the beginning is one
    for each_s in (0.25, 2.0):
        struck = np.exp(-((t % each_s) * 25.0)) * np.sin(2 * np.pi * 180.0 * t) + 0.05 * noise
        for block in (30_000, 1_007):
            found = model(np.stack([struck, struck], axis=1), block=block).hits_per_s
            assert found == pytest.approx(1 / each_s, rel=0.06)
