"""Against the bounce before: what no change of a mix explains is said, what people change all day is not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import soxr

from bridge.demo import DemoSong, compose
from bridge.engine.analyse import examine
from bridge.engine.display import thinned_curves
from bridge.model import EarlierBounce, Finding
from tests.dsp.fault_music import limit

pytestmark = pytest.mark.slow

RATE_HZ = 22_050
Make = Callable[[DemoSong], np.ndarray]


@pytest.fixture(scope="module")
def song() -> DemoSong:
    return compose(RATE_HZ)


def examined(
    folder: Path, audio: np.ndarray, earlier: EarlierBounce | None = None
) -> tuple[list[Finding], EarlierBounce]:
    path = folder / "song.wav"
    sf.write(path, audio, RATE_HZ, subtype="PCM_24")
    analysis, _ = examine(path, earlier=earlier)
    assert analysis.curves is not None
    curves = thinned_curves(analysis.curves)
    kept = EarlierBounce(
        number=2,
        channels=analysis.format.channels,
        duration_s=analysis.format.duration_s,
        width_db=analysis.measurement.width_db,
        loudness=curves.momentary_lufs,
        balance_db=curves.balance_db,
        spectrum=curves.spectrum,
    )
    return [f for f in analysis.findings if f.check.startswith("past_")], kept


@pytest.fixture(scope="module")
def earlier(song: DemoSong, tmp_path_factory: pytest.TempPathFactory) -> EarlierBounce:
    return examined(tmp_path_factory.mktemp("past"), song.mix)[1]


def played_at(rate_hz: int, source_hz: int) -> Make:
    return lambda song: soxr.resample(song.mix, rate_hz, source_hz)


def only(*names: str) -> Make:
    return lambda song: sum((song.parts[name] for name in names), np.zeros_like(song.mix))


def without(*names: str) -> Make:
    return lambda song: song.mix - sum(song.parts[name] for name in names)


def hole(song: DemoSong) -> np.ndarray:
    audio = song.mix.copy()
    audio[10 * RATE_HZ : 14 * RATE_HZ] *= 0.02
    return audio


@pytest.mark.parametrize(
    ("make", "check", "words"),
    [
        (played_at(48_000, 44_100), "past_speed", "9 % faster than bounce 2 and 1.5 semitones higher"),
        (played_at(44_100, 48_000), "past_speed", "8 % slower than bounce 2 and 1.5 semitones lower"),
        (lambda song: song.mix[:, ::-1], "past_swapped", "swapped against bounce 2"),
        (lambda song: 0.5 * song.mix, "past_level", "6.0 dB quieter than bounce 2"),
        (lambda song: song.mix.mean(axis=1), "past_mono", "mono, bounce 2 was stereo"),
        (hole, "past_gap", "From 0:10 to 0:14 nearly nothing is left"),
        (without("Bass", "Drums"), "past_part", "nothing is left of bounce 2 between"),
        (only("Bass"), "past_solo", "Little more than what lies between"),
    ],
    ids=["faster", "slower", "swapped", "quieter", "mono", "gap", "part", "solo"],
)
def test_what_no_change_of_a_mix_explains(
    song: DemoSong, earlier: EarlierBounce, tmp_path: Path, make: Make, check: str, words: str
) -> None:
    said, _ = examined(tmp_path, make(song), earlier)
    assert [f.check for f in said] == [check]
    assert words in said[0].message
    assert said[0].kind == "listen"


def louder(**gains_db: float) -> Make:
    return lambda song: sum(10 ** (gains_db.get(n, 0.0) / 20) * part for n, part in song.parts.items())


@pytest.mark.parametrize(
    "make",
    [
        lambda song: song.mix,
        lambda song: np.concatenate((np.zeros((4 * RATE_HZ, 2)), song.mix)),
        lambda song: song.mix[: int(0.8 * len(song.mix))],
        lambda song: 0.75 * song.mix,
        lambda song: limit(song.mix / np.abs(song.mix).max(), RATE_HZ, 4.0, 0.9),
        louder(Bass=3.0),
        louder(Drums=-6.0, Bass=-4.0),
        louder(Lead=5.0),
        lambda song: song.mix[int(0.2 * len(song.mix)) :],
    ],
    ids=["same", "later", "shorter", "a little quieter", "limited", "bass", "drums down", "lead up", "intro cut"],
)
def test_what_people_change_all_day_is_not_said(
    song: DemoSong, earlier: EarlierBounce, tmp_path: Path, make: Make
) -> None:
    assert examined(tmp_path, make(song), earlier)[0] == []


@pytest.mark.parametrize("seconds", [0.0, 0.2, 5.0])
def test_too_little_tells_nothing(song: DemoSong, earlier: EarlierBounce, tmp_path: Path, seconds: float) -> None:
    assert examined(tmp_path, 0.3 * song.mix[: max(1, int(seconds * RATE_HZ))], earlier)[0] == []


def test_silence_tells_nothing(song: DemoSong, earlier: EarlierBounce, tmp_path: Path) -> None:
    assert examined(tmp_path, np.zeros_like(song.mix), earlier)[0] == []
