"""References chosen by the person: heard once, compared level-matched, followed only in what was asked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.audio.kinds import is_lossy
from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.loudness_model import IsCancelled, OnProgress
from bridge.errors import JobError, UsageError
from bridge.model import Analysis, MasterRequest
from bridge.pathtext import to_path
from dsp.compare.tone import Tone, smoothed_db, tone_of

_SPREAD_DB = 1.5  # ours: one reference is one opinion; what is nearer than this is the same tone
_UNLIKE_DB = 6.0  # ours: a mean difference like that is another kind of music
_FOLLOW = 0.6  # ours: most of the way; the rest is what makes it another song


@dataclass(frozen=True, slots=True)
class FollowedReferences:
    """What the references agree on: weighted means, and warnings about them."""

    difference_db: NDArray[np.float64]  # what the mix lacks (positive) per third octave, beyond the references' spread
    frequency_hz: NDArray[np.float64]
    width_db: float
    plr_db: float
    integrated_lufs: float
    warnings: tuple[str, ...]
    count: int


def tone_of_analysis(analysis: Analysis) -> Tone:
    """Return the tone of what was measured."""
    return tone_of(analysis.measurement.third_octave_hz, analysis.measurement.third_octave_db)


def read_references(
    request: MasterRequest, mix: Analysis, report: OnProgress, stop: IsCancelled
) -> FollowedReferences | None:
    """Return what a request's references ask for, None without any.

    Raises UsageError for weights that do not fit, JobError for a silent one, AudioFileError for an unreadable one.
    """
    if not request.references:
        return None
    weights = np.array(request.reference_weights or [1.0] * len(request.references))
    if weights.size != len(request.references) or not np.isfinite(weights).all() or (weights <= 0).any():
        raise UsageError("Each reference needs a weight above 0, or none of them one.")
    weights = weights / weights.sum()
    warnings: list[str] = []
    curves, widths, plrs, levels = [], [], [], []
    tone = tone_of_analysis(mix)
    own = smoothed_db(tone)
    for text in request.references:
        path = to_path(text)
        analysis = run_analysis(path, progress=report, cancelled=stop, with_series=False)
        measured = analysis.measurement
        if measured.integrated_lufs is None or measured.plr_db is None:
            raise JobError(f"The reference {path.name} is silent or too short. Choose another.")
        if analysis.format.channels > 2:
            raise JobError(f"The reference {path.name} has {analysis.format.channels} channels. Choose a stereo file.")
        heard = tone_of_analysis(analysis)
        curve = np.interp(tone.frequency_hz, heard.frequency_hz, smoothed_db(heard))
        warnings += _warnings(path.name, analysis, float(np.mean(np.abs(curve - own))))
        curves.append(curve)
        widths.append(-60.0 if measured.width_db is None else min(max(measured.width_db, -60.0), 60.0))
        plrs.append(measured.plr_db)
        levels.append(measured.integrated_lufs)
    stack = np.stack(curves)
    mean = weights @ stack
    spread = np.maximum(np.sqrt(weights @ (stack - mean) ** 2), _SPREAD_DB)
    difference = mean - own
    beyond = np.sign(difference) * np.maximum(np.abs(difference) - spread, 0.0) * _FOLLOW
    return FollowedReferences(
        difference_db=beyond,
        frequency_hz=tone.frequency_hz,
        width_db=float(weights @ widths),
        plr_db=float(weights @ plrs),
        integrated_lufs=float(weights @ levels),
        warnings=tuple(warnings),
        count=len(curves),
    )


def _warnings(name: str, analysis: Analysis, unlike_db: float) -> list[str]:
    found = []
    if is_lossy(analysis.format.subtype):
        found.append(f"The reference {name} is a lossy file: nothing above about 16 kHz in it can be trusted.")
    if any(f.check == "clipping" for f in analysis.findings):
        found.append(f"The reference {name} is clipped: its dynamics are not worth following.")
    if unlike_db > _UNLIKE_DB:
        found.append(
            f"The reference {name} is unlike the mix ({unlike_db:.0f} dB apart on average): follow it with care."
        )
    return found
