"""From `dsp` results to the flat records of `bridge.model`: infinities become ``None`` with a reason."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.engine.detections import curve_fields, fault_fields, provenance_fields, spectrum_fields, stereo_fields
from bridge.engine.plain_values import finite, finite_all, series
from bridge.model import Curves, Histogram, Measurement, SectionLevel, Waveform
from dsp.core.units import amplitudes_db
from dsp.meters.dynamics import HISTOGRAM_STEP_LU, Dynamics
from dsp.meters.loudness import MOMENTARY_HOPS, SHORT_TERM_HOPS, Loudness
from dsp.meters.meter import Measures
from dsp.meters.overview import Overview
from dsp.meters.sections import Sections
from dsp.meters.true_peak import TruePeak

_SILENT = "the file is silent"
MOST_TIMES = 10  # ours: a wrecked file gives a list a person can read; the curve has the rest
_STEREO = ("correlation", "balance_db", "width_db", "side_below_120_db", "mono_loss_db")
_REASONS = {
    "noise_floor_dbfs": "the file has no quiet part to judge by",
    "dithered": "the file has more than 16 bits, or no moment quiet enough to tell",
    "real_bits": "the samples are true floating point",
    "rumble_share_db": "there is nothing below 25 Hz",
    "subsonic_share_db": "there is nothing below 20 Hz",
    "width_db": "there is nothing but middle, or nothing but side",
    "side_below_120_db": "there is no side signal below 120 Hz",
}


def measurement_of(measures: Measures) -> Measurement:
    """Return the flat numbers of all stages that ran."""
    fields: dict[str, Any] = {"nonfinite_samples": measures.nonfinite_samples}
    unavailable: dict[str, str] = {}
    if measures.loudness is not None:
        _loudness(measures.loudness, fields, unavailable)
    if measures.true_peak is not None:
        _true_peak(measures.true_peak, fields)
    if measures.dynamics is not None:
        _dynamics(measures.dynamics, fields)
    if measures.sections is not None:
        _sections(measures.sections, fields, unavailable)
    if measures.spectrum is not None:
        fields |= spectrum_fields(measures.spectrum)
    if measures.stereo is not None:
        fields |= stereo_fields(measures.stereo, measures.spectrum)
    if measures.faults is not None:
        fields |= fault_fields(measures.faults)
    if measures.provenance is not None:
        fields |= provenance_fields(measures.provenance)
    if measures.channels != 2 and measures.spectrum is not None:
        unavailable |= dict.fromkeys(_STEREO, "the file does not have two channels")
    duration_s = measures.frames / measures.rate_hz
    for name, value in fields.items():
        if value is None:
            unavailable.setdefault(name, _why(name, duration_s, fields))
    return Measurement(unavailable=unavailable, **fields)


def _why(name: str, duration_s: float, fields: dict[str, Any]) -> str:
    """Return the reason why a number does not exist."""
    if fields.get("sample_peak_dbfs", 0.0) is None:
        return _SILENT
    if name in {"integrated_lufs", "relative_gate_lufs", "plr_db", "max_momentary_lufs", "max_momentary_at_s"}:
        if duration_s < 0.4:
            return "shorter than 0.4 s, the length of one gating block"
        return "nothing in the file is louder than -70 LUFS"
    if name.startswith(("max_short_term", "range", "psr", "dr_")) and duration_s < 3.0:
        return "shorter than 3 s"
    if name in _REASONS:
        return _REASONS[name]
    if name.startswith(("correlation", "balance", "sustained", "mono_loss")):
        return "one of the channels is silent"
    if name in {"first_sample_dbfs", "end_peak_dbfs"}:
        return "digital silence there"
    if name.endswith("_share_db"):
        return "there is nothing in this range"
    if name == "dc_dbfs":
        return "the samples average to exactly zero"
    return "nothing in the file is louder than -70 LUFS"


def _loudness(loudness: Loudness, fields: dict[str, Any], unavailable: dict[str, str]) -> None:
    for name in (
        "integrated_lufs",
        "max_momentary_lufs",
        "max_short_term_lufs",
        "range_low_lufs",
        "range_high_lufs",
        "relative_gate_lufs",
    ):
        fields[name] = finite(getattr(loudness, name))
    for name in ("max_momentary", "max_short_term"):
        heard = fields[f"{name}_lufs"] is not None
        fields[f"{name}_at_s"] = getattr(loudness, f"{name}_at_s") if heard else None
    fields["range_lu"] = finite(loudness.range_lu) if loudness.range_reliable else None
    if not loudness.range_reliable:
        unavailable["range_lu"] = "shorter than 60 s: loudness range is not reliable"
    elif fields["range_low_lufs"] is None:
        fields["range_lu"] = None


def _true_peak(true_peak: TruePeak, fields: dict[str, Any]) -> None:
    fields["true_peak_dbtp"] = finite(true_peak.true_peak_dbtp)
    fields["true_peak_at_s"] = None if fields["true_peak_dbtp"] is None else true_peak.true_peak_at_s
    fields["true_peak_channels_dbtp"] = finite_all(true_peak.channel_dbtp)
    fields["true_peak_over_count"] = len(true_peak.over_at_s)
    worst = sorted(range(len(true_peak.over_at_s)), key=lambda i: -true_peak.over_dbtp[i])[:MOST_TIMES]
    fields["true_peak_over_at_s"] = tuple(true_peak.over_at_s[i] for i in sorted(worst))


def _dynamics(dynamics: Dynamics, fields: dict[str, Any]) -> None:
    for name in (
        "sample_peak_dbfs",
        "rms_dbfs",
        "crest_db",
        "dc_dbfs",
        "plr_db",
        "psr_min_db",
        "psr_median_db",
        "dr_db",
    ):
        fields[name] = finite(getattr(dynamics, name))
    fields["sample_peak_channels_dbfs"] = finite_all(c.sample_peak_dbfs for c in dynamics.channels)
    fields["rms_channels_dbfs"] = finite_all(c.rms_dbfs for c in dynamics.channels)
    fields["dc_channels"] = tuple(c.dc for c in dynamics.channels)


def _sections(found: Sections, fields: dict[str, Any], unavailable: dict[str, str]) -> None:
    fields["sections"] = tuple(
        SectionLevel(start_s=s.start_s, end_s=s.end_s, level_lufs=finite(s.level_lufs)) for s in found.sections
    )
    several = len(found.sections) > 1
    for name in ("contrast_lu", "spread_lu", "slope_lu_per_min"):
        fields[f"section_{name}"] = getattr(found, name) if several else None
        if not several:
            unavailable[f"section_{name}"] = "the song is one section: its loudness does not change enough"


def curves_of(measures: Measures) -> Curves | None:
    """Return every curve over time, None when not all stages ran."""
    loudness, true_peak, dynamics = measures.loudness, measures.true_peak, measures.dynamics
    if loudness is None or true_peak is None or dynamics is None or measures.overview is None:
        return None
    hop_s = loudness.hop_s
    histogram = dynamics.histogram_lufs
    return Curves(
        momentary_lufs=series(loudness.momentary_lufs, MOMENTARY_HOPS * hop_s, hop_s),
        short_term_lufs=series(loudness.short_term_lufs, SHORT_TERM_HOPS * hop_s, hop_s),
        true_peak_dbtp=series(amplitudes_db(true_peak.hop_peak.max(axis=1, initial=0.0)), 0.0, true_peak.hop_s),
        psr_db=series(dynamics.psr_db, SHORT_TERM_HOPS * hop_s, hop_s),
        waveform=_waveform(measures.overview),
        short_term_histogram_lufs=Histogram(
            start=float(histogram[0]) if histogram.size else 0.0,
            step=HISTOGRAM_STEP_LU,
            shares=tuple(dynamics.histogram_share.tolist()),
        ),
        **curve_fields(measures),
    )


def _waveform(overview: Overview) -> Waveform:
    def per_channel(values: NDArray[np.float32]) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(line) for line in np.round(values.astype(np.float64), 5).T.tolist())

    return Waveform(
        step_s=overview.bin_s,
        lowest=per_channel(overview.lowest),
        highest=per_channel(overview.highest),
        rms=per_channel(overview.rms),
    )
