"""Measuring a master once more with pyloudnorm, an implementation that is not ours."""

from collections.abc import Iterator
from pathlib import Path

from bridge.audio.reader import open_audio
from bridge.errors import JobError
from bridge.model import Analysis
from dsp.core.arrays import F64

AGREE_LU = 0.1
_RIGHT_RATE_HZ = 48_000  # ITU-R BS.1770-5, Annex 1: the coefficients of its filters are given for this rate
_MAX_S = 1_200.0  # pyloudnorm holds the whole file in double precision: 20 minutes are half a gigabyte


def cross_check(path: Path, ours: Analysis) -> float:
    """Return pyloudnorm's integrated loudness in LUFS. Raises JobError when it differs by more than 0.1 LU."""
    import numpy as np
    import pyloudnorm

    if ours.format.duration_s > _MAX_S:
        raise JobError("A master longer than 20 minutes cannot be cross-checked. Ask for it without --cross-check.")
    audio = np.concatenate(list(_at_48_khz(path)))
    # "DeMan" is the standard's response; the default reads up to 0.043 dB low
    theirs = float(pyloudnorm.Meter(_RIGHT_RATE_HZ, filter_class="DeMan").integrated_loudness(audio))
    lufs = ours.measurement.integrated_lufs
    if lufs is None or not abs(theirs - lufs) <= AGREE_LU:
        said = "none" if lufs is None else f"{lufs:.2f} LUFS"
        raise JobError(f"Two meters disagree about the master: {said} (ours), {theirs:.2f} (pyloudnorm); not kept.")
    return round(theirs, 3)


def _at_48_khz(path: Path) -> Iterator[F64]:
    """Yield a file at the only rate whose filters the standard gives; pyloudnorm's drift at all others.

    By up to 0.3 LU at 8 kHz. Converted with soxr, which is not ours either.
    """
    import numpy as np
    import soxr

    with open_audio(path) as reader:
        rate_hz = reader.format.rate_hz
        stream = soxr.ResampleStream(rate_hz, _RIGHT_RATE_HZ, reader.format.channels, dtype="float64", quality="VHQ")
        for block in reader.blocks():
            samples = block.astype(np.float64)
            yield samples if rate_hz == _RIGHT_RATE_HZ else stream.resample_chunk(samples)
        if rate_hz != _RIGHT_RATE_HZ:
            yield stream.resample_chunk(np.zeros((0, reader.format.channels)), last=True)
