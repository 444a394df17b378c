"""From the results of `dsp` to one flat `Measurement`: infinities become ``None`` with a reason."""

from collections.abc import Mapping

from bridge.engine.measurement.image import (
    edge_numbers,
    mono_numbers,
    provenance_numbers,
    spectrum_numbers,
    stereo_numbers,
    wall_numbers,
)
from bridge.engine.measurement.levels import (
    dynamics_numbers,
    loudness_numbers,
    offset_numbers,
    section_numbers,
    true_peak_numbers,
)
from bridge.engine.measurement.second_look import second_look_numbers, source_numbers
from bridge.model import Measurement
from bridge.policy.metrics import why_missing
from dsp.meters.meter import Measures
from dsp.meters.provenance import find_brick_wall

_STEREO = ("correlation", "balance_db", "width_db", "side_below_120_db", "mono_loss_db")


def measurement_of(measures: Measures) -> Measurement:
    """Return the flat numbers of all stages that ran; those of the others have their defaults and no reason.

    Each stage has a `TypedDict` with its fields' names and types, so the one call that fills the record is checked.
    """
    m = measures
    wall = wall_numbers(find_brick_wall(m.spectrum) if m.spectrum is not None else None)
    loudness = loudness_numbers(m.loudness)
    true_peak = true_peak_numbers(m.true_peak)
    dynamics = dynamics_numbers(m.dynamics)
    offset = offset_numbers(m.dynamics, m.faults)
    sections = section_numbers(m.sections)
    spectrum = spectrum_numbers(m.spectrum)
    stereo = stereo_numbers(m.stereo)
    mono = mono_numbers(m.stereo, m.spectrum)
    edges = edge_numbers(m.faults)
    provenance = provenance_numbers(m.provenance)
    second_look = second_look_numbers(m.second_look, m.rate_hz)
    source = source_numbers(m.second_look)
    known: dict[str, object] = {
        **loudness,
        **true_peak,
        **dynamics,
        **offset,
        **sections,
        **spectrum,
        **wall,
        **stereo,
        **mono,
        **edges,
        **provenance,
        **second_look,
        **source,
    }
    return Measurement(
        nonfinite_samples=m.nonfinite_samples,
        **loudness,
        **true_peak,
        **dynamics,
        **offset,
        **sections,
        **spectrum,
        **wall,
        **stereo,
        **mono,
        **edges,
        **provenance,
        **second_look,
        **source,
        unavailable=_reasons(measures, known),
    )


def _reasons(measures: Measures, known: Mapping[str, object]) -> dict[str, str]:
    """Return why each number of a stage that ran does not exist."""
    missing = [name for name, value in known.items() if value is None]
    if measures.channels != 2 and measures.spectrum is not None:
        missing += _STEREO
    duration_s = measures.frames / measures.rate_hz
    is_silent = known.get("sample_peak_dbfs", 0.0) is None
    return {name: why_missing(name, duration_s, measures.channels, is_silent=is_silent) for name in missing}
