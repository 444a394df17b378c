"""The master bus by ear: peaks that came to stand at one ceiling since the bounce before; nothing else a mix does."""

import numpy as np
import pytest
from scipy import ndimage, signal

from bridge.engine.measurement.numbers import measurement_of
from bridge.model import Measurement
from bridge.policy.bus.by_ear import FELL_DB, EarState, heard_bus, on_bounce, warning_of
from dsp.core.arrays import F64
from dsp.meters.meter import StageName, measure

RATE_HZ = 44_100
STAGES: tuple[StageName, ...] = ("loudness", "true_peak", "dynamics", "overview", "faults")
MIX = Measurement(plr_db=14.0, peaks_at_ceiling=0.01)
LIMITED = Measurement(plr_db=9.0, peaks_at_ceiling=0.4)


def measured(mix: F64) -> Measurement:
    return measurement_of(measure([mix.astype(np.float32)], RATE_HZ, 2, STAGES))


def test_one_bounce_alone_tells_nothing_and_silence_neither() -> None:
    assert heard_bus(2, LIMITED, 1, Measurement()) is None
    assert heard_bus(2, Measurement(), 1, MIX) is None


@pytest.mark.parametrize(
    ("plr_db", "at_ceiling", "is_heard"),
    [
        (14.0 - FELL_DB, 0.1, True),
        (14.0 - FELL_DB + 0.1, 0.9, False),  # denser, and flat before it was: too little
        (8.0, 0.09, False),  # the drums went: less peak, and no ceiling
        (14.0, 0.5, False),
    ],
)
def test_both_marks_together_are_something_on_the_bus(plr_db: float, at_ceiling: float, is_heard: bool) -> None:
    heard = heard_bus(4, Measurement(plr_db=plr_db, peaks_at_ceiling=at_ceiling), 3, MIX)
    assert (heard is not None) is is_heard


def test_a_loop_that_stands_at_one_peak_by_its_nature_has_to_become_flatter() -> None:
    loop = Measurement(plr_db=14.0, peaks_at_ceiling=0.4)
    assert heard_bus(2, Measurement(plr_db=9.0, peaks_at_ceiling=0.5), 1, loop) is None


def test_it_is_said_once_and_goes_with_its_cause() -> None:
    state = on_bounce(EarState(), 4, LIMITED, heard_bus(4, LIMITED, 3, MIX), 100.0)
    warning = warning_of(state, "heard:1:", 1, "Tide")
    assert warning is not None
    assert warning.seen.startswith("Something on the bus since bounce 4? Peak to loudness fell from 14.0 to 9.0 dB")
    again = on_bounce(state, 5, LIMITED, heard_bus(5, LIMITED, 4, LIMITED), 200.0)
    assert warning_of(again, "heard:1:", 1, "Tide") == warning
    assert on_bounce(again, 6, MIX, None, 300.0).heard is None


def test_what_is_part_of_the_sound_is_not_said_again() -> None:
    state = EarState(accepted=True, latest=5)
    assert on_bounce(state, 6, LIMITED, heard_bus(6, LIMITED, 5, MIX), 1.0).heard is None


def drums_and_bass() -> F64:
    """Return six seconds with hits that stand 14 dB over the rest, no two alike."""
    rng = np.random.default_rng(5)
    t = np.arange(6 * RATE_HZ) / RATE_HZ
    mix = 0.1 * np.sin(2 * np.pi * 55 * t) + 0.06 * signal.sawtooth(2 * np.pi * 220 * t)
    for at in np.arange(0.25, 5.5, 0.5):
        first, frames = int(at * RATE_HZ), RATE_HZ // 5
        hit = rng.standard_normal(frames) * np.exp(-np.arange(frames) / (0.03 * RATE_HZ))
        mix[first : first + frames] += rng.uniform(0.1, 0.25) * hit
    return np.stack([mix, mix * 0.9], axis=1) * 0.5 / np.abs(mix).max()


def limited(mix: F64, drive_db: float) -> F64:
    """Return a plain look-ahead limiter's output, written apart from ours: the gain of the loudest 4 ms, smoothed."""
    driven = mix * 10 ** (drive_db / 20)
    gain = np.minimum(1.0, 0.5 / np.maximum(np.abs(driven).max(axis=1), 1e-9))
    gain = ndimage.uniform_filter1d(ndimage.minimum_filter1d(gain, 353), 177)
    return driven * gain[:, None]


@pytest.mark.slow
@pytest.mark.parametrize("worked", [lambda mix: limited(mix, 10.0), lambda mix: np.clip(mix * 3.2, -0.5, 0.5)])
def test_a_limiter_and_a_clipper_are_heard(worked) -> None:  # type: ignore[no-untyped-def]
    mix = drums_and_bass()
    assert heard_bus(2, measured(worked(mix)), 1, measured(mix)) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [
        lambda mix: mix * 0.25,
        lambda mix: mix[: len(mix) // 2],
        lambda mix: signal.lfilter([1.0, -0.7], [1.0], mix, axis=0),  # far brighter
        lambda mix: signal.lfilter([0.3], [1.0, -0.7], mix, axis=0),  # far darker
        lambda mix: mix * np.linspace(0.4, 1.0, len(mix))[:, None],
    ],
)
def test_what_a_mix_does_is_not(changed) -> None:  # type: ignore[no-untyped-def]
    mix = drums_and_bass()
    assert heard_bus(2, measured(changed(mix)), 1, measured(mix)) is None
