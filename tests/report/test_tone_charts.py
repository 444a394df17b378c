"""Charts of tone and stereo image: drawn where there is something, left out where there is not."""

import pytest
from msgspec.structs import replace

from bridge.model import Analysis, AudioFormat, Curves, Histogram, Measurement, Series, SpectrumCurve, Waveform
from bridge.report.tone_charts import correlation_chart, spectrum_chart

NOTHING = Series(start_s=0.0, step_s=0.5, values=())
CURVES = Curves(
    momentary_lufs=NOTHING,
    short_term_lufs=NOTHING,
    true_peak_dbtp=NOTHING,
    psr_db=NOTHING,
    waveform=Waveform(step_s=0.1, lowest=(), highest=(), rms=()),
    short_term_histogram_lufs=Histogram(start=0.0, step=1.0, shares=()),
    correlation=Series(start_s=0.0, step_s=0.5, values=(0.5, None, -0.25, 0.9)),
    spectrum=SpectrumCurve(
        frequency_hz=(20.0, 100.0, 1000.0, 20000.0),
        level_db=(None, -30.0, -40.0, -150.0),
        mid_db=(None, -30.0, -41.0, None),
        side_db=(None, -60.0, -45.0, None),
    ),
)
ANALYSIS = Analysis(
    file="a.wav",
    sha256="",
    format=AudioFormat(rate_hz=44_100, channels=2, frames=88_200, subtype="PCM_24", container="WAV", duration_s=2.0),
    measurement=Measurement(),
    curves=CURVES,
)


def test_what_the_charts_say() -> None:
    spectrum, correlation = spectrum_chart(ANALYSIS), correlation_chart(ANALYSIS)
    assert spectrum is not None
    assert correlation is not None
    assert "loudest near 100 Hz" in spectrum
    assert "lowest −0.25" in correlation
    for chart in (spectrum, correlation):
        assert "nan" not in chart.lower()
        assert "inf" not in chart.lower().replace("infer", "")


@pytest.mark.parametrize(
    "curves",
    [
        None,
        replace(CURVES, spectrum=None, correlation=None),
        replace(CURVES, spectrum=SpectrumCurve(frequency_hz=(), level_db=()), correlation=NOTHING),
        replace(
            CURVES,
            spectrum=SpectrumCurve(frequency_hz=(20.0, 40.0), level_db=(None, None)),
            correlation=Series(start_s=0.0, step_s=0.5, values=(None, None)),
        ),
    ],
)
def test_nothing_measured_is_no_chart(curves: Curves | None) -> None:
    analysis = replace(ANALYSIS, curves=curves)
    assert spectrum_chart(analysis) is None
    assert correlation_chart(analysis) is None


def test_mono_has_one_line() -> None:
    mono = replace(ANALYSIS, curves=replace(CURVES, spectrum=replace(CURVES.spectrum, mid_db=(), side_db=())))
    chart, both = spectrum_chart(mono), spectrum_chart(ANALYSIS)
    assert chart is not None
    assert both is not None
    assert chart.count('class="line') == both.count('class="line') - 1
