import numpy as np
import pytest

from dsp.mastering.compressor import Compressor, CompressorSettings

RATE_HZ = 44_100


def level_db(audio: np.ndarray) -> float:
    return float(10 * np.log10((audio**2).mean()))


def tone(amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 500.0 * np.arange(2 * RATE_HZ) / RATE_HZ)[:, None]


def test_static_curve_and_cap() -> None:
    settings = CompressorSettings(threshold_dbfs=-20.0, ratio=2.0, knee_db=0.0, max_reduction_db=20.0)
    loud = tone(10 ** (-10 / 20) * np.sqrt(2))  # -10 dBFS root mean square: 10 dB over, 5 of them taken
    y = Compressor(RATE_HZ, 1, settings).process(loud)[RATE_HZ:]
    assert level_db(y) == pytest.approx(-15.0, abs=0.3)
    capped = CompressorSettings(threshold_dbfs=-20.0, ratio=2.0, knee_db=0.0, max_reduction_db=1.0)
    y = Compressor(RATE_HZ, 1, capped).process(loud)[RATE_HZ:]
    assert level_db(y) == pytest.approx(-11.0, abs=0.05)


def test_below_the_threshold_nothing_happens() -> None:
    quiet = tone(0.01)
    assert np.array_equal(Compressor(RATE_HZ, 1, CompressorSettings(threshold_dbfs=-20.0)).process(quiet), quiet)


def test_channels_keep_their_balance_and_blocks_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    audio = rng.standard_normal((RATE_HZ, 2)) * np.array([0.5, 0.1])
    settings = CompressorSettings(threshold_dbfs=-30.0, ratio=3.0, max_reduction_db=6.0)
    whole = Compressor(RATE_HZ, 2, settings)
    y = whole.process(audio)
    assert whole.max_reduction_db > 3.0
    assert np.allclose(y[:, 0] / audio[:, 0], y[:, 1] / audio[:, 1])
    cut = Compressor(RATE_HZ, 2, settings)
    parts = [cut.process(piece) for piece in np.split(audio, (7, 30_000))]
    assert np.array_equal(np.concatenate(parts), y)


def test_silence_stays_silent_and_bad_settings_are_refused() -> None:
    assert not Compressor(RATE_HZ, 2, CompressorSettings(threshold_dbfs=-20.0)).process(np.zeros((1_000, 2))).any()
    with pytest.raises(ValueError, match="ratio is"):
        CompressorSettings(threshold_dbfs=-20.0, ratio=0.5)
    with pytest.raises(ValueError, match="crossover_hz is"):
        CompressorSettings(threshold_dbfs=-20.0, crossover_hz=5_000.0)


TWO_BANDS = CompressorSettings(
    threshold_dbfs=-30.0, low_threshold_dbfs=-30.0, ratio=3.0, knee_db=0.0, max_reduction_db=2.0, crossover_hz=150.0
)


def whole(audio: np.ndarray) -> np.ndarray:
    compressor = Compressor(RATE_HZ, audio.shape[1], TWO_BANDS)
    return np.concatenate([compressor.process(audio), compressor.finish()])


def test_a_loud_bass_does_not_duck_the_voice() -> None:
    t = np.arange(3 * RATE_HZ) / RATE_HZ
    bass = 0.5 * np.sin(2 * np.pi * 50.0 * t)
    voice = 0.01 * np.sin(2 * np.pi * 2_000.0 * t)
    audio = (bass + voice)[:, None]

    def amplitude(y: np.ndarray, frequency_hz: float) -> float:
        part = y[RATE_HZ:, 0]
        return float(2 * np.abs(np.mean(part * np.exp(-2j * np.pi * frequency_hz * t[RATE_HZ:]))))

    two = whole(audio)
    one = Compressor(
        RATE_HZ, 1, CompressorSettings(threshold_dbfs=-30.0, ratio=3.0, knee_db=0.0, max_reduction_db=2.0)
    ).process(audio)
    assert 20 * np.log10(amplitude(one, 2_000.0) / 0.01) == pytest.approx(-2.0, abs=0.05)
    assert 20 * np.log10(amplitude(two, 2_000.0) / 0.01) == pytest.approx(0.0, abs=0.1)
    assert 20 * np.log10(amplitude(two, 50.0) / 0.5) == pytest.approx(-2.0, abs=0.1)


def test_two_bands_are_the_signal_below_the_threshold_and_one_band_when_both_are_capped() -> None:
    rng = np.random.default_rng(4)
    quiet = 1e-4 * rng.standard_normal((RATE_HZ, 2))
    assert np.array_equal(whole(quiet), quiet)
    t = np.arange(3 * RATE_HZ) / RATE_HZ
    loud = (np.sin(2 * np.pi * 50.0 * t) + np.sin(2 * np.pi * 3_000.0 * t))[:, None] * 0.4
    middle = slice(RATE_HZ, -RATE_HZ)  # at its ends a tone is more than a tone
    assert np.allclose(whole(loud)[middle], loud[middle] * 10 ** (-2.0 / 20), atol=1e-4)


@pytest.mark.parametrize("frames", [0, 1, 30_000, 3 * RATE_HZ])
def test_two_bands_do_not_depend_on_the_blocks(frames: int) -> None:
    audio = np.random.default_rng(1).standard_normal((frames, 2)) * 0.2
    cut = Compressor(RATE_HZ, 2, TWO_BANDS)
    parts = [cut.process(piece) for piece in np.split(audio, sorted((min(7, frames), frames // 2)))]
    joined = np.concatenate([*parts, cut.finish()])
    assert joined.shape == audio.shape
    assert np.array_equal(joined, whole(audio))
    if frames > RATE_HZ:
        assert cut.max_reduction_db == pytest.approx(2.0, abs=0.01)
