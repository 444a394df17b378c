"""The demo's song: the same every time, mixed sensibly, quiet and loud where it says so."""

import numpy as np
import pyloudnorm
import pytest

from bridge.demo import DemoSong, compose

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def song() -> DemoSong:
    return compose()


def loudness_lufs(song: DemoSong, name: str) -> float:
    section = next(s for s in song.sections if s.name == name)
    start, end = (round(t * song.rate_hz) for t in (section.start_s, section.end_s))
    meter = pyloudnorm.Meter(song.rate_hz, filter_class="DeMan")
    return float(meter.integrated_loudness(song.mix[start:end]))


def test_it_is_the_same_to_the_bit(song: DemoSong) -> None:
    again = compose()
    assert again.mix.tobytes() == song.mix.tobytes()
    assert list(again.parts) == list(song.parts)
    for name, stem in song.parts.items():
        assert again.parts[name].tobytes() == stem.tobytes()


def test_the_mix_is_the_sum_of_its_four_stems(song: DemoSong) -> None:
    assert list(song.parts) == ["Drums", "Bass", "Chords", "Lead"]
    np.testing.assert_allclose(sum(song.parts.values()), song.mix, atol=1e-12)
    for stem in (*song.parts.values(), song.mix):
        assert stem.shape == (len(song.mix), 2)
        assert stem.flags.c_contiguous
        assert np.isfinite(stem).all()
    # every part is heard: within 12 dB of the loudest
    rms = np.array([np.sqrt(np.mean(stem**2)) for stem in song.parts.values()])
    assert rms.min() > rms.max() * 10 ** (-12 / 20)


def test_levels_are_those_of_a_mix_ready_for_mastering(song: DemoSong) -> None:
    assert 20 * np.log10(np.max(np.abs(song.mix))) == pytest.approx(-6.0, abs=0.01)
    assert np.max(np.abs(np.mean(song.mix, axis=0))) < 10 ** (-90 / 20)
    power = np.mean(song.mix**2, axis=0)
    assert abs(10 * np.log10(power[0] / power[1])) < 0.5  # balanced left to right
    correlation = np.corrcoef(song.mix.T)[0, 1]
    assert 0.3 < correlation < 0.95  # really stereo, and safe in mono
    tops = np.max(np.abs(song.mix))
    assert np.count_nonzero(np.abs(song.mix) >= tops) == 1  # no flat tops


def test_it_begins_and_ends_in_silence(song: DemoSong) -> None:
    quarter = round(0.25 * song.rate_hz)
    assert not song.mix[:quarter].any()
    assert not song.mix[-quarter:].any()
    last_second = song.mix[-round(0.7 * song.rate_hz) :]
    assert np.max(np.abs(last_second)) < 10 ** (-50 / 20)
    onset = int(np.argmax(np.max(np.abs(song.mix), axis=1) > 10 ** (-40 / 20)))
    assert 0.25 < onset / song.rate_hz < 0.5


def test_the_chorus_is_much_louder_than_the_verse(song: DemoSong) -> None:
    verse, chorus, last = (loudness_lufs(song, name) for name in ("verse", "chorus", "last chorus"))
    assert 6 < chorus - verse < 12
    assert chorus < last < chorus + 2
    loud = [s.loud for s in song.sections]
    assert loud == [False, True, False, True, False]


def test_sections_follow_each_other_to_the_end(song: DemoSong) -> None:
    assert 24 < song.duration_s < 40
    for before, after in zip(song.sections[:-1], song.sections[1:], strict=True):
        assert before.end_s == after.start_s
    assert song.sections[-1].end_s == pytest.approx(song.duration_s, abs=0.001)


@pytest.mark.parametrize("rate_hz", [22050, 48000])
def test_other_rates_play_the_same_song(song: DemoSong, rate_hz: int) -> None:
    other = compose(rate_hz)
    assert other.rate_hz == rate_hz
    assert other.duration_s == pytest.approx(song.duration_s, abs=0.001)
    assert loudness_lufs(other, "chorus") == pytest.approx(loudness_lufs(song, "chorus"), abs=1.5)


@pytest.mark.parametrize("rate_hz", [0, -44100, 8000, 400000])
def test_rates_out_of_range_are_refused(rate_hz: int) -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        compose(rate_hz)
