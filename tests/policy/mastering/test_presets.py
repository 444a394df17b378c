"""Presets of one's own: what they may ask for, and what is said about the rest."""

from pathlib import Path

import pytest

from bridge.errors import ConfigError
from bridge.policy.mastering.presets import load_presets
from dsp.mastering.clipper import ClipperSettings
from dsp.mastering.compressor import CompressorSettings
from dsp.mastering.eq import EqBand
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.stereo_width import WidthSettings


def written(folder: Path, text: str) -> Path:
    path = folder / "presets.toml"
    path.write_text(f'[own]\ntitle = "Own"\n{text}\n')
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("link = 1.1", "<= 1.0 - at `$.link`"),
        ("mono_below_hz = 5000.0", "<= 500.0 - at `$.mono_below_hz`"),
        ("side_gain_db = -7.0", ">= -6.0 - at `$.side_gain_db`"),
        ("clip_db = nan", "at `$.clip_db`"),
        ("match_amount_percent = 160.0", "<= 150.0 - at `$.match_amount_percent`"),
        ('[own.match_range_db]\n"4000" = 13.0', "<= 12.0 - at `$.match_range_db[...]`"),
        ('[own.match_range_db]\n"4500" = 3.0', "Invalid enum value '4500' - at `key` in `$.match_range_db`"),
        ("[own.caps]\nmax_reduction_db = -3.0", "max_reduction_db is -3, allowed is 0 or more"),
        ("[own.caps]\nmax_eq_cut_db = nan", "max_eq_cut_db is nan, allowed is 0 or more"),
        ("[own.compressor]\ncrossover_hz = 5000.0", "<= 1000.0 - at `$.compressor.crossover_hz`"),
        ("[own.compressor]\nratio = 0.5", ">= 1.0 - at `$.compressor.ratio`"),
        ('[[own.eq]]\nkind = "bell"\nfrequency_hz = 300.0\ngain_db = -40.0', ">= -12.0 - at `$.eq[0].gain_db`"),
    ],
)
def test_what_no_stage_can_do_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_presets(written(tmp_path, text))
    assert "presets.toml: preset own:" in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize("edge", [0, 1])
def test_the_stages_can_do_what_a_preset_may_ask_for(tmp_path: Path, edge: int) -> None:
    """The bounds stand in policy, which does not know the stages; both ends of each are tried on them."""

    def pick(*ends: float) -> float:
        return ends[edge]

    text = f"""
link = {pick(0.0, 1.0)}
side_gain_db = {pick(-6.0, 6.0)}
mono_below_hz = {pick(20.0, 500.0)}
clip_db = {pick(0.0, 12.0)}
[own.compressor]
ratio = {pick(1.0, 10.0)}
max_reduction_db = {pick(0.0, 20.0)}
threshold_dbfs = {pick(-80.0, 0.0)}
attack_s = {pick(0.0005, 1.0)}
release_s = {pick(0.005, 5.0)}
crossover_hz = {pick(40.0, 1000.0)}
[[own.eq]]
kind = "bell"
frequency_hz = {pick(10.0, 40000.0)}
gain_db = {pick(-12.0, 12.0)}
q = {pick(0.1, 10.0)}
"""
    own = load_presets(written(tmp_path, text))["own"]
    assert own.compressor is not None
    assert own.eq is not None
    compressor, band = own.compressor, own.eq[0]
    EqBand(band.kind, band.frequency_hz, band.gain_db, band.q)
    WidthSettings(own.side_gain_db or 0.0, own.mono_below_hz)
    LimiterSettings(link=own.link)
    ClipperSettings(threshold_dbfs=-(own.clip_db or 0.0))
    CompressorSettings(
        threshold_dbfs=compressor.threshold_dbfs or 0.0,
        ratio=compressor.ratio,
        attack_s=compressor.attack_s,
        release_s=compressor.release_s,
        max_reduction_db=compressor.max_reduction_db,
        crossover_hz=compressor.crossover_hz,
    )
