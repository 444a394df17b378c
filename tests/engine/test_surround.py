"""Surround files are as loud as BS.1770-5 says, whatever container they come in, and their channels have names."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import run_analysis
from tests.audio.odd_files import chunk, fmt, pcm, wave

pytestmark = pytest.mark.slow

RATE_HZ = 48_000
ALONE_LUFS = -23.0  # of the tone on one channel in front
SPEAKERS = ("FL", "FR", "FC", "LFE", "BL", "BR")
VORBIS_ORDER = (0, 2, 1, 4, 5, 3)


def tone_on(place: int, channels: int) -> np.ndarray:
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    sound = np.zeros((len(t), channels))
    # a sine of 997 Hz at full scale reads -3.01 LUFS on one channel: BS.1770-5, Annex 1
    sound[:, place] = 10 ** ((ALONE_LUFS + 3.01) / 20) * np.sin(2 * np.pi * 997 * t)
    return sound


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (0x00B, [0, 0, None]),  # 2.1
        (0x107, [0, 0, 0, 0]),  # 4.0
        (0x10F, [0, 0, 0, None, 0]),  # 4.1
        (0x60F, [0, 0, 0, None, 1.5, 1.5]),  # 5.1 with sides
        (0x707, [0, 0, 0, 0, 1.5, 1.5]),  # 6.0
        (0x70F, [0, 0, 0, None, 0, 1.5, 1.5]),  # 6.1
        (0x63F, [0, 0, 0, None, 0, 0, 1.5, 1.5]),  # 7.1
    ],
)
def test_the_mask_of_a_wave_file_decides_what_counts(tmp_path: Path, mask: int, expected: list[float | None]) -> None:
    path = tmp_path / "a.wav"
    for place, louder_lu in enumerate(expected):
        data = pcm(tone_on(place, len(expected)), 24)
        path.write_bytes(wave(fmt(len(expected), 24, RATE_HZ, mask=mask) + chunk(b"data", data)))
        measured = run_analysis(path).measurement.integrated_lufs
        if louder_lu is None:
            assert measured is None
        else:
            assert measured == pytest.approx(ALONE_LUFS + louder_lu, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "subtype"), [(".ogg", "VORBIS"), (".opus", "OPUS"), (".flac", "PCM_24")])
def test_five_one_reads_the_same_from_every_container(tmp_path: Path, suffix: str, subtype: str) -> None:
    path = tmp_path / f"a{suffix}"
    for place, speaker in enumerate(SPEAKERS):
        sound = tone_on(place, 6)
        lossy = suffix != ".flac"
        container = "OGG" if lossy else "FLAC"
        soundfile.write(path, sound[:, VORBIS_ORDER] if lossy else sound, RATE_HZ, subtype=subtype, format=container)
        analysis = run_analysis(path)
        assert analysis.format.speakers == SPEAKERS
        measured = analysis.measurement.integrated_lufs
        if speaker == "LFE":
            assert measured is None or measured < -60.0  # codecs cut its treble off, and leak a little
        else:
            assert measured == pytest.approx(ALONE_LUFS + 1.5 * speaker.startswith("B"), abs=0.15)


def test_empty_channels_are_called_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    sound = tone_on(2, 6)
    soundfile.write(path, sound[:, VORBIS_ORDER], RATE_HZ, subtype="VORBIS", format="OGG")
    said = [finding.message for finding in run_analysis(path).findings if finding.check == "dead_channel"]
    assert said == ["Nothing is on left, right, LFE, left surround and right surround."]
