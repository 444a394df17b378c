"""Records as an analysis would make them, without listening to anything."""

import math

from bridge.model import (
    Analysis,
    AudioFormat,
    BandDifference,
    BounceDiff,
    Curves,
    Finding,
    Histogram,
    Measurement,
    Series,
    SpectrumCurve,
    Waveform,
)

SHA256 = "ab" * 32
SOUND = Measurement(sample_peak_dbfs=-3.0)
DIFF = BounceDiff(
    a="A",
    b="B",
    rate_hz=48_000,
    aligned=True,
    correlation=0.9,
    shift_frames=480.0,
    shift_s=0.01,
    level_change_db=3.0,
    level_from="common",
    residual_db=-20.0,
    inverted=False,
    bands=(BandDifference(centre_hz=1000.0, difference_db=1.0, spread_db=0.5, residual_db=-20.0),),
    cell_s=1.0,
    cells_residual_db=(-20.0, None, -60.0),
    cells_from_s=0.0,
    moved_s=None,
    width_change_db=None,
    mid_residual_db=None,
    loudness_change_lu=4.0,
    true_peak_change_db=None,
    plr_change_db=None,
    range_change_lu=None,
    length_change_s=0.0,
    measurement_a=SOUND,
    measurement_b=SOUND,
    sentences=("B is louder.",),
)


def an_analysis(
    *,
    file: str = "/music/Second Wind v3.wav",
    duration_s: float = 200.0,
    channels: int = 2,
    findings: tuple[Finding, ...] = (),
    measurement: Measurement | None = None,
    with_curves: bool = True,
    sha256: str = SHA256,
) -> Analysis:
    """Return an analysis of a plausible song."""
    audio = AudioFormat(
        rate_hz=48000,
        channels=channels,
        frames=round(48000 * duration_s),
        subtype="PCM_24",
        container="WAV",
        duration_s=duration_s,
    )
    if measurement is None:
        measurement = Measurement(
            integrated_lufs=-18.42,
            max_short_term_lufs=-14.2,
            max_short_term_at_s=63.25,
            range_lu=7.3,
            true_peak_dbtp=-0.04,
            true_peak_at_s=61.2,
            true_peak_channels_dbtp=(-0.04,) * channels,
            sample_peak_dbfs=-0.3,
            plr_db=18.4,
            unavailable={"max_momentary_lufs": "too short"},
        )
    return Analysis(
        file=file,
        sha256=sha256,
        format=audio,
        measurement=measurement,
        findings=findings,
        curves=some_curves(duration_s, channels) if with_curves else None,
    )


def some_curves(duration_s: float, channels: int, bins: int = 2000) -> Curves:
    """Return curves that rise and fall, with a silent gap in the loudness."""
    step_s = duration_s / bins
    shape = tuple(0.5 * (1 - math.cos(2 * math.pi * i / bins)) for i in range(bins))
    loudness = tuple(None if 400 < i < 700 else -30 + 15 * value for i, value in enumerate(shape))
    series = Series(start_s=0.0, step_s=step_s, values=loudness)
    return Curves(
        momentary_lufs=series,
        short_term_lufs=series,
        true_peak_dbtp=series,
        psr_db=series,
        waveform=Waveform(
            step_s=step_s,
            lowest=(tuple(-value for value in shape),) * channels,
            highest=(shape,) * channels,
            rms=(tuple(value / 4 for value in shape),) * channels,
        ),
        short_term_histogram_lufs=Histogram(start=-30, step=1, shares=(0.5, 0.5)),
        correlation=Series(start_s=0.0, step_s=step_s, values=(None, *shape)) if channels == 2 else None,
        spectrum=SpectrumCurve(
            frequency_hz=(10.0, 100.0, 1000.0, 10000.0, 23000.0),
            level_db=(-90.0, -20.0, -30.0, None, -80.0),
            mid_db=(-90.0, -20.0, -30.0, None, -80.0) if channels == 2 else (),
            side_db=(-90.0, -60.0, -40.0, None, -80.0) if channels == 2 else (),
        ),
    )


def a_fault(**changes: object) -> Finding:
    """Return a fault with two times."""
    values: dict[str, object] = {
        "kind": "fault",
        "check": "clipping",
        "message": "The waveform is cut flat in 2 places.",
        "remedy": "Turn it down.",
        "at_s": (10.25, 61.2),
        "count": 2,
    }
    return Finding(**(values | changes))  # type: ignore[arg-type]
