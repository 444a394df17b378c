"""What is listened for before anything is known of a mix."""

import math
from pathlib import Path

import pytest

from bridge.engine.mastering.loudness_model import Estimate
from bridge.engine.mastering.plan import modelled_in_passing
from bridge.engine.mastering.spec import MasterSpec, make_spec
from bridge.model import AudioFormat
from tests.engine.mastering.mastering import RATE_HZ, request

pytestmark = pytest.mark.slow

FORMAT = AudioFormat(rate_hz=RATE_HZ, channels=2, frames=RATE_HZ, subtype="PCM_24", container="WAV", duration_s=1.0)
MIX = Estimate(lufs=-20.0, peak_dbfs=-6.0)


def spec(folder: Path, **changes: object) -> MasterSpec:
    return make_spec(request(folder / "mix.wav", folder, **changes), FORMAT)


@pytest.mark.parametrize("turn", [1, -1])
def test_one_hearing_reaches_as_deep_as_the_deepest_target(tmp_path: Path, turn: int) -> None:
    levels = [(-16.0, -1.0), (-11.0, -2.0), (-14.0, -6.0)][::turn]
    specs = [spec(tmp_path, integrated_lufs=lufs, ceiling_dbtp=top) for lufs, top in levels]
    ((limiter, most_db),) = modelled_in_passing(specs, MIX).values()
    for each in specs:
        assert each.limiter is not None
        assert each.integrated_lufs is not None
        reach_db = most_db + each.limiter.ceiling_dbtp - limiter.ceiling_dbtp
        assert reach_db >= MIX.gain_db(each.integrated_lufs, each.limiter.ceiling_dbtp) - 1e-9


def test_rates_are_heard_apart_and_nothing_is_heard_of_silence_or_without_a_limiter(tmp_path: Path) -> None:
    specs = [spec(tmp_path), spec(tmp_path, rate_hz=48_000), spec(tmp_path, rate_hz=96_000, off=("limiter",))]
    assert sorted(shaping.rate_hz for shaping in modelled_in_passing(specs, MIX)) == [44_100, 48_000]
    assert modelled_in_passing(specs, Estimate(-math.inf, -math.inf)) == {}
