"""MP4 files: read where ffmpeg is installed, and otherwise refused with what helps."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.probe import probe
from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from tests.audio.odd_files import ID3V2, Sound, encoded, music

pytestmark = pytest.mark.slow

Read = Callable[..., Sound]
Make = Callable[..., Path]


@pytest.fixture
def mp4(tmp_path: Path, program: Callable[[str], str]) -> Make:
    """Write a sound into an MP4 file with this codec."""

    def make(sound: Sound, codec: str, name: str = "-leading name.m4a") -> Path:
        encoded(tmp_path / "source.wav", sound)
        path = tmp_path / name
        command = [program("ffmpeg"), "-v", "error", "-i", str(tmp_path / "source.wav"), *codec.split(), f"file:{path}"]
        subprocess.run(command, check=True)
        return path

    return make


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_alac_is_read_to_the_bit(tmp_path: Path, read: Read, mp4: Make, channels: int) -> None:
    path = mp4(music(channels=channels), "-c:a alac -sample_fmt s32p")
    np.testing.assert_array_equal(read(path), read(tmp_path / "source.wav"))
    with open_audio(path) as reader:
        assert (reader.format.container, reader.format.subtype) == ("MP4", "ALAC")
        assert reader.format.channels == channels


def test_aac_is_as_ffmpeg_decodes_it(tmp_path: Path, read: Read, by_ffmpeg: Callable[..., Sound], mp4: Make) -> None:
    path = mp4(music(), "-c:a aac")
    np.testing.assert_allclose(read(path), by_ffmpeg(path), atol=1e-6)
    with open_audio(path) as reader:
        assert reader.format.subtype == "AAC"
        assert sum(len(e) for e in reader.excerpts(4, 1000)) == 4000


@pytest.mark.parametrize("first", ["", " -movflags +faststart"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_cut_file_is_refused(tmp_path: Path, read: Read, mp4: Make, first: str, share: float) -> None:
    data = mp4(music(4.0), f"-c:a aac{first}").read_bytes()
    path = tmp_path / "cut.m4a"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AudioFileError, match=r"cut\.m4a is not complete: .+\. Bounce it again\.") as caught:
        read(path)
    assert str(caught.value).count("cut.m4a") == 1


@pytest.mark.parametrize(
    ("name", "codec", "title"),
    [
        ("a.m4a", "-c:a aac", r"an MP4 file \(AAC or ALAC\)"),
        ("a.aac", "-c:a aac", "an AAC file"),
        ("a.caf", "-c:a alac", r"a CAF file \(AAC or ALAC\)"),
    ],
)
def test_without_ffmpeg_the_refusal_says_what_helps(
    tmp_path: Path, read: Read, mp4: Make, monkeypatch: pytest.MonkeyPatch, name: str, codec: str, title: str
) -> None:
    path = mp4(music(), codec, name)
    assert probe(path).state == "complete"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        AudioFileError,
        match=rf"is {title}, and ffmpeg is not installed\. Bounce to WAV, AIFF or FLAC, or install ffmpeg",
    ):
        read(path)


@pytest.mark.parametrize("name", ["a.m4a", "a.aac"])
def test_half_a_file_is_still_being_written(tmp_path: Path, mp4: Make, name: str) -> None:
    data = mp4(music(3.0), "-c:a aac", name).read_bytes()
    path = tmp_path / f"half{name}"
    for share in (0.3, 0.7, 0.999):
        path.write_bytes(data[: int(len(data) * share)])
        assert probe(path).state == "incomplete"
    path.write_bytes(data)
    assert probe(path).state == "complete"


@pytest.mark.parametrize("tag", [b"", ID3V2])
def test_adts_is_as_ffmpeg_decodes_it_and_a_cut_one_is_refused(
    tmp_path: Path, read: Read, by_ffmpeg: Callable[..., Sound], mp4: Make, tag: bytes
) -> None:
    path = mp4(music(), "-c:a aac", "a.aac")
    path.write_bytes(tag + path.read_bytes())
    np.testing.assert_allclose(read(path), by_ffmpeg(path), atol=1e-6)
    with open_audio(path) as reader:
        assert (reader.format.container, reader.format.subtype) == ("ADTS", "AAC")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(AudioFileError, match=r"a\.aac is not complete: a frame breaks off at byte \d+ of \d+\."):
        read(path)


@pytest.mark.parametrize("channels", [1, 2])
def test_alac_in_caf_is_read_whoever_wrote_it(tmp_path: Path, read: Read, mp4: Make, channels: int) -> None:
    path = mp4(music(channels=channels), "-c:a alac -sample_fmt s32p", "a.caf")
    np.testing.assert_array_equal(read(path), read(tmp_path / "source.wav"))
    with open_audio(path) as reader:
        assert (reader.format.container, reader.format.subtype) == ("CAF", "ALAC")
    soundfile.write(tmp_path / "b.caf", music(channels=channels), 44_100, format="CAF", subtype="ALAC_24")
    with open_audio(tmp_path / "b.caf") as reader:  # without ffmpeg
        assert reader.format.subtype == "ALAC_24"
