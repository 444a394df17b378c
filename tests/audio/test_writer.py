"""Writing: the whole file or nothing, never over another one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.writer import AudioWriter
from bridge.errors import AudioFileError
from bridge.worker.passing import may_pass

AUDIO = np.linspace(-0.5, 0.5, 2_000).reshape(-1, 2)


def write(path: Path, audio: np.ndarray = AUDIO, subtype: str = "PCM_24") -> Path:
    with AudioWriter(path, rate_hz=48_000, channels=2, subtype=subtype, frames=audio.shape[0]) as writer:
        writer.write(audio)
        writer.close()
        return writer.publish()


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "FLOAT"), ("a.flac", "PCM_24")]
)
def test_what_was_written_is_read_back(tmp_path: Path, name: str, subtype: str) -> None:
    path = write(tmp_path / name, subtype=subtype)
    audio, rate_hz = soundfile.read(path, always_2d=True)
    assert rate_hz == 48_000
    assert np.abs(audio - AUDIO).max() < 4e-5
    assert soundfile.info(path).subtype == subtype
    assert list(tmp_path.iterdir()) == [path]


def test_same_samples_give_the_same_bytes_in_every_format(tmp_path: Path) -> None:
    for name, subtype in (("a.wav", "FLOAT"), ("b.wav", "PCM_24"), ("c.flac", "PCM_16")):
        first = write(tmp_path / f"1{name}", subtype=subtype).read_bytes()
        assert write(tmp_path / f"2{name}", subtype=subtype).read_bytes() == first


def test_another_file_of_the_name_is_never_overwritten(tmp_path: Path) -> None:
    taken = tmp_path / "a.wav"
    taken.write_bytes(b"mine")
    assert write(taken) == tmp_path / "a (2).wav"
    assert write(taken, AUDIO * 0.5) == tmp_path / "a (3).wav"
    assert taken.read_bytes() == b"mine"


def test_the_same_bytes_are_adopted(tmp_path: Path) -> None:
    assert write(tmp_path / "a.wav") == write(tmp_path / "a.wav")
    assert len(list(tmp_path.iterdir())) == 1


def test_without_links_the_name_is_claimed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a.wav").write_bytes(b"mine")
    assert write(tmp_path / "a.wav") == tmp_path / "a (2).wav"
    assert (tmp_path / "a.wav").read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_is_left_when_it_is_not_published(tmp_path: Path) -> None:
    with AudioWriter(tmp_path / "a.wav", rate_hz=48_000, channels=2, subtype="PCM_16", frames=9) as writer:
        writer.write(AUDIO)
    with AudioWriter(tmp_path / "a.wav", rate_hz=48_000, channels=2, subtype="PCM_16", frames=9) as writer:
        writer.write(AUDIO)
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_dead_writers_are_removed_and_of_living_ones_not(tmp_path: Path) -> None:
    leftover = tmp_path / ".a.wav.12345-12ab34cd.part"
    leftover.write_bytes(b"x")
    os.utime(leftover, (0, 0))
    with AudioWriter(tmp_path / "a.wav", rate_hz=48_000, channels=2, subtype="PCM_16", frames=9) as living:
        living.write(AUDIO)
        temporary = living.close()  # closed, and being measured: still its writer's
        write(tmp_path / "a.wav")
        assert sorted(p.name for p in tmp_path.iterdir()) == sorted([temporary.name, "a.wav"])


@pytest.mark.slow
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    # a process of its own: the limit on file sizes stands for the full disk
    script = f"""
import resource, numpy as np
from pathlib import Path
from bridge.audio.writer import AudioWriter
from bridge.errors import AudioFileError
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
try:
    with AudioWriter(Path({str(tmp_path)!r}) / "a.wav", rate_hz=48000, channels=2, subtype="PCM_24", frames=1) as w:
        for _ in range(10):
            w.write(np.zeros((10000, 2)))
        w.close()
        w.publish()
except AudioFileError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert "a.wav cannot be written" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("free", "says"), [(0, "No space left on device"), (1 << 40, "does not say why")])
def test_a_disk_that_is_full_to_the_last_byte_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, says: str
) -> None:
    import soundfile

    def usage(folder: Path) -> tuple[int, int, int]:
        room = free if list(folder.iterdir()) else 1 << 40  # what is thrown away makes room
        return shutil._ntuple_diskusage(1 << 40, (1 << 40) - room, room)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with AudioWriter(tmp_path / "a.wav", rate_hz=48_000, channels=2, subtype="PCM_24", frames=9) as writer:

        def refuse(_block: object) -> None:
            raise soundfile.LibsndfileError(2)  # all that libsndfile says of a disk without a byte

        monkeypatch.setattr(writer._sound, "write", refuse)
        with pytest.raises(AudioFileError, match=says) as refused:
            writer.write(AUDIO)
    assert may_pass(refused.value) == (free == 0)  # it is tried again when there may be room
    assert list(tmp_path.iterdir()) == []


def test_what_aiff_cannot_hold_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"a\.aiff would be 4\.1 GB long, and AIFF holds 4 GB at most"):
        AudioWriter(tmp_path / "a.aiff", rate_hz=384_000, channels=2, subtype="FLOAT", frames=512_000_000)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_wrong_ending_and_long_names(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="does not exist"):
        write(tmp_path / "nowhere" / "a.wav")
    with pytest.raises(AudioFileError, match="unknown ending"):
        write(tmp_path / "a.xyz")
    long = tmp_path / ("ä" * 120 + ".wav")
    assert write(long) == long


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(AudioFileError, match="permissions"):
            write(tmp_path / "a.wav")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff"])
def test_samples_of_whole_numbers_come_back_to_the_bit(tmp_path: Path, suffix: str, subtype: str) -> None:
    low_bits = 32 - int(subtype[-2:])
    rng = np.random.default_rng(1)
    samples = (rng.integers(-(2**31), 2**31, (5_001, 2)) >> low_bits << low_bits).astype(np.int32)
    samples[0], samples[1] = -(2**31), (2**31 - 1) >> low_bits << low_bits
    path = tmp_path / f"a{suffix}"
    with AudioWriter(path, rate_hz=44_100, channels=2, subtype=subtype, frames=len(samples)) as writer:
        for start in range(0, len(samples), 1_000):
            writer.write(samples[start : start + 1_000])
        writer.close()
        writer.publish()
    read, _ = soundfile.read(path, dtype="int32")
    np.testing.assert_array_equal(read, samples)
    plain = tmp_path / f"b{suffix}"
    soundfile.write(plain, samples, 44_100, subtype=subtype)
    assert soundfile.info(path).frames == soundfile.info(plain).frames
