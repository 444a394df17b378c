"""A mix beside the references its maker has chosen: level-matched, band by band, number by number."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.audio.kinds import is_lossy
from bridge.engine.analyse import run_analysis
from bridge.model import (
    Analysis,
    Progress,
    ReferenceBand,
    ReferenceComparison,
    ReferenceFile,
    ReferenceNumber,
)
from bridge.policy.metrics import COMPARED
from dsp.compare.tone import BandProfile, profile_difference


def run_reference(
    path: Path,
    references: Sequence[Path],
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ReferenceComparison:
    """Measure a mix and its references and compare them.

    Raises AudioFileError for a file that cannot be measured, JobCancelledError when cancelled, ValueError without
    references.
    """
    if not references:
        raise ValueError("references: none given, at least one is needed")
    paths = (path, *references)
    analyses = []
    for number, one in enumerate(paths):

        def report(made: Progress, number: int = number) -> None:
            if progress is not None:
                progress(Progress(stage=made.stage, fraction=(number + made.fraction) / len(paths)))

        analyses.append(run_analysis(one, progress=report, cancelled=cancelled, with_series=False))
    return compare_with_references(analyses[0], analyses[1:])


def compare_with_references(mix: Analysis, references: Sequence[Analysis]) -> ReferenceComparison:
    """Compare what was measured of a mix with what was measured of its references."""
    difference = profile_difference(profile_of(mix), [profile_of(r) for r in references])
    bands = tuple(
        ReferenceBand(
            centre_hz=centre,
            difference_db=float(difference.difference_db[i]),
            lowest_db=float(difference.lowest_db[i]),
            highest_db=float(difference.highest_db[i]),
            usual_db=float(difference.usual_db[i]),
            stands_out=bool(difference.stands_out[i]),
        )
        for i, centre in enumerate(difference.centres_hz)
    )
    files = tuple(_file(r, gain) for r, gain in zip(references, difference.gains_db, strict=True))
    return ReferenceComparison(file=mix.file, references=files, bands=bands, numbers=_numbers(mix, references))


def profile_of(analysis: Analysis) -> BandProfile:
    """Return the tone of what was measured, as it is compared with that of references."""
    m = analysis.measurement
    return BandProfile(
        m.third_octave_hz,
        _array(m.third_octave_db, -np.inf),
        _array(m.third_octave_spread_db, 0.0),
        -np.inf if m.integrated_lufs is None else m.integrated_lufs,
    )


def _array(values: Sequence[float | None], missing: float) -> NDArray[np.float64]:
    return np.array([missing if v is None else v for v in values], dtype=np.float64)


def _file(analysis: Analysis, gain_db: float) -> ReferenceFile:
    notes = []
    if is_lossy(analysis.format.subtype):
        notes.append("a lossy file: do not trust its top octave")
    elif analysis.measurement.wall_kind == "lossy" and analysis.measurement.wall_hz is not None:
        notes.append(f"possibly made from a lossy file: nothing above {analysis.measurement.wall_hz / 1000:.1f} kHz")
    if any(f.kind == "fault" and f.check == "clipping" for f in analysis.findings):
        notes.append("clipped, as many released masters are")
    return ReferenceFile(
        file=analysis.file,
        integrated_lufs=analysis.measurement.integrated_lufs,
        gain_db=gain_db,
        notes=tuple(notes),
        sha256=analysis.sha256,
        format=analysis.format,
        true_peak_dbtp=analysis.measurement.true_peak_dbtp,
    )


def _numbers(mix: Analysis, references: Sequence[Analysis]) -> tuple[ReferenceNumber, ...]:
    rows = []
    for name in COMPARED:
        own = getattr(mix.measurement, name, None)
        others = [v for r in references if (v := getattr(r.measurement, name, None)) is not None]
        if own is None or not others:
            continue
        rows.append(
            ReferenceNumber(
                name=name,
                value=own,
                reference_mean=sum(others) / len(others),
                reference_lowest=min(others),
                reference_highest=max(others),
            )
        )
    return tuple(rows)
