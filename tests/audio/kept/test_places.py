"""Places at another rate: markers, regions, the time reference, numbers of frames in iXML."""

import re
import struct
from fractions import Fraction
from pathlib import Path

import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio.kept import aiff, cue_points
from bridge.audio.kept.broadcast import master_bext, write_loudness
from bridge.audio.kept.ixml import master_ixml
from bridge.audio.kept.read import read_kept
from bridge.audio.kept.record import Kept, MasterFormat, SongMarker, at_rate
from bridge.audio.kept.vorbis import read_comments
from bridge.audio.kept.write import write_kept
from bridge.audio.tags import read_tags
from bridge.model import Measurement
from tests.audio.kept.mixes import HISTORY, HOUR, IXML, RATE_HZ, bext, empty_master, full_mix

CD = MasterFormat(44_100, 2, 16, 66_150)
RATES = st.sampled_from((8_000, 11_025, 44_100, 48_000, 88_200, 96_000, 192_000, 384_000))
FRAMES = st.integers(0, 2**50)


@pytest.mark.slow
@settings(max_examples=25)
@given(FRAMES, RATES, RATES)
def test_a_place_moves_to_the_nearest_frame(frame: int, from_hz: int, to_hz: int) -> None:
    moved = at_rate(frame, from_hz, to_hz)
    assert abs(moved - Fraction(frame * to_hz, from_hz)) <= Fraction(1, 2)
    if to_hz >= from_hz:
        assert at_rate(moved, to_hz, from_hz) == frame


@pytest.mark.slow
@settings(max_examples=25)
@given(FRAMES, st.integers(0, 2**40), RATES, RATES)
def test_a_region_keeps_its_begin_and_its_end(frame: int, length: int, from_hz: int, to_hz: int) -> None:
    moved = SongMarker(frame, length).at_rate(from_hz, to_hz)
    assert moved.frame == at_rate(frame, from_hz, to_hz)
    assert moved.frame + moved.frames == at_rate(frame + length, from_hz, to_hz)


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=40).map(str.strip)
MARKERS = st.lists(
    st.builds(SongMarker, frame=st.integers(0, 2**31), frames=st.integers(0, 2**31), label=NAMES, note=NAMES),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=25)
@given(MARKERS)
def test_cue_points_come_back_as_they_were_written(markers: list[SongMarker]) -> None:
    adtl = cue_points.adtl_chunk(markers)
    found = cue_points.markers_of(cue_points.cue_chunk(markers), [adtl[4:]] if adtl else [])
    assert found == markers


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.builds(SongMarker, frame=st.integers(0, 2**32 - 1), label=NAMES), max_size=12))
def test_markers_of_aiff_come_back_as_they_were_written(markers: list[SongMarker]) -> None:
    assert aiff.markers_of(aiff.mark_chunk(markers)) == markers


@settings(max_examples=25)
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_are_read_as_markers_without_harm(cue: bytes, adtl: bytes) -> None:
    cue_points.markers_of(cue, [adtl])
    aiff.markers_of(cue)


@pytest.mark.parametrize("hours", [0, 1, 23, 24 * 400])
@pytest.mark.parametrize("to_hz", [44_100, 48_000, 88_200, 96_000])
def test_the_time_of_day_stays(hours: int, to_hz: int) -> None:
    moved = master_bext(bext(hours * HOUR), RATE_HZ, MasterFormat(to_hz, 2, 24, 1))
    assert struct.unpack_from("<Q", moved, 338)[0] == hours * 3600 * to_hz


def test_a_masters_bext_says_what_is_true_of_it() -> None:
    made = master_bext(bext(), RATE_HZ, CD)
    assert made[:338] == bext()[:338]  # description to time of origination
    assert struct.unpack_from("<H", made, 346)[0] == 2  # Tech 3285 v2
    assert made[348:412] == bytes(64)  # other material: no UMID
    assert made[412:422] == b"\xff\x7f" * 5  # not measured yet
    assert made[422:602] == bytes(180)
    lines = made[602:].decode("ascii").split("\r\n")
    assert lines[0] + "\r\n" == HISTORY
    # EBU R 98: algorithm, sampling frequency, word length, mode, text without commas; every line ends in CR LF
    assert re.fullmatch(r"A=PCM,F=44100,W=16,M=stereo,T=Fresh Ears [^,]+; mastered", lines[1])
    assert lines[2:] == [""]
    mono = master_bext(bext(history=""), RATE_HZ, MasterFormat(96_000, 1, 32, 1))
    assert mono[602:].startswith(b"A=PCM,F=96000,W=32,M=mono,T=Fresh Ears ")
    assert master_bext(b"too short", RATE_HZ, CD) == b""


def test_the_loudness_in_bext_is_the_masters(tmp_path: Path) -> None:
    mix = read_kept(full_mix(tmp_path / "mix.wav"), RATE_HZ)
    for container in ("WAV", "RF64"):
        path = tmp_path / f"{container}.wav"
        soundfile.write(path, soundfile.read(tmp_path / "mix.wav")[0], 44_100, "PCM_16", format=container)
        write_kept(path, ".wav", mix, CD, {}, "f" * 64)
        before = path.read_bytes()
        assert write_loudness(path, Measurement(integrated_lufs=-14.004, true_peak_dbtp=-1.006, range_lu=None))
        found = read_tags(path).broadcast
        assert found is not None
        assert (found.integrated_lufs, found.true_peak_dbtp, found.range_lu) == (-14.0, -1.01, None)
        assert sum(a != b for a, b in zip(before, path.read_bytes(), strict=True)) <= 10
        assert soundfile.info(path).frames == soundfile.info(tmp_path / "mix.wav").frames
    plain = empty_master(tmp_path / "plain.wav")
    assert not write_loudness(plain, Measurement(integrated_lufs=-14.0))


def test_ixml_keeps_every_byte_but_what_the_master_changes() -> None:
    made = master_ixml(IXML.encode(), RATE_HZ, CD).decode()
    wanted = IXML.replace("48000<", "44100<").replace(">24<", ">16<").replace("172800000", "158760000")
    assert made == wanted
    assert master_ixml(IXML.encode(), RATE_HZ, MasterFormat(RATE_HZ, 2, 24, 1)).decode() == IXML
    wide = b"\xff\xfe" + IXML.encode("utf-16-le")
    assert master_ixml(wide, RATE_HZ, CD) == b"\xff\xfe" + wanted.encode("utf-16-le")


def test_ixml_of_sync_points_and_broadcast_wave() -> None:
    text = (
        "<BWFXML><SYNC_POINT_LIST><SYNC_POINT><SYNC_POINT_LOW>96000</SYNC_POINT_LOW><SYNC_POINT_HIGH>1</SYNC_POINT_HIGH>"
        "<SYNC_POINT_EVENT_DURATION>480</SYNC_POINT_EVENT_DURATION></SYNC_POINT></SYNC_POINT_LIST><BEXT>"
        "<BWF_TIME_REFERENCE_LOW>172800000</BWF_TIME_REFERENCE_LOW><BWF_TIME_REFERENCE_HIGH>0</BWF_TIME_REFERENCE_HIGH>"
        "<BWF_UMID>06</BWF_UMID><BWF_LOUDNESS_VALUE>-23.0</BWF_LOUDNESS_VALUE>"
        "<BWF_CODING_HISTORY>A=PCM,F=48000</BWF_CODING_HISTORY></BEXT></BWFXML>"
    )
    made = master_ixml(text.encode(), RATE_HZ, CD).decode()
    low, high = (int(re.search(rf"<SYNC_POINT_{word}>(\d+)<", made)[1]) for word in ("LOW", "HIGH"))  # type: ignore[index]
    assert low + (high << 32) == at_rate(96_000 + (1 << 32), RATE_HZ, 44_100)
    assert "<SYNC_POINT_EVENT_DURATION>441<" in made
    assert "<BWF_TIME_REFERENCE_LOW>158760000<" in made
    assert "UMID" not in made
    assert "LOUDNESS" not in made
    assert re.search(r"<BWF_CODING_HISTORY>A=PCM,F=48000\r\nA=PCM,F=44100,W=16,M=stereo,T=Fresh Ears", made)


@settings(max_examples=25)
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_as_ixml_without_harm(data: bytes) -> None:
    master_ixml(data, RATE_HZ, CD)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("comments", "length"),
    [
        ({"CHAPTER001": "00:00:10.000"}, 0),
        ({"CHAPTER001": "00:00:10.000", "chapter001end": "0:00:12.5"}, 120_000),
        ({"CHAPTER001": "00:00:10.000-->00:00:12.500"}, 120_000),
        ({"CHAPTER001": "00:00:10.000 - 00:00:12,500"}, 120_000),
        ({"CHAPTER001": "00:00:10.000", "CHAPTER001END": "00:00:09.000"}, 0),
        ({"CHAPTER001": "00:00:10.000", "CHAPTER001END": "soon"}, 0),
        ({"CHAPTER001": "00:00:10.000", "CHAPTER001END": ""}, 0),
    ],
)
def test_a_chapter_has_the_length_that_its_end_says_in_any_of_the_ways_it_is_written(
    comments: dict[str, str], length: int
) -> None:
    kept = Kept(rate_hz=48_000)
    read_comments([*comments.items(), ("CHAPTER001NAME", "Bridge")], kept, "settings")
    assert kept.markers == (SongMarker(480_000, length, "Bridge"),)


@pytest.mark.slow
def test_a_region_goes_through_an_opus_file_and_back_into_a_wave(tmp_path: Path) -> None:
    kept = Kept(rate_hz=48_000, markers=(SongMarker(4_800, 2_400, "Bridge"), SongMarker(9_600, label="Out")))
    opus, wav = tmp_path / "a.opus", tmp_path / "a.wav"
    for path in (opus, wav):
        empty_master(path, 48_000)
        write_kept(path, path.suffix, kept, MasterFormat(48_000, 2, 16, 24_000), {}, "")
        kept = read_kept(path, 48_000)
    assert [(one.frame, one.frames, one.label) for one in kept.markers] == [(4_800, 2_400, "Bridge"), (9_600, 0, "Out")]


@pytest.mark.slow
def test_more_markers_than_chapters_can_be_is_said(tmp_path: Path) -> None:
    kept = Kept(rate_hz=44_100, markers=tuple(SongMarker(n, label=str(n)) for n in range(1_200)))
    mp3, wav = empty_master(tmp_path / "a.mp3"), empty_master(tmp_path / "a.wav")
    said = write_kept(mp3, ".mp3", kept, MasterFormat(44_100, 2, 0, 66_150), {}, "f" * 64)
    assert said == ("Of the mix's 1200 markers the first 999 are chapters of the master.",)
    assert len(read_kept(mp3, 44_100).markers) == 999
    assert write_kept(wav, ".wav", kept, CD, {}, "f" * 64) == ()
    assert len(read_kept(wav, 44_100).markers) == 1_200
