"""What a request leaves open, decided."""

import math
from pathlib import Path

import pytest

from bridge.engine.mastering.spec import make_spec
from bridge.errors import UsageError
from bridge.model import AudioFormat, MasterRequest
from dsp.mastering.compressor import CompressorSettings
from dsp.mastering.eq import EqBand
from dsp.mastering.stereo_width import WidthSettings


def mix_at(rate_hz: int) -> AudioFormat:
    return AudioFormat(rate_hz=rate_hz, channels=2, frames=rate_hz, subtype="PCM_24", container="WAV", duration_s=1.0)


@pytest.mark.parametrize(
    ("extension", "rate_hz", "expected"),
    [
        ("ogg", 8_000, 8_000),
        ("ogg", 200_000, 200_000),
        ("ogg", 256_000, 128_000),
        ("ogg", 352_800, 176_400),
        ("ogg", 384_000, 192_000),
        ("mp3", 352_800, 44_100),
        ("mp3", 384_000, 48_000),
        ("opus", 44_100, 48_000),
        ("flac", 384_000, 384_000),
        ("wav", 352_800, 352_800),
    ],
)
def test_a_mix_gets_a_rate_that_its_master_can_have(
    tmp_path: Path, extension: str, rate_hz: int, expected: int
) -> None:
    request = MasterRequest(
        input_path=str(tmp_path / "mix.wav"), output_folder=str(tmp_path), target="spotify", extension=f".{extension}"
    )
    assert make_spec(request, mix_at(rate_hz)).rate_hz == expected


@pytest.mark.parametrize(("extension", "rate_hz"), [("ogg", 352_800), ("opus", 44_100), ("mp3", 96_000)])
def test_a_rate_that_is_asked_for_is_not_changed_but_refused(tmp_path: Path, extension: str, rate_hz: int) -> None:
    request = MasterRequest(
        input_path=str(tmp_path / "mix.wav"),
        output_folder=str(tmp_path),
        target="spotify",
        extension=f".{extension}",
        rate_hz=rate_hz,
    )
    with pytest.raises(UsageError, match=rf"\.{extension} files have .* Hz, not {rate_hz}"):
        make_spec(request, mix_at(48_000))


def test_a_preset_that_caps_contrast_as_a_slope_is_understood(tmp_path: Path) -> None:
    own = tmp_path / "presets.toml"
    own.write_text('[old]\ntitle = "Old"\n[old.caps]\nmin_contrast_slope = 0.8\n')
    request = MasterRequest(input_path=str(tmp_path / "mix.wav"), preset="old", presets_file=str(own))
    caps = make_spec(request, mix_at(44_100)).caps
    assert (caps.min_contrast_slope, caps.max_contrast_loss_db) == (0.8, math.inf)
    own.write_text('[old]\ntitle = "Old"\n[old.caps]\nmin_contrast_slope = 0.8\nmax_contrast_loss_db = 2.0\n')
    caps = make_spec(request, mix_at(44_100)).caps
    assert (caps.min_contrast_slope, caps.max_contrast_loss_db) == (0.8, 2.0)


def test_a_cap_beyond_what_a_stage_can_do_is_what_it_can_do(tmp_path: Path) -> None:
    names = ("max_width_change_db", "max_eq_cut_db", "max_eq_boost_db", "max_compression_db")
    own = tmp_path / "presets.toml"
    own.write_text('[own]\ntitle = "Own"\n[own.caps]\n' + "".join(f"{name} = inf\n" for name in names))
    request = MasterRequest(input_path=str(tmp_path / "mix.wav"), preset="own", presets_file=str(own))
    caps = make_spec(request, mix_at(44_100)).caps
    WidthSettings(caps.max_width_change_db, mend_db=-caps.max_width_change_db)
    EqBand("bell", 1_000.0, caps.max_eq_boost_db)
    EqBand("bell", 1_000.0, -caps.max_eq_cut_db)
    CompressorSettings(threshold_dbfs=-20.0, max_reduction_db=caps.max_compression_db)
