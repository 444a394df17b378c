"""Measuring a master once more with pyloudnorm, an implementation that is not ours."""

from pathlib import Path

from bridge.audio.reader import open_audio
from bridge.errors import JobError
from bridge.model import Analysis

AGREE_LU = 0.1
_MAX_S = 1_200.0  # pyloudnorm holds the whole file in double precision: 20 minutes are half a gigabyte


def cross_check(path: Path, ours: Analysis) -> float:
    """Return pyloudnorm's integrated loudness in LUFS. Raises JobError when it differs by more than 0.1 LU."""
    import numpy as np
    import pyloudnorm

    if ours.format.duration_s > _MAX_S:
        raise JobError("A master longer than 20 minutes cannot be cross-checked. Ask for it without --cross-check.")
    with open_audio(path) as reader:
        audio = np.concatenate([block.astype(np.float64) for block in reader.blocks()])
    # "DeMan" is the standard's response; the default reads up to 0.043 dB low
    theirs = float(pyloudnorm.Meter(ours.format.rate_hz, filter_class="DeMan").integrated_loudness(audio))
    lufs = ours.measurement.integrated_lufs
    if lufs is None or not abs(theirs - lufs) <= AGREE_LU:
        raise JobError(
            f"Two meters disagree about the master: {lufs} LUFS (ours), {theirs:.2f} (pyloudnorm); not kept."
        )
    return round(theirs, 3)
