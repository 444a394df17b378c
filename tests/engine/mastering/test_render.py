"""What is rendered together."""

from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from bridge.audio.reader import open_audio
from bridge.audio.writer import AudioWriter
from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.plan import MasteringPlan
from bridge.engine.mastering.render import render
from bridge.engine.mastering.spec import make_spec
from dsp.mastering.chain import ChainSettings, ShapingSettings
from tests.engine.mastering.mastering import RATE_HZ, request, song

pytestmark = pytest.mark.slow


def test_plans_with_different_chains_are_not_rendered_together(tmp_path: Path) -> None:
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, song(1.0), RATE_HZ, subtype="PCM_24")
    with open_audio(mix) as reader:
        spec = make_spec(request(mix, tmp_path), reader.format)
    one = MasteringPlan(spec, ChainSettings(ShapingSettings(RATE_HZ), 1.0, None), None, None, (), ())
    other = replace(one, settings=replace(one.settings, gain_db=2.0))
    analysis = run_analysis(mix)
    path = tmp_path / "out.wav"
    with (
        AudioWriter(path, rate_hz=RATE_HZ, channels=2, subtype="PCM_24", frames=RATE_HZ) as writer,
        pytest.raises(ValueError, match="different chains"),
    ):
        render(analysis, [(one, writer), (other, writer)], lambda _: None, lambda: False)
    assert list(tmp_path.iterdir()) == [mix]
