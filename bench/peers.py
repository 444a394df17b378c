"""Peers that are Python libraries: `python -m bench.peers NAME FILE` measures one file and ends.

Exit code 77 says that the library is not installed.
"""

import sys
from collections.abc import Callable

import numpy as np
import soundfile


def pyebur128(path: str) -> None:
    import pyebur128 as lib

    audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mode = lib.MeasurementMode
    state = lib.R128State(audio.shape[1], rate_hz, mode.MODE_I | mode.MODE_LRA | mode.MODE_TRUE_PEAK)
    state.add_frames(audio.ravel(), audio.shape[0])
    lib.get_loudness_global(state)
    lib.get_loudness_range(state)
    for channel in range(audio.shape[1]):
        lib.get_true_peak(state, channel)


def pyloudnorm(path: str) -> None:
    import pyloudnorm as lib

    audio, rate_hz = soundfile.read(path, always_2d=True)
    lib.Meter(rate_hz, filter_class="DeMan").integrated_loudness(audio)


def libsonare(path: str) -> None:
    import libsonare as lib

    audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    lib.lufs_interleaved(audio.ravel(), audio.shape[1], rate_hz)
    for channel in range(audio.shape[1]):
        lib.metering_true_peak_db(np.ascontiguousarray(audio[:, channel]), rate_hz)


def essentia(path: str) -> None:
    import essentia
    import essentia.standard as lib

    essentia.log.infoActive = False
    audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    lib.LoudnessEBUR128(sampleRate=rate_hz)(audio)


PEERS: dict[str, Callable[[str], None]] = {f.__name__: f for f in (pyebur128, pyloudnorm, libsonare, essentia)}


def main() -> int:
    """Measure one file with one library."""
    try:
        PEERS[sys.argv[1]](sys.argv[2])
    except ImportError:
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
