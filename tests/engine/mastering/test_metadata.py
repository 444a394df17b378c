"""Masters with and without what the mix says about itself."""

import hashlib
from pathlib import Path

import pytest
import soundfile

from bridge.audio.chunks import chunks_beside_sound
from bridge.audio.containers.base import Window
from bridge.audio.kept.read import read_kept
from bridge.engine.mastering.job import run_master, run_masters
from bridge.engine.mastering.spec import make_spec
from bridge.errors import UsageError
from bridge.model import AudioFormat
from tests.audio.kept.mixes import RATE_HZ, full_mix
from tests.engine.mastering.mastering import request, song

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song with everything a mix can say about itself."""
    folder = tmp_path_factory.mktemp("mix")
    said = full_mix(folder / "said.wav").read_bytes()
    soundfile.write(folder / "mix.wav", song(3.0, RATE_HZ), RATE_HZ, subtype="PCM_24")
    data = bytearray((folder / "mix.wav").read_bytes())
    with (folder / "said.wav").open("rb") as file:
        for chunk in chunks_beside_sound(Window(file, len(said))):
            if chunk.name != b"fmt ":
                data += said[chunk.start - 8 : chunk.start + chunk.length + (chunk.length & 1)]
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    (folder / "mix.wav").write_bytes(data)
    return folder / "mix.wav"


def chunk_names(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [chunk.name for chunk in chunks_beside_sound(Window(file, path.stat().st_size))]


def test_a_target_of_ones_own_may_want_the_sound_alone(mix: Path, tmp_path: Path) -> None:
    targets = tmp_path / "targets.toml"
    targets.write_text('[shop]\ntitle = "Shop"\nceiling_dbtp = -1.0\nintegrated_lufs = -14.0\nmetadata = false\n')
    asked = [
        request(mix, tmp_path, target=target, targets_file=str(targets), anyway=True) for target in ("shop", "spotify")
    ]
    shop, spotify = run_masters(asked)
    assert chunk_names(Path(shop.output)) == [b"fmt "]
    assert chunk_names(Path(spotify.output))[1:] == [b"bext", b"iXML", b"axml", b"cue ", b"LIST", b"LIST", b"id3 "]
    assert soundfile.read(shop.output)[0] == pytest.approx(soundfile.read(spotify.output)[0], abs=0)
    data = Path(shop.output).read_bytes()
    assert (data[12:20], data[36:40]) == (b"fmt \x10\0\0\0", b"data")
    assert len(data) == 44 + soundfile.info(shop.output).frames * 6
    assert shop.output_sha256 == hashlib.sha256(data).hexdigest()
    with pytest.raises(UsageError, match="made without metadata"):
        run_master(request(mix, tmp_path, like=shop.output, anyway=True))


def test_a_word_overrules_the_target(tmp_path: Path) -> None:
    targets = tmp_path / "targets.toml"
    targets.write_text('[shop]\ntitle = "Shop"\nceiling_dbtp = -1.0\nmetadata = false\n')
    mix = AudioFormat(rate_hz=48_000, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
    for target, asked, expected in (
        ("shop", None, False),
        ("shop", True, True),
        ("cd", None, True),
        ("cd", False, False),
    ):
        wanted = request(tmp_path / "mix.wav", tmp_path, target=target, targets_file=str(targets), metadata=asked)
        assert make_spec(wanted, mix).metadata is expected


def test_markers_of_a_cd_master_stand_where_they_stood(mix: Path, tmp_path: Path) -> None:
    made = run_master(request(mix, tmp_path, target="cd", anyway=True))
    before, after = read_kept(mix, RATE_HZ), read_kept(Path(made.output), 44_100)
    assert made.format.rate_hz == 44_100
    assert after.markers == tuple(marker.at_rate(RATE_HZ, 44_100) for marker in before.markers)
    assert after.broadcast[602:].decode("ascii").split("\r\n")[1].startswith("A=PCM,F=44100,W=16,M=stereo,T=Fresh Ears")
    assert after.texts == {**before.texts}
