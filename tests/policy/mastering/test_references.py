from typing import get_args

import pytest

from bridge.model import Intent
from bridge.policy.mastering.intents import INTENTS
from bridge.policy.mastering.references import RANGES, OctaveName, match_range
from dsp.compare.octaves import OCTAVES_HZ
from dsp.mastering.eq import MAX_GAIN_DB


def test_a_range_has_a_number_for_each_octave_that_is_compared() -> None:
    assert [f"{octave:g}" for octave in OCTAVES_HZ] == list(get_args(OctaveName))
    assert RANGES.keys() == INTENTS.keys()
    for found in RANGES.values():
        assert len(found.cut_db) == len(found.boost_db) == len(OCTAVES_HZ)
        assert all(0.0 < limit <= MAX_GAIN_DB for limit in (*found.cut_db, *found.boost_db))


@pytest.mark.parametrize("intent", ["intimate", "strange"])
def test_what_is_near_or_strange_is_moved_less(intent: Intent) -> None:
    for small, large in zip(RANGES[intent].cut_db, RANGES["neutral"].cut_db, strict=True):
        assert small < large


def test_a_preset_sets_single_octaves_in_both_directions() -> None:
    found = match_range("neutral", {"4000": 3.0})
    assert found.cut_db == (9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 3.0, 9.0, 9.0)
    assert found.boost_db == (6.0, 9.0, 9.0, 9.0, 9.0, 9.0, 3.0, 9.0, 6.0)
    assert match_range("strange", {}) is RANGES["strange"]
