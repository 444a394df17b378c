"""Lonely breaks of the wave: found at every rate and under any cut of blocks; what instruments do is left alone."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64
from dsp.faults.bursts import Burst, burst_at
from dsp.faults.clicks import ClickDetector, Clicks, _is_sure
from dsp.faults.prediction import autocorrelation, error_filter, error_peaks

RATE_HZ = 44_100
AT = 60_001


def chord(rate_hz: int = RATE_HZ, seconds: float = 2.5, noise: float = 1e-4) -> F64:
    """Return a held chord over a little noise, one channel: shape (frames, 1)."""
    n = np.arange(round(seconds * rate_hz))
    pitches = [p for p in (220.0, 277.2, 329.6, 1318.5) if p < rate_hz / 4]
    tones = sum(0.1 * np.sin(2 * np.pi * p * n / rate_hz + p) for p in pitches)
    air = noise * np.random.default_rng(1).standard_normal(len(n))
    return np.asarray(tones + air, np.float64)[:, None]


def found(audio: NDArray[np.float64], rate_hz: int = RATE_HZ) -> Clicks:
    return ClickDetector.find(np.ascontiguousarray(audio, dtype=np.float32), rate_hz)


def click(audio: F64, at: int) -> F64:
    audio[at : at + 1] += 0.05
    return audio


def pop(audio: F64, at: int) -> F64:
    audio[at:, 0] += 0.1 * np.exp(-np.arange(len(audio) - at) / 180)
    return audio


def edit(audio: F64, at: int) -> F64:
    return np.concatenate((audio[:at], audio[at + 487 :]))


def louder(audio: F64, at: int) -> F64:
    audio[at:] *= 2.0
    return audio


@pytest.mark.parametrize("fault", [click, pop, edit, louder])
def test_a_single_break_is_certain_and_at_its_frame(fault: Callable[[F64, int], F64]) -> None:
    result = found(fault(chord(), AT))
    assert [abs(e.start_frame - AT) <= 2 for e in result.certain.events] == [True]
    assert result.certain.unit == "dB"
    assert result.likely.count == 0


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000, 96_000, 192_000])
def test_rates_do_not_matter(rate_hz: int) -> None:
    at = rate_hz + 7
    result = found(click(chord(rate_hz), at), rate_hz)
    assert [abs(e.start_frame - at) <= 2 for e in result.certain.events] == [True]
    assert found(chord(rate_hz), rate_hz).certain.count == 0


@pytest.mark.parametrize("cut", [997, 65_536])
def test_blocks_do_not_matter(cut: int) -> None:
    audio = np.ascontiguousarray(edit(click(chord(), AT), 90_000), dtype=np.float32)
    detector = ClickDetector(RATE_HZ, 1)
    for start in range(0, len(audio), cut):
        detector.process(audio[start : start + cut])
    assert detector.finish() == ClickDetector.find(audio, RATE_HZ)
    assert detector.finish().certain.count == 2


def test_a_break_in_two_channels_is_one_and_nothing_is_found_in_silence() -> None:
    audio = np.repeat(click(chord(), AT), 2, axis=1)
    assert [e.channels for e in found(audio).certain.events] == [(0, 1)]
    silence = found(np.zeros((RATE_HZ, 2)))
    assert silence.certain.count == silence.likely.count == 0


def test_a_note_that_begins_over_others_breaks_nothing() -> None:
    audio, n = chord(), np.arange(20_000)
    audio[AT : AT + len(n), 0] += (
        0.2 * np.sin(2 * np.pi * 440 * n / RATE_HZ) * np.exp(-n / 6_000) * np.minimum(n / 20, 1)
    )
    result = found(audio)
    assert result.certain.count == 0


@pytest.mark.slow
def test_what_an_instrument_does_with_every_note_is_not_certain() -> None:
    once, often = chord(seconds=8.0), chord(seconds=8.0)
    for number, at in enumerate(range(10_000, 340_000, 11_003)):
        for audio in (once, often) if number == 5 else (often,):
            audio[at : at + 2_000, 0] += 0.1 * np.exp(-np.arange(2_000) / 180)
    assert found(once).certain.count == 1
    assert found(often).certain.count == 0
    assert found(often).likely.count > 20


def test_a_burst_that_a_gain_explains_and_one_that_a_pulse_explains_are_told_apart() -> None:
    step, pulse = (burst_at(fault(chord(), AT)[:, 0].astype(np.float32), AT, RATE_HZ) for fault in (louder, click))
    assert step is not None
    assert pulse is not None
    assert step.gain_db > 15.0 > step.pulse_db
    assert pulse.pulse_db > 20.0 > pulse.gain_db
    assert burst_at(np.zeros(20_000, np.float32), 10_000, RATE_HZ) is None
    assert burst_at(np.ones(3_000, np.float32), 1_000, RATE_HZ) is None


def test_the_prediction_error_of_a_resonance_is_the_noise_that_drives_it() -> None:
    rng = np.random.default_rng(3)
    drive, signal = rng.standard_normal(40_000), np.zeros(40_000)
    for n in range(2, len(signal)):
        signal[n] = 1.8 * signal[n - 1] - 0.9 * signal[n - 2] + drive[n]
    coefficients = error_filter(autocorrelation(signal[8_000:16_192].reshape(8, 1024), 16))
    assert coefficients[:3] == pytest.approx([1.0, -1.8, 0.9], abs=0.1)
    peaks: F32 = np.zeros(100, np.float32)
    error_peaks(signal.astype(np.float32), 3_200, coefficients, peaks)
    expected = np.abs(np.convolve(signal, coefficients)[3_200:6_400]).reshape(100, 32).max(axis=1)
    assert peaks == pytest.approx(expected, rel=1e-4)
    assert error_filter(np.zeros(17)).tolist() == [1.0] + [0.0] * 16


def drum_loop(seconds: float, every_s: float, breaks_off: bool = True) -> F64:
    """Return a noisy drum sample, cut off hard, over chords that differ from beat to beat: shape (frames, 1)."""
    audio = chord(seconds=seconds, noise=3e-4)
    n = np.arange(round(0.12 * RATE_HZ))
    rng = np.random.default_rng(4)
    drum = 0.2 * np.sin(2 * np.pi * 70 * n / RATE_HZ) + 6e-4 * rng.standard_normal(len(n))
    drum *= np.minimum(1.0, n / 2000)
    if not breaks_off:
        drum *= np.minimum(1.0, n[::-1] / 2000)
    for start in range(20_000, len(audio) - 2 * len(n), round(every_s * RATE_HZ)):
        turns = rng.uniform(150, 900) * np.arange(len(n) * 2) / RATE_HZ
        wander = 0.05 * np.sin(2 * np.pi * turns) * np.hanning(len(n) * 2)
        audio[start - len(n) // 2 : start + 3 * len(n) // 2, 0] += wander
        audio[start : start + len(n), 0] += drum
    return audio


def test_a_sample_that_is_cut_off_each_time_it_is_played_is_the_song_s_own_sound() -> None:
    result = found(drum_loop(8.0, 0.5))
    assert (result.certain.count, result.likely.count) == (0, 0)


def test_beside_a_sample_that_is_cut_off_each_time_a_click_is_still_told() -> None:
    result = found(click(drum_loop(8.0, 0.5), 210_007))
    assert [abs(e.start_frame - 210_007) <= 2 for e in (*result.certain.events, *result.likely.events)] == [True]


def test_clicks_that_are_alike_are_no_sound_that_comes_again() -> None:
    audio = drum_loop(8.0, 0.5, breaks_off=False)
    at = [70_001, 140_003, 250_007, 300_011]
    for place in at:
        audio = click(audio, place)
    assert [e.start_frame for e in found(audio).certain.events] == pytest.approx(at, abs=2)


@pytest.mark.parametrize(
    ("stands_db", "error_rise_db", "certain"),
    [(13.0, -1.0, True), (13.0, 6.0, False), (13.0, -20.0, True), (24.0, 6.0, True)],
)
def test_a_pulse_that_does_not_tower_is_certain_only_where_nothing_new_follows_it(
    stands_db: float, error_rise_db: float, certain: bool
) -> None:
    burst = Burst(
        frame=AT,
        stands_db=stands_db,
        before_db=25.0,
        after_db=25.0,
        edge_db=20.0,
        size=0.02,
        error_rise_db=error_rise_db,
        level_rise_db=0.5,
        gain_db=12.0,
        pulse_db=22.0,
        music_rms=0.07,
    )
    assert _is_sure(burst) == certain
