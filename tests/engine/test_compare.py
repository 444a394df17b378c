"""Bounces synthesised from the demo's stems: every change is named in words."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.demo import DemoSong, compose
from bridge.engine.compare import run_compare
from bridge.errors import AudioFileError, JobCancelledError
from bridge.model import BounceDiff

pytestmark = pytest.mark.slow

RATE_HZ = 22_050
Change = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def song() -> DemoSong:
    return compose(RATE_HZ)


@pytest.fixture(scope="module")
def mix_path(song: DemoSong, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mix") / "a.wav"
    sf.write(path, song.mix, RATE_HZ, subtype="PCM_24")
    return path


def remixed(song: DemoSong, **changes: Change) -> np.ndarray:
    return sum((changes.get(name, np.asarray)(part) for name, part in song.parts.items()), np.zeros_like(song.mix))


def later(frames: int) -> Change:
    return lambda stem: np.concatenate([np.zeros((frames, 2)), stem])[: len(stem)]


def shifted(audio: np.ndarray, frames: float) -> np.ndarray:
    size = len(audio) + 4096
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size) * frames)
    made = np.fft.irfft(np.fft.rfft(audio, size, axis=0) * turn[:, None], size, axis=0)
    return made[: len(audio) + int(np.ceil(max(frames, 0)))]


@pytest.fixture
def diff(mix_path: Path, tmp_path: Path) -> Callable[..., BounceDiff]:
    def compare(audio: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_24") -> BounceDiff:
        path = tmp_path / "b.wav"
        sf.write(path, audio, rate_hz, subtype=subtype)
        return run_compare(mix_path, path)

    return compare


def test_the_same_bounce_twice(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    assert diff(song.mix).sentences == ("The two are identical.",)


def test_a_gain_change(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(song.mix * 10 ** (-2.5 / 20))
    assert found.sentences == ("The two are identical but for -2.50 dB of gain.",)
    assert found.level_change_db == pytest.approx(-2.5, abs=0.001)


def test_an_offset_of_12_3_samples(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(shifted(song.mix, 12.3))
    assert found.shift_frames == pytest.approx(12.3, abs=0.01)
    assert found.sentences[0].startswith("The two are identical but for an offset of 12.3 frames (0.56 ms).")


def test_a_gain_an_offset_and_a_turned_polarity_together(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(-1.1 * song.mix[500:])
    assert found.sentences[0] == (
        "The two are identical but for +0.83 dB of gain and an offset of -500 frames (-22.68 ms) and inverted polarity."
    )


def test_a_vocal_turned_up_by_1_db(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(shifted(0.8 * remixed(song, Lead=lambda stem: stem * 10 ** (1 / 20)), 1000.5))
    said = " ".join(found.sentences)
    assert "B begins 1000.5 frames (45.37 ms) later than A." in said
    assert "Everything else is 1.9 dB quieter in B." in said
    assert "More between 400 Hz and 3.2 kHz in B: +0.9 dB, most at 630 Hz" in said
    assert "moved" not in said
    assert "replaced" not in said


def test_a_delayed_drum(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(remixed(song, Drums=later(176)))
    assert found.moved_s == pytest.approx(0.008, abs=0.0002)
    assert found.sentences[0].startswith("Something was moved in time by 8.0 ms")


def test_another_take_of_one_part(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(remixed(song, Lead=later(7000)))
    assert found.sentences[0].startswith(
        "Something was replayed, replaced or processed anew, mostly between 400 Hz and"
    )
    assert found.moved_s is None


def test_another_take_of_everything(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    found = diff(remixed(song, Lead=later(6000), Drums=later(3500), Bass=later(1550), Chords=later(4500)))
    assert not found.aligned
    assert found.sentences[0].startswith("These are different performances")


def test_a_new_ending_is_placed_in_time(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    changed = song.mix.copy()
    changed[30 * RATE_HZ :] += 0.05 * np.random.default_rng(1).standard_normal((len(changed) - 30 * RATE_HZ, 2))
    (place,) = [said for said in diff(changed).sentences if said.startswith("They differ most")]
    assert place in {
        "They differ most from 0:29 to 0:37.",
        "They differ most from 0:30 to 0:37.",
        "They differ most from 0:30 to 0:38.",
    }


def test_width_length_and_limiting(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    mono = diff(np.repeat(song.mix.mean(axis=1, keepdims=True), 2, axis=1))
    assert "Only the sides changed: in mono the two cancel." in mono.sentences
    assert "One of the two is mono, the other is not." in mono.sentences
    short = diff(song.mix[: 20 * RATE_HZ])
    assert short.sentences == ("The two are identical as long as both last.", "B is 17.0 seconds shorter.")
    limited = diff(np.tanh(6.0 * song.mix) / 2.0)
    assert any(said.startswith("Its peaks stand") and "closer to its loudness" in said for said in limited.sentences)


def test_another_rate_and_mono_files(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    import soxr

    other_rate = diff(soxr.resample(song.mix, RATE_HZ, 44_100, "VHQ"), 44_100)
    assert other_rate.residual_db is not None
    assert other_rate.residual_db < -60.0
    one_channel = diff(song.mix.mean(axis=1))
    assert one_channel.sentences[0] == "The two are identical."


def test_silence_and_a_single_frame(song: DemoSong, diff: Callable[..., BounceDiff]) -> None:
    assert diff(0.0 * song.mix).sentences == ("B is silent: there is nothing to compare.",)
    assert diff(song.mix[RATE_HZ : RATE_HZ + 1]).sentences


def test_what_cannot_be_compared(mix_path: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("not a sound")
    empty = tmp_path / "empty.wav"
    sf.write(empty, np.zeros((0, 2)), RATE_HZ)
    for path in (text, empty, tmp_path / "missing.wav"):
        with pytest.raises(AudioFileError, match=path.name):
            run_compare(mix_path, path)
    with pytest.raises(JobCancelledError):
        run_compare(mix_path, mix_path, cancelled=lambda: True)


def test_progress_goes_from_nothing_to_all(mix_path: Path) -> None:
    seen: list[float] = []
    run_compare(mix_path, mix_path, progress=lambda made: seen.append(made.fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
