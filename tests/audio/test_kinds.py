"""The one table of formats: it agrees with libsndfile, and nothing beside it says the same again."""

import ast
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.ffmpeg import CODECS
from bridge.audio.kinds import (
    BY_ENDING,
    BY_MASTER_ENDING,
    ENCODINGS,
    KINDS,
    PATTERNS,
    FileKind,
    encoding_title,
    encoding_with_article,
    integer_bits,
    is_lossy,
    mime_type,
)
from bridge.audio.reader import open_audio

BRIDGE = Path(__file__).parent.parent.parent / "bridge"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.by_ffmpeg], ids=lambda kind: kind.endings[0])
def test_libsndfile_knows_every_kind_by_that_name(kind: FileKind) -> None:
    assert kind.container in soundfile.available_formats()
    assert set(kind.masters) <= set(soundfile.available_subtypes(kind.container))


@pytest.mark.parametrize(("ending", "kind"), BY_MASTER_ENDING.items())
def test_what_is_written_is_read_under_the_same_names(tmp_path: Path, ending: str, kind: FileKind) -> None:
    for encoding in kind.masters:
        path = tmp_path / f"{encoding}{ending}"
        soundfile.write(path, np.zeros((4800, 2)), 48_000, subtype=encoding, format=kind.container)
        with open_audio(path) as reader:
            assert (reader.format.container, reader.format.subtype) == (kind.container, encoding)


def test_the_names_of_encodings_are_those_of_libsndfile() -> None:
    known = {name for container in soundfile.available_formats() for name in soundfile.available_subtypes(container)}
    by_ffmpeg = set(CODECS.values()) - known
    assert set(ENCODINGS) - by_ffmpeg <= known
    assert by_ffmpeg <= set(ENCODINGS)


def test_an_ending_belongs_to_one_kind_and_a_master_has_one_of_its_kind() -> None:
    assert len(BY_ENDING) == sum(len(kind.endings) for kind in KINDS)
    assert all(set(kind.master_endings) <= set(kind.endings) for kind in KINDS)
    assert all(bool(kind.masters) == bool(kind.master_endings) == bool(kind.mutagen[0]) for kind in KINDS)


def test_what_is_lossy_and_how_many_bits_there_are() -> None:
    assert [name for name in ENCODINGS if is_lossy(name)] == [
        "MPEG_LAYER_I",
        "MPEG_LAYER_II",
        "MPEG_LAYER_III",
        "VORBIS",
        "OPUS",
        "AAC",
        "AC3",
        "EAC3",
    ]
    assert [integer_bits(n) for n in ("PCM_24", "FLOAT", "OPUS", "?")] == [24, None, None, None]
    assert not is_lossy("something new")


def test_formats_are_named_as_people_do() -> None:
    names = ("PCM_24", "FLOAT", "DOUBLE", "PCM_U8", "MPEG_LAYER_III", "ALAC_24")
    assert [encoding_title(n) for n in names] == ["24 bit", "32 bit float", "64 bit float", "8 bit", "MP3", "ALAC 24"]
    assert [mime_type(e) for e in (".WAV", ".mp3", ".txt")] == ["audio/wav", "audio/mpeg", "application/octet-stream"]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("MPEG_LAYER_III", "an MP3"),
        ("OPUS", "an Opus"),
        ("VORBIS", "a Vorbis"),
        ("PCM_16", "a 16 bit"),
        ("PCM_U8", "an 8 bit"),
    ],
)
def test_formats_have_their_article(encoding: str, expected: str) -> None:
    assert encoding_with_article(encoding) == expected


def test_every_kind_is_watched_for() -> None:
    assert PATTERNS[:4] == ("*.wav", "*.wave", "*.bwf", "*.rf64")
    assert set(PATTERNS) == {f"*{ending}" for ending in BY_ENDING}


@pytest.mark.slow
def test_there_is_no_second_list_of_endings() -> None:
    lists = []
    for path in BRIDGE.rglob("*.py"):
        if path.name == "kinds.py":
            continue
        constants = [n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant)]
        if len({value for value in constants if isinstance(value, str) and value.lower() in BY_ENDING}) > 1:
            lists.append(path.relative_to(BRIDGE).as_posix())
    assert lists == []
