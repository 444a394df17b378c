"""Differences in tone: exact where the truth is known, silent where nothing is different."""

import numpy as np
import pytest

from dsp.compare.tone import SMALLEST_DB, BandProfile, profile_difference

CENTRES = tuple(1000.0 * 10 ** (n / 10) for n in range(-17, 14))
FLAT = np.full(len(CENTRES), -30.0)


def profile(levels: np.ndarray = FLAT, lufs: float = -20.0, spread: float = 2.0, bands: int = 31) -> BandProfile:
    return BandProfile(CENTRES[:bands], levels[:bands], np.full(bands, spread), lufs)


def test_the_same_tone_at_another_level_is_no_difference() -> None:
    result = profile_difference(profile(), [profile(FLAT + 9.0, -11.0)])
    assert result.gains_db == pytest.approx((-9.0,))
    np.testing.assert_allclose(result.difference_db, 0.0, atol=1e-9)
    assert not result.stands_out.any()


def lifted(centre: int, by_db: float) -> np.ndarray:
    """Return a flat tone with an octave and a half lifted around a band."""
    levels = FLAT.copy()
    levels[centre - 2 : centre + 3] += by_db
    return levels


def test_a_lifted_octave_stands_out_and_says_by_how_much() -> None:
    result = profile_difference(profile(lifted(20, 5.0)), [profile(), profile()])
    assert result.difference_db[20] == pytest.approx(5.0)
    assert result.stands_out.nonzero()[0].tolist() == [17, 18, 19, 20, 21, 22, 23]  # and what an octave around reaches
    assert result.beyond_db[20] == pytest.approx(5.0 - SMALLEST_DB)
    assert not result.beyond_db[:17].any()


def test_what_is_done_to_a_few_bands_is_no_difference_of_the_others() -> None:
    """A presence that is louder makes the song louder; the bass has not become quieter by it."""
    result = profile_difference(profile(lifted(22, 6.0), lufs=-18.0), [profile(lufs=-20.0)])
    np.testing.assert_allclose(result.difference_db[:18], 0.0, atol=1e-9)


def test_a_single_note_is_no_difference_of_tone() -> None:
    note = FLAT.copy()
    note[20] += 5.0
    assert not profile_difference(profile(note), [profile()]).stands_out.any()


def test_weights_say_how_much_each_reference_counts_and_one_of_ten_has_no_veto() -> None:
    mix, same, dark = profile(lifted(20, 4.0)), profile(), profile(lifted(20, 5.0))
    assert not profile_difference(mix, [same, dark]).stands_out.any()
    often = profile_difference(mix, [same, dark], (15.0, 1.0))
    assert often.difference_db[20] == pytest.approx((15 * 4.0 - 1.0) / 16)
    assert often.stands_out[20]
    for wrong in ((1.0,), (1.0, 0.0), (1.0, -1.0)):
        with pytest.raises(ValueError, match="weights"):
            profile_difference(mix, [same, dark], wrong)


def test_the_ends_of_hearing_do_not_stand_out() -> None:
    low = FLAT.copy()
    low[:2] += 12.0
    result = profile_difference(profile(low), [profile()])
    assert result.difference_db[0] > 5.0
    assert not result.stands_out[0]


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
    assert profile_difference(profile(lifted(10, 4.0)), [profile()]).stands_out[10]
    assert not profile_difference(profile(lifted(10, 4.0), spread=12.0), [profile(spread=12.0)]).stands_out[10]


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
