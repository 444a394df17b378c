"""Differences in tone: exact where the truth is known, silent where nothing is different."""

import numpy as np
import pytest

from dsp.compare.reference import BandProfile, profile_difference

CENTRES = tuple(1000.0 * 10 ** (n / 10) for n in range(-17, 14))
FLAT = np.full(len(CENTRES), -30.0)


def profile(levels: np.ndarray = FLAT, lufs: float = -20.0, spread: float = 2.0, bands: int = 31) -> BandProfile:
    return BandProfile(CENTRES[:bands], levels[:bands], np.full(bands, spread), lufs)


def test_the_same_tone_at_another_level_is_no_difference() -> None:
    result = profile_difference(profile(), [profile(FLAT + 9.0, -11.0)])
    assert result.gains_db == pytest.approx((-9.0,))
    np.testing.assert_allclose(result.difference_db, 0.0, atol=1e-9)
    assert not result.stands_out.any()


def test_a_lifted_band_stands_out_and_says_by_how_much() -> None:
    lifted = FLAT.copy()
    lifted[20] += 5.0
    result = profile_difference(profile(lifted), [profile(), profile()])
    assert result.difference_db[20] == pytest.approx(5.0)
    assert result.stands_out.nonzero()[0].tolist() == [20]


def test_references_that_disagree_widen_what_is_usual() -> None:
    dark, bright = FLAT.copy(), FLAT.copy()
    dark[25:] -= 6.0
    bright[25:] += 6.0
    result = profile_difference(
        profile(FLAT + np.where(np.arange(31) >= 25, 3.0, 0.0)), [profile(dark), profile(bright)]
    )
    assert not result.stands_out.any()
    assert result.lowest_db[28] == pytest.approx(-3.0)
    assert result.highest_db[28] == pytest.approx(9.0)
    assert result.usual_db[28] > 6.0


def test_music_that_moves_a_lot_needs_a_larger_difference() -> None:
    lifted = FLAT.copy()
    lifted[10] += 4.0
    assert profile_difference(profile(lifted), [profile()]).stands_out[10]
    assert not profile_difference(profile(lifted, spread=12.0), [profile(spread=12.0)]).stands_out[10]


def test_bands_that_are_missing_somewhere_are_left_out() -> None:
    silent = FLAT.copy()
    silent[3] = -np.inf
    result = profile_difference(profile(), [profile(silent), profile(bands=28)])
    assert len(result.centres_hz) == 27
    assert CENTRES[3] not in result.centres_hz


def test_levels_match_without_loudness() -> None:
    result = profile_difference(profile(lufs=-np.inf), [profile(FLAT - 4.0)])
    assert result.gains_db == pytest.approx((4.0,))
    nothing = profile(np.full(31, -np.inf), -np.inf)
    assert profile_difference(nothing, [nothing]).centres_hz == ()


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="references"):
        profile_difference(profile(), [])
    with pytest.raises(ValueError, match="spread_db"):
        BandProfile(CENTRES, FLAT, np.zeros(3), -20.0)
