"""From numbers to what a person should know: pure, no taste, no score.

A clean mix gets no finding: plain numbers belong in the table. Every message says what, where, and what to do about
it in the mix.
"""

from bridge.model import AudioFormat, Detections, Finding, Measurement
from bridge.policy.findings.checks_channels import check_channels
from bridge.policy.findings.checks_clicks import check_clicks
from bridge.policy.findings.checks_clipping import check_clipping
from bridge.policy.findings.checks_faults import check_faults
from bridge.policy.findings.checks_listen import check_listen
from bridge.policy.findings.checks_noise import check_noise
from bridge.policy.findings.checks_source import check_source
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.findings.verdict import in_order

NOTHING_DBFS = -72.0  # ours: dither, shaped as well, of 16 bits stays below


def judge(
    audio_format: AudioFormat,
    measurement: Measurement,
    places: Detections | None = None,
    thresholds: Thresholds | None = None,
    more: tuple[Finding, ...] = (),
) -> tuple[Finding, ...]:
    """Return the findings of one measured file in the order of their weight, faults first.

    Parameters
    ----------
    audio_format : what the file says it is.
    measurement : its numbers.
    places : what was found at certain times; nothing without it.
    thresholds : when a number becomes a finding; the defaults without it.
    more : known from elsewhere: what was on the master bus, say.
    """
    limits = thresholds or Thresholds()
    found = places or Detections()
    if measurement.sample_peak_dbfs is None and found.not_finite.count == 0:
        findings = [
            Finding(
                kind="fault",
                check="silence",
                message="The file is silent: not one sample is different from zero.",
                remedy="Check that the master bus was not muted and that the right range was bounced.",
            )
        ]
    elif (nothing := _nothing(measurement)) and found.not_finite.count == 0:
        findings = [
            Finding(
                kind="fault",
                check="silence",
                message=f"There is nothing in it{nothing}.",
                remedy="Check that the master bus was not muted and that the right range was bounced.",
                values={"sample_peak_dbfs": measurement.sample_peak_dbfs or 0.0},
            )
        ]
    else:
        findings = [
            *check_clipping(audio_format, found),
            *check_faults(audio_format, measurement, found, limits),
            *check_clicks(audio_format, found),
            *check_channels(audio_format, measurement, found),
            *check_source(audio_format, measurement, limits),
            *check_noise(audio_format, measurement, found),
            *check_listen(audio_format, measurement, found, limits),
        ]
    return in_order((*more, *findings))


def _nothing(m: Measurement) -> str:
    """Return what there is where nothing is, as the rest of a sentence; '' where something is."""
    nothing = 10 ** (NOTHING_DBFS / 20)
    peaks = [0.0 if p is None else 10 ** (p / 20) for p in m.sample_peak_channels_dbfs]
    if m.sample_peak_dbfs is not None and m.sample_peak_dbfs < NOTHING_DBFS:
        return f": its highest peak, {m.sample_peak_dbfs:.0f} dBFS, is dither or noise"
    beside = [abs(peak - abs(offset)) for peak, offset in zip(peaks, m.dc_channels, strict=False)]
    if beside and len(beside) == len(peaks) and max(beside) < nothing:
        return f" but a DC offset of {m.dc_dbfs:.0f} dBFS" if m.dc_dbfs is not None else ""
    return ""
