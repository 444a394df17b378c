"""From the results of `dsp` to the record: every field is filled, and what did not run has no number and no reason."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import run_analysis
from bridge.engine.detectors import detector_versions
from bridge.engine.measurement.numbers import measurement_of
from bridge.model import Analysis, Measurement
from dsp.meters.meter import StageName, measure

RATE_HZ = 48_000


def noise(seconds: float = 4.0, channels: int = 2) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.normal(0.0, 0.05, (round(seconds * RATE_HZ), channels)).astype(np.float32)


@pytest.mark.slow
def test_a_whole_measurement_fills_every_field_or_says_why_not() -> None:
    found = measurement_of(measure([noise()], RATE_HZ, 2))
    whole = Measurement()
    same = {f for f in Measurement.__struct_fields__ if getattr(found, f) == getattr(whole, f)}
    # What white noise of four seconds has none of, or rightly has the default for.
    assert (
        same - set(found.unavailable)
        == {
            "true_peak_over_count",
            "true_peak_over_at_s",
            "nonfinite_samples",
            "resonance_hz",
            "resonance_db",
            "identical_channels",
            "inverted_channels",
            "silent_channels",
            "channel_delay_frames",
            "channel_delay_inverted",
            "hum_dbfs",
            "hum_at_s",
            "mains_hz",
            "whine_hz",
            "whine_dbfs",
            "whine_at_s",
            "head_noise_s",
            "tail_noise_s",
            "square_like_s",
            "lattice_bits",
            "codec",
            "codec_zeros",
            "codec_zeros_elsewhere",
            "wall_kind",
            "wall_hz",
            "wall_drop_db",
            "wall_floor_db",
            "wall_source_rate_hz",
        }
        & same
    )


@pytest.mark.parametrize(
    ("stage", "field"), [("loudness", "integrated_lufs"), ("spectrum", "tilt_db_per_octave"), ("stereo", "correlation")]
)
def test_a_stage_alone_fills_its_own_fields_and_gives_no_reason_for_the_others(stage: StageName, field: str) -> None:
    found = measurement_of(measure([noise()], RATE_HZ, 2, (stage,)))
    assert getattr(found, field) is not None
    assert set(found.unavailable) <= {"range_lu", "noise_floor_dbfs", "rumble_share_db", "subsonic_share_db"}


@pytest.mark.slow
def test_the_offset_is_that_under_a_window_where_faults_were_looked_for() -> None:
    audio = noise() + np.float32(0.01)
    plain = measurement_of(measure([audio], RATE_HZ, 2, ("dynamics",)))
    windowed = measurement_of(measure([audio], RATE_HZ, 2, ("dynamics", "faults")))
    assert plain.dc_dbfs == pytest.approx(-40.0, abs=0.5)
    assert windowed.dc_dbfs == pytest.approx(-40.0, abs=0.5)
    assert plain.dc_channels != windowed.dc_channels


@pytest.mark.slow
def test_mono_has_a_reason_for_what_needs_two_channels() -> None:
    found = measurement_of(measure([noise(channels=1)], RATE_HZ, 1))
    for field in ("correlation", "balance_db", "width_db", "side_below_120_db", "mono_loss_db"):
        assert found.unavailable[field] == "the file does not have two channels"


@pytest.mark.slow
def test_an_analysis_of_before_detectors_had_versions_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, noise(), RATE_HZ, subtype="PCM_24")
    analysis = run_analysis(path, with_series=False)
    assert analysis.detectors == detector_versions()
    stored = msgspec.json.decode(msgspec.json.encode(analysis))
    assert stored.pop("detectors")["clicks"] == detector_versions()["clicks"] > 1
    old = msgspec.json.decode(msgspec.json.encode(stored), type=Analysis)
    assert old.detectors == {}
    assert old.measurement == analysis.measurement


@pytest.mark.slow
def test_the_edges_of_a_hole_are_no_clicks(tmp_path: Path) -> None:
    n = np.arange(44_100 * 4)
    chord = sum(0.1 * np.sin(2 * np.pi * f * n / 44_100 + f) for f in (220.0, 277.2, 329.6))
    audio = np.stack([chord, chord], axis=1) + 1e-4 * noise()[: len(n)]
    audio[60_000:60_100] = 0.0
    audio[120_000] += 0.1
    soundfile.write(tmp_path / "song.wav", audio, 44_100, "PCM_24")
    places = run_analysis(tmp_path / "song.wav").places
    assert [round(p.start_s * 44_100) for p in places.clicks.worst] == [120_000]
    assert (places.dropouts.count, places.likely_clicks.count) == (1, 0)


@pytest.mark.slow
def test_a_change_of_the_sides_is_no_break_of_unknown_reason(tmp_path: Path) -> None:
    n = np.arange(44_100 * 3)
    sides = [sum(0.1 * np.sin(2 * np.pi * f * n / 44_100 + f) for f in of) for of in ((220.0, 991.0), (277.2, 1244.0))]
    audio = np.stack(sides, axis=1) + 1e-4 * noise()[: len(n)]
    audio[60_001:90_001] = audio[60_001:90_001, ::-1].copy()
    soundfile.write(tmp_path / "song.wav", audio, 44_100, "PCM_24")
    places = run_analysis(tmp_path / "song.wav").places
    (place,) = places.swapped_sides.worst
    assert (round(place.start_s * 44_100), round(place.length_s * 44_100)) == (60_001, 30_000)
    assert places.likely_clicks.count == 0
