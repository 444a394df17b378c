"""References chosen by the person: heard once, compared level-matched, followed only in what was asked."""

from dataclasses import dataclass

import numpy as np

from bridge.audio.kinds import is_lossy
from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.loudness_model import IsCancelled, OnProgress
from bridge.engine.mastering.spec import DUAL_MONO_LU
from bridge.engine.references import profile_of
from bridge.errors import JobError, UsageError
from bridge.model import Analysis, MasterRequest, Measurement
from bridge.pathtext import to_path
from dsp.compare.octaves import OctaveDifference, octave_difference
from dsp.compare.tone import HIGHEST_HZ, Tone, profile_difference, tone_of
from dsp.core.arrays import F64

_UNLIKE_DB = 6.0  # ours: a mean difference like that is another kind of music
_WIDEST_DB = 60.0  # ours: nothing but middle, or nothing but side, as a number
_LOSSY_HZ = 13_000.0  # ours: encoders leave the third octave above out, or fill it from below


@dataclass(frozen=True, slots=True)
class FollowedReferences:
    """What the references agree on: weighted means, and warnings about them.

    ``plr_db`` is what a file with the mix's channels measures that sounds as dense: one channel alone reads 3 dB more
    than the same sound in two.
    """

    octaves: OctaveDifference  # what they have more of than the mix
    width_db: float
    plr_db: float
    integrated_lufs: float
    warnings: tuple[str, ...]
    count: int


def tone_of_analysis(analysis: Analysis) -> Tone:
    """Return the tone of what was measured."""
    return tone_of(analysis.measurement.third_octave_hz, analysis.measurement.third_octave_db)


def read_references(
    request: MasterRequest, mix: Analysis, mono_lu: float, report: OnProgress, stop: IsCancelled
) -> FollowedReferences | None:
    """Return what a request's references ask for, None without any; a mono one counts ``mono_lu`` louder than it reads.

    Raises UsageError for weights that do not fit, JobError for a silent one, AudioFileError for an unreadable one.
    """
    if not request.references:
        return None
    weights = _weights(request)
    analyses = [_examined(text, report, stop) for text in request.references]
    own, profiles = profile_of(mix), [profile_of(analysis) for analysis in analyses]
    highest_hz = _LOSSY_HZ if any(map(_is_from_lossy, (mix, *analyses))) else HIGHEST_HZ
    return FollowedReferences(
        octaves=octave_difference(own, profiles, weights.tolist(), highest_hz),
        width_db=float(weights @ [_width_db(a.measurement) for a in analyses]),
        plr_db=float(weights @ [_number(a.measurement.plr_db) - _dual_lu(a) for a in analyses]) + _dual_lu(mix),
        integrated_lufs=float(weights @ [_number(a.measurement.integrated_lufs) for a in analyses])
        + mono_lu * float(weights @ [a.format.channels == 1 for a in analyses]),
        warnings=tuple(
            warning
            for analysis, profile in zip(analyses, profiles, strict=True)
            for warning in _warnings(analysis, float(np.mean(np.abs(profile_difference(own, [profile]).difference_db))))
        ),
        count=len(analyses),
    )


def _weights(request: MasterRequest) -> F64:
    """Return what each reference counts, together 1."""
    weights = np.array(request.reference_weights or [1.0] * len(request.references))
    if weights.size == len(request.references) and np.isfinite(weights).all() and weights.max() > 0:
        weights = weights / weights.max()  # before the sum, which may be beyond all numbers
        weights = weights / weights.sum()
        if (weights > 0).all():
            return np.asarray(weights)
    raise UsageError("Each reference needs a weight above 0, or none of them one.")


def _number(measured: float | None) -> float:
    assert measured is not None  # or the reference was refused
    return measured


def _dual_lu(analysis: Analysis) -> float:
    return DUAL_MONO_LU if analysis.format.channels == 1 else 0.0


def _examined(text: str, report: OnProgress, stop: IsCancelled) -> Analysis:
    """Measure a reference; one that cannot be followed is refused."""
    path = to_path(text)
    analysis = run_analysis(path, progress=report, cancelled=stop, with_series=False)
    measured = analysis.measurement
    if measured.integrated_lufs is None or measured.plr_db is None:
        raise JobError(f"The reference {path.name} is silent or too short. Choose another.")
    if analysis.format.channels > 2:
        raise JobError(f"The reference {path.name} has {analysis.format.channels} channels. Choose a stereo file.")
    return analysis


def _width_db(measured: Measurement) -> float:
    return -_WIDEST_DB if measured.width_db is None else min(max(measured.width_db, -_WIDEST_DB), _WIDEST_DB)


def _is_from_lossy(analysis: Analysis) -> bool:
    return is_lossy(analysis.format.subtype) or analysis.measurement.wall_kind == "lossy"


def _warnings(analysis: Analysis, unlike_db: float) -> list[str]:
    name = to_path(analysis.file).name
    found = []
    wall_hz = analysis.measurement.wall_hz
    if is_lossy(analysis.format.subtype):
        found.append(f"The reference {name} is a lossy file: nothing above about 16 kHz in it can be trusted.")
    elif _is_from_lossy(analysis) and wall_hz is not None:
        ends = f"it ends at {wall_hz / 1000:.1f} kHz as lossy files do"
        found.append(f"The reference {name} is possibly made from a lossy file: {ends}; its top is not followed.")
    if any(f.check == "clipping" for f in analysis.findings):
        found.append(f"The reference {name} is clipped: its dynamics are not worth following.")
    if unlike_db > _UNLIKE_DB:
        found.append(
            f"The reference {name} is unlike the mix ({unlike_db:.0f} dB apart on average): follow it with care."
        )
    return found
