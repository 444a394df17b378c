"""What is said once of a song: mono, and rates below what services take."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.mastering.job import plan_masters, run_masters
from bridge.engine.mastering.spec import make_spec
from bridge.engine.mastering.told_once import told_once
from bridge.model import AudioFormat, MasterRequest, MonoAs
from tests.engine.mastering.mastering import RATE_HZ, request, song


def mix(channels: int = 1, rate_hz: int = RATE_HZ) -> AudioFormat:
    return AudioFormat(
        rate_hz=rate_hz, channels=channels, frames=rate_hz, subtype="PCM_24", container="WAV", duration_s=1.0
    )


@pytest.mark.parametrize(
    ("target", "lufs", "mono_as", "expected_lufs"),
    [
        ("spotify", None, None, -17.01),
        ("podcast", None, None, -19.01),  # beside -16 for stereo, as podcasts have it
        ("apple-music", None, "dual", -19.01),
        ("spotify", None, "single", -14.0),
        ("ebu-r128", None, None, -23.0),  # checked with a meter
        ("atsc-a85", None, None, -24.0),
        ("ebu-r128", None, "dual", -26.01),
        ("spotify", -19.0, None, -19.0),  # a number that is named is that of the file
        ("spotify", -16.0, "dual", -19.01),
        ("vinyl", None, None, None),
    ],
)
def test_what_a_level_means_for_a_mono_mix(
    target: str, lufs: float | None, mono_as: MonoAs | None, expected_lufs: float | None
) -> None:
    asked = MasterRequest(input_path="/mix.wav", target=target, integrated_lufs=lufs, mono_as=mono_as)
    spec = make_spec(asked, mix())
    assert spec.integrated_lufs == expected_lufs
    said = told_once(spec, mix()).get("mono", "")
    assert bool(said) == (expected_lufs is not None)
    if expected_lufs is not None:
        assert f"{expected_lufs:.1f} LUFS" in said
        assert ("--mono-as single" in said) == (spec.mono_lu > 0.0)
        assert ("--mono-as dual" in said) == (spec.mono_lu == 0.0)
    stereo = make_spec(asked, mix(2))
    assert stereo.integrated_lufs == (lufs if lufs is not None else stereo.target.integrated_lufs)
    assert told_once(stereo, mix(2)) == {}


@pytest.mark.parametrize(
    ("rate_hz", "target", "asked_hz", "is_said"),
    [
        (8_000, "spotify", None, True),
        (11_025, "bandcamp", None, True),
        (32_000, "spotify", None, True),
        (44_100, "spotify", None, False),
        (96_000, "spotify", None, False),
        (8_000, "cd", None, False),
        (8_000, "spotify", 44_100, False),
        (8_000, "spotify", 8_000, False),
    ],
)
def test_a_low_rate_that_stays_is_said(rate_hz: int, target: str, asked_hz: int | None, is_said: bool) -> None:
    spec = make_spec(MasterRequest(input_path="/mix.wav", target=target, rate_hz=asked_hz), mix(2, rate_hz))
    said = told_once(spec, mix(2, rate_hz)).get("rate", "")
    assert bool(said) == is_said
    if is_said:
        assert said.startswith(f"The mix has {rate_hz / 1000:g} kHz and so has the master: ")
        assert f"above {rate_hz / 2000:.3g} kHz" in said


@pytest.mark.slow
def test_one_mix_and_the_same_in_two_channels_are_equally_loud_on_two_speakers(tmp_path: Path) -> None:
    mono = song(2.0, channels=1)
    results = {}
    for name, sound in (("mono", mono), ("two", np.repeat(mono, 2, axis=1))):
        soundfile.write(tmp_path / f"{name}.wav", sound, RATE_HZ, subtype="PCM_24")
        asked = [
            request(tmp_path / f"{name}.wav", tmp_path, target=target, anyway=True) for target in ("cd", "spotify")
        ]
        results[name] = run_masters(asked)
    one, two = (soundfile.read(results[name][1].output, always_2d=True)[0] for name in ("mono", "two"))
    assert one.shape[1] == 1
    assert np.abs(one[:, 0] - two[:, 0]).max() < 2e-3  # rounding, and 0.01 LU
    assert [len([note for note in made.notes if "mono" in note]) for made in results["mono"]] == [1, 0]
    assert [made.told for made in results["mono"]] == [("mono",), ()]
    planned = plan_masters([request(tmp_path / "mono.wav", tmp_path, anyway=True)])[0]
    assert (
        "mastered to be heard on two speakers: -17.0 LUFS in its one channel sound as loud as -14.0" in planned.notes[0]
    )
