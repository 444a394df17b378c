"""Bytes that make no sense in any header: read or refused in one line, never anything else."""

from pathlib import Path

import numpy as np
import pytest

from bridge.audio.probe import probe
from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from tests.audio.odd_files import encoded, music

SUFFIXES = (".wav", ".w64", ".aiff", ".caf", ".flac", ".ogg", ".opus", ".mp3")
HEADER_BYTES = 160  # where most fields stand
ROUNDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_header_of_chance_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    rate_hz = 48_000 if suffix == ".opus" else 44_100
    data = encoded(tmp_path / f"a{suffix}", music(0.3, rate_hz), rate_hz)
    rng = np.random.default_rng(len(suffix))
    for n in range(ROUNDS):
        changed = bytearray(data)
        for at in rng.integers(0, min(HEADER_BYTES, len(data)), rng.integers(1, 5)):
            changed[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, int(rng.integers(256))])
        if n % 3 == 0:
            del changed[int(rng.integers(len(changed))) :]
        path = tmp_path / f"{n}{suffix}"
        path.write_bytes(changed)
        probe(path)
        assert "\n" not in refusal(path)


def refusal(path: Path) -> str:
    """Read a file; return the line that refuses it, empty when it is read."""
    try:
        with open_audio(path) as reader:
            for _ in reader.blocks():
                pass
    except AudioFileError as error:
        return str(error)
    return ""
