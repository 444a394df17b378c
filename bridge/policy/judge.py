"""From numbers to what a person should know: pure, no taste, no score."""

from bridge.model import AudioFormat, Finding, Measurement
from bridge.policy.thresholds import Thresholds


def judge(
    audio_format: AudioFormat, measurement: Measurement, thresholds: Thresholds | None = None
) -> tuple[Finding, ...]:
    """Return the findings of one measured file, faults first."""
    limits = thresholds or Thresholds()
    peak_dbfs = measurement.sample_peak_dbfs
    if peak_dbfs is None:
        return (
            Finding(
                kind="fault",
                check="silence",
                message="The file is silent: not one sample is different from zero.",
                remedy="Check that the master bus was not muted and that the right range was bounced.",
            ),
        )
    findings = [
        *_over_full_scale(audio_format, peak_dbfs, measurement.true_peak_at_s),
        *_dc(measurement.dc_dbfs, limits),
    ]
    return tuple(sorted(findings, key=lambda f: ("fault", "listen", "note").index(f.kind)))


def _over_full_scale(audio_format: AudioFormat, peak_dbfs: float, at_s: float | None) -> list[Finding]:
    if peak_dbfs <= 0.0 or audio_format.subtype not in {"FLOAT", "DOUBLE"}:
        return []
    return [
        Finding(
            kind="listen",
            check="over_full_scale",
            message=f"The highest sample is {peak_dbfs:.1f} dB over full scale. This float file keeps it; "
            "every 16- or 24-bit copy will cut it off.",
            remedy=f"Turn the master fader down by {peak_dbfs + 1.0:.1f} dB and bounce again.",
            at_s=() if at_s is None else (at_s,),
            values={"sample_peak_dbfs": peak_dbfs},
        )
    ]


def _dc(dc_dbfs: float | None, limits: Thresholds) -> list[Finding]:
    if dc_dbfs is None or dc_dbfs <= limits.dc_note_dbfs:
        return []
    return [
        Finding(
            kind="fault" if dc_dbfs > limits.dc_fault_dbfs else "note",
            check="dc",
            message=f"The waveform sits off the centre line: a DC offset of {dc_dbfs:.0f} dBFS.",
            remedy="Find the track that carries it and put a high-pass filter at 20 Hz on it.",
            values={"dc_dbfs": dc_dbfs},
        )
    ]
