import numpy as np
import pytest

from dsp.compare.octaves import OCTAVES_HZ, octave_difference, octaves_of
from dsp.compare.tone import BandProfile
from dsp.meters.bands import third_octaves_hz

CENTRES_HZ = np.array(third_octaves_hz(44_100))
FLAT = np.full(CENTRES_HZ.size, -30.0)


def profile(level_db: np.ndarray) -> BandProfile:
    return BandProfile(tuple(CENTRES_HZ.tolist()), level_db, np.zeros(level_db.size), -20.0)


def octave(hertz: float, gain_db: float) -> np.ndarray:
    """Return a level that differs in one octave."""
    near = np.abs(np.log2(CENTRES_HZ / hertz)) < 0.4
    return FLAT + np.where(near, gain_db, 0.0)


def test_an_octave_holds_the_power_of_its_three_third_octaves() -> None:
    power = np.zeros(CENTRES_HZ.size)
    around = np.abs(np.log2(CENTRES_HZ / 1_000.0)) < 0.4
    power[around] = [1.0, 2.0, 4.0]
    assert octaves_of(CENTRES_HZ, power) == pytest.approx([7.0 if hertz == 1_000 else 0.0 for hertz in OCTAVES_HZ])


@pytest.mark.parametrize("hertz", OCTAVES_HZ)
@pytest.mark.parametrize("louder_db", [0.0, 17.0])
def test_what_a_reference_has_more_of_is_found_whatever_its_level(hertz: float, louder_db: float) -> None:
    found = octave_difference(profile(FLAT), [profile(octave(hertz, 6.0) + louder_db)], [1.0], 16_000.0)
    assert found.lacking_db == pytest.approx([6.0 if at == hertz else 0.0 for at in OCTAVES_HZ], abs=0.01)
    assert found.distance_db(found.lacking_db) == pytest.approx(0.0, abs=1e-9)


def test_references_count_by_their_weights() -> None:
    both = [profile(octave(250.0, 4.0)), profile(octave(250.0, 8.0))]
    found = octave_difference(profile(FLAT), both, [3.0, 1.0], 16_000.0)
    assert found.lacking_db[2] == pytest.approx(5.0, abs=0.01)


def test_a_mix_that_lies_among_its_references_is_not_moved_there() -> None:
    both = [profile(octave(250.0, 4.0)), profile(octave(250.0, -8.0))]
    found = octave_difference(profile(FLAT), both, [1.0, 1.0], 16_000.0)
    assert found.is_compared[2]
    assert not found.is_followed[2]


def test_what_one_of_them_does_not_have_is_not_compared() -> None:
    dull = np.where(CENTRES_HZ > 7_000, -np.inf, FLAT)
    found = octave_difference(profile(FLAT), [profile(dull)], [1.0], 16_000.0)
    assert found.is_compared.tolist() == [True] * 8 + [False]
    noise = np.where(CENTRES_HZ > 5_000, -95.0, FLAT)
    found = octave_difference(profile(FLAT), [profile(noise)], [1.0], 16_000.0)
    assert found.is_compared.tolist() == [True] * 7 + [False] * 2
    silence = octave_difference(profile(FLAT), [profile(np.full(FLAT.size, -np.inf))], [1.0], 16_000.0)
    assert not silence.is_compared.any()
    assert silence.distance_db(silence.lacking_db) == 0.0


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        octave_difference(profile(FLAT), [profile(FLAT)], [1.0, 2.0], 16_000.0)
    with pytest.raises(ValueError, match="weights"):
        octave_difference(profile(FLAT), [], [], 16_000.0)
