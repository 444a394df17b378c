"""Going towards the tone of references: by the plan's own figures, and by scipy's spectra of what was filtered."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.signal import welch

from dsp.compare.octaves import OCTAVES_HZ, octave_difference
from dsp.compare.tone import BandProfile
from dsp.core.filters import response_db
from dsp.mastering.eq import Equalizer
from dsp.mastering.tone_match import LEAST_DISTANCE_DB, ToneMatch, match_tone
from dsp.meters.bands import third_octave_levels_db, third_octaves_hz
from dsp.meters.spectrum import SpectrumStage

RANGE = np.full(9, 9.0)
TILT = np.linspace(6.0, -6.0, 9)


def matched(
    lacking_db: np.ndarray, share: float = 1.0, limit_db: np.ndarray = RANGE, rate_hz: int = 44_100, mix_db: float = 0.0
) -> ToneMatch:
    centres = np.array(third_octaves_hz(rate_hz))
    mix = np.full(centres.size, -30.0) + mix_db * np.sin(centres)
    at = np.clip(np.round(np.log2(centres / 1_000.0)) + 4, 0, 8).astype(int)
    profiles = [BandProfile(tuple(centres), x, np.zeros(x.size), -20.0) for x in (mix, mix + lacking_db[at])]
    difference = octave_difference(profiles[0], profiles[1:], [1.0], 16_000.0)
    return match_tone(centres, mix, difference, rate_hz, share, limit_db, limit_db)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@example(lacking=[0.0] * 7 + [3.0, 0.0], share=1.0, limit=[0.0] * 6 + [1.0, 4.0, 0.0], rate_hz=44_100)
@given(
    lacking=st.lists(st.floats(-20.0, 20.0), min_size=9, max_size=9),
    share=st.floats(0.0, 1.5),
    limit=st.lists(st.floats(0.0, 12.0), min_size=9, max_size=9),
    rate_hz=st.sampled_from([8_000, 22_050, 44_100, 96_000, 384_000]),
)
def test_it_is_never_further_away_and_never_outside_its_range(
    lacking: list[float], share: float, limit: list[float], rate_hz: int
) -> None:
    limits = np.array(limit)
    found = matched(np.array(lacking), share, limits, rate_hz, 5.0)
    assert found.after_db <= found.before_db
    if found.bands:
        assert found.after_db < found.before_db
        hertz = np.geomspace(30.0, min(18_000.0, 0.45 * rate_hz), 200)
        shape = response_db(np.array([band.row(rate_hz) for band in found.bands]), hertz, rate_hz)
        most = np.interp(np.log2(hertz), np.log2(OCTAVES_HZ), limits)
        assert (np.abs(shape) <= most + 0.3).all()  # bands under 0.2 dB are left out, their neighbours' skirts stay


def test_a_tilt_is_followed_nearly_all_the_way_and_half_the_way_for_half_the_share() -> None:
    whole, half, further = (matched(0.5 * TILT, share) for share in (1.0, 0.5, 1.5))
    assert whole.before_db == pytest.approx(0.5 * np.std(TILT), abs=0.01)
    assert whole.after_db < 0.1 * whole.before_db
    assert half.after_db == pytest.approx(0.5 * half.before_db, rel=0.1)
    assert further.after_db == pytest.approx(0.5 * further.before_db, rel=0.2)


def test_what_lies_outside_the_range_is_left() -> None:
    found = matched(np.array([0.0, 0, 0, 0, 0, 0, 12.0, 0, 0]), limit_db=np.full(9, 3.0))
    assert 2.0 < found.moved_db[6] <= 3.0  # the top of the curve is 3 dB, its octave as a whole a little less
    assert 0.0 < found.after_db < found.before_db


def test_one_tone_is_left_alone() -> None:
    found = matched(0.05 * TILT)
    assert found.before_db < LEAST_DISTANCE_DB
    assert found.bands == ()
    assert matched(TILT, share=0.0).bands == ()
    with pytest.raises(ValueError, match="share is 2"):
        matched(TILT, share=2.0)


def octaves_by_scipy(audio: np.ndarray, rate_hz: int) -> np.ndarray:
    hertz, power = welch(audio, rate_hz, nperseg=rate_hz // 2)
    edges = [(c / np.sqrt(2.0), c * np.sqrt(2.0)) for c in OCTAVES_HZ if c <= rate_hz / 2]
    levels = np.array([10 * np.log10(power[(hertz >= low) & (hertz < high)].sum()) for low, high in edges])
    return levels - levels.mean()


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 96_000])
@pytest.mark.parametrize("linear_phase", [False, True])
def test_scipy_hears_the_octaves_come_as_near_as_was_planned(rate_hz: int, linear_phase: bool) -> None:
    rng = np.random.default_rng(4)
    hertz = np.fft.rfftfreq(4 * rate_hz, 1 / rate_hz)
    dark, bright = (
        np.fft.irfft(np.fft.rfft(rng.standard_normal(4 * rate_hz)) * np.maximum(hertz, 20.0) ** tilt)
        for tilt in (-0.8, -0.45)
    )
    centres = np.array(third_octaves_hz(rate_hz))
    profiles = []
    for audio in (dark, bright):
        stage = SpectrumStage(rate_hz, 1)
        stage.process(audio[:, None] / np.abs(audio).max())
        profiles.append(BandProfile(tuple(centres), third_octave_levels_db(stage.finish()), np.zeros(centres.size), 0))
    difference = octave_difference(profiles[0], profiles[1:], [1.0], 16_000.0)
    found = match_tone(centres, profiles[0].levels_db, difference, rate_hz, 1.0, RANGE, RANGE)
    equalizer = Equalizer(rate_hz, 1, found.bands, linear_phase=linear_phase)
    made = np.concatenate([equalizer.process(dark[:, None]), equalizer.finish()])[:, 0]
    wanted = octaves_by_scipy(bright, rate_hz)
    before = np.std(octaves_by_scipy(dark, rate_hz) - wanted)
    after = np.std(octaves_by_scipy(made, rate_hz) - wanted)
    assert before == pytest.approx(found.before_db, abs=0.3)
    assert after == pytest.approx(found.after_db, abs=0.3)
    assert after < 0.4 * before
