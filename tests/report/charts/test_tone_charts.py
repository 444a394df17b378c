"""Charts of tone and stereo image: drawn where there is something, left out where there is not."""

import re

import pytest
from msgspec.structs import replace

from bridge.model import (
    Analysis,
    AudioFormat,
    BandDifference,
    Curves,
    Histogram,
    Measurement,
    ReferenceBand,
    ReferenceComparison,
    Series,
    SpectrumCurve,
    Waveform,
)
from bridge.report.charts.tone_charts import (
    balance_chart,
    correlation_chart,
    difference_chart,
    spectrum_chart,
    two_spectra_chart,
)

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
    curves = replace(CURVES, balance_db=Series(start_s=0.0, step_s=0.5, values=(1.0, None, -4.2, 0.0)))
    balance = balance_chart(replace(ANALYSIS, curves=curves))
    assert balance is not None
    assert "from −4.2 to +1.0 dB" in balance
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
    assert balance_chart(analysis) is None
    assert correlation_chart(analysis) is None


def test_mono_has_one_line() -> None:
    mono = replace(ANALYSIS, curves=replace(CURVES, spectrum=replace(CURVES.spectrum, mid_db=(), side_db=())))
    chart, both = spectrum_chart(mono), spectrum_chart(ANALYSIS)
    assert chart is not None
    assert both is not None
    assert chart.count('class="line') == both.count('class="line') - 1


BANDS = tuple(
    BandDifference(centre_hz=hz, difference_db=db, spread_db=0.5, residual_db=None)
    for hz, db in ((31.5, 0.0), (100.0, 2.0), (1000.0, -5.1), (10000.0, 0.4))
)


def test_a_difference_is_drawn_with_its_spread() -> None:
    chart = difference_chart(BANDS)
    assert chart is not None
    assert "the largest difference is −5.1 dB at 1000 Hz" in chart
    assert chart.count('class="area spread"') == 1
    assert ">4</text>" in chart  # the scale holds what it shows
    assert difference_chart(()) is None


def test_the_mix_is_raised_to_the_master_before_both_are_drawn() -> None:
    before = SpectrumCurve(frequency_hz=(50.0, 100.0, 200.0), level_db=(-40.0, -30.0, -50.0))
    after = SpectrumCurve(frequency_hz=(50.0, 100.0, 200.0), level_db=(-34.0, -24.0, -44.0))
    chart = two_spectra_chart(before, after, 6.0)
    assert chart is not None
    mix, master = re.findall(r'<path class="line (?:beneath|first)" d="([^"]+)"', chart)
    assert mix == master
    assert two_spectra_chart(before, after, 3.0) != chart
    assert two_spectra_chart(None, after, 6.0) is None
    assert two_spectra_chart(before, after, None) is None


def test_references_lie_at_the_level_of_the_mix() -> None:
    measurement = Measurement(third_octave_hz=(100.0, 1000.0), third_octave_db=(-20.0, -30.0))
    analysis = replace(ANALYSIS, measurement=measurement)
    bands = tuple(
        ReferenceBand(centre_hz=hz, difference_db=2.0, lowest_db=1.0, highest_db=3.0, usual_db=0.5, stands_out=False)
        for hz in (100.0, 1000.0, 5000.0)
    )
    found = ReferenceComparison(file="a.wav", references=(), bands=bands, numbers=())
    chart = spectrum_chart(analysis, found)
    assert chart is not None
    assert "range of the references" in chart
    (path,) = re.findall(r'class="area references" d="M([^"]+)Z"', chart)
    assert len(path.split("L")) == 4  # of two bands, there and back: the third was not measured here
    plain = spectrum_chart(analysis)
    assert plain is not None
    assert "references" not in plain
