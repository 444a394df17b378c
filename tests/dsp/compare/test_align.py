import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.compare.align import (
    SEGMENT_FRAMES,
    FractionalDelay,
    Trace,
    Tracer,
    coarse_shift,
    fine_shift,
    segment_starts,
)

RATE_HZ = 8000


def music(seconds: float, seed: int = 1) -> np.ndarray:
    """Return noise that swells and falls, low-passed a little, stereo."""
    rng = np.random.default_rng(seed)
    frames = int(seconds * RATE_HZ)
    noise = rng.standard_normal((frames, 2))
    noise[1:] += 0.7 * noise[:-1]
    swell = np.repeat(rng.uniform(0.01, 1.0, frames // 800 + 1), 800)[:frames]
    return np.ascontiguousarray(0.1 * noise * swell[:, None])


def trace(audio: np.ndarray, cut: int = 10_000) -> Trace:
    tracer = Tracer(RATE_HZ, audio.shape[1])
    for start in range(0, len(audio), cut):
        tracer.process(np.ascontiguousarray(audio[start : start + cut]))
    return tracer.finish()


def exactly_shifted(audio: np.ndarray, frames: float) -> np.ndarray:
    """Return the signal later by any number of frames, exactly, through its spectrum."""
    size = len(audio) + 4096
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size) * frames)
    return np.ascontiguousarray(np.fft.irfft(np.fft.rfft(audio, size, axis=0) * turn[:, None], size, axis=0))


@pytest.mark.slow
@pytest.mark.parametrize("frames", [0, 1, 799, 8000, -8000, -12_345])
def test_the_shift_of_a_whole_file_is_found(frames: int) -> None:
    a = music(12.0)
    b = np.concatenate([np.zeros((frames, 2)), a]) if frames >= 0 else a[-frames:]
    found, correlation, waves = coarse_shift(trace(a), trace(b))
    assert abs(found - frames) <= trace(a).step_frames
    assert waves
    assert correlation > 0.5


@pytest.mark.parametrize("frames", [0.0, 0.25, -0.4, 3.3, -7.77, 12.3])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_parts_of_a_frame_are_found_also_upside_down(frames: float, sign: float) -> None:
    a = music(4.0)
    b = sign * 0.5 * exactly_shifted(a, frames)[: len(a)]
    shift = fine_shift([(a[i : i + 16_384].mean(1), b[i : i + 16_384].mean(1)) for i in (0, 8000)])
    assert shift.frames == pytest.approx(frames, abs=0.01)
    assert shift.sure
    assert shift.whole_frames + shift.fraction == pytest.approx(shift.frames)


def test_signals_that_share_nothing_are_not_aligned() -> None:
    a, b = music(4.0, 1), music(4.0, 2)
    assert not fine_shift([(a[:, 0], b[:, 0])]).sure
    assert not coarse_shift(trace(a), trace(b))[2]


def test_silence_has_no_vote() -> None:
    silence = np.zeros((8000, 2))
    assert fine_shift([(silence[:, 0], silence[:, 0])]).correlation == 0.0
    assert coarse_shift(trace(silence), trace(music(1.0)))[0] == 0
    assert coarse_shift(trace(silence[:3]), trace(music(1.0))) == (0, 0.0, False)


def test_traces_of_two_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="steps of 8 and 44 frames"):
        coarse_shift(Trace(8, *[np.ones(4, np.float32)] * 2), Trace(44, *[np.ones(4, np.float32)] * 2))


def test_a_trace_does_not_depend_on_the_cuts_and_survives_nan() -> None:
    a = music(2.0)
    a[500] = np.nan
    one, other = trace(a, 333), trace(a, 16_000)
    assert np.allclose(one.wave, other.wave)
    assert np.allclose(one.energy, other.energy)
    assert np.all(np.isfinite(one.wave))


@pytest.mark.slow
def test_segments_lie_inside_the_file_and_in_all_its_parts() -> None:
    a = music(120.0)
    starts = segment_starts(trace(a), len(a))
    assert 2 <= len(starts) <= 7
    assert all(0 <= start <= len(a) - SEGMENT_FRAMES for start in starts)
    assert segment_starts(trace(a[:100]), 100) == (0,)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.floats(-0.5, 0.5), st.integers(1, 700))
def test_the_fractional_delay_is_exact_and_cuts_do_not_matter(fraction: float, cut: int) -> None:
    a = music(0.5)
    a[:] = exactly_shifted(a, 0.0)[: len(a)]
    delay = FractionalDelay(fraction, 2)
    parts = [delay.process(np.ascontiguousarray(a[i : i + cut])) for i in range(0, len(a), cut)]
    made = np.concatenate([*parts, delay.finish()])
    whole = FractionalDelay(fraction, 2)
    assert made.shape == a.shape
    assert np.allclose(made, np.concatenate([whole.process(a), whole.finish()]), atol=1e-12)


@pytest.mark.slow
def test_the_fractional_delay_reads_a_tone_where_it_was() -> None:
    n = np.arange(8000)
    for hz in (100.0, 1000.0, 3500.0):
        tone = np.sin(2 * np.pi * hz * n / RATE_HZ)[:, None]
        delay = FractionalDelay(0.3, 1)
        made = np.concatenate([delay.process(tone), delay.finish()])[200:-200, 0]
        assert made == pytest.approx(np.sin(2 * np.pi * hz * (n + 0.3) / RATE_HZ)[200:-200], abs=2e-3)
    with pytest.raises(ValueError, match=r"fraction is 1\.5"):
        FractionalDelay(1.5, 1)
