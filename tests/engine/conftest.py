"""Every lossless master that a test of the jobs renders is measured once more by ffmpeg and by pyloudnorm."""

import re
import subprocess
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.mastering.deliver import Delivered, Delivery
from bridge.model import MasterResult

AGREE = 0.1  # LU and dB
SHORTEST_S = 1.0  # what is shorter is a matter of how a meter begins
METERED_RATES_HZ = (32_000, 96_000)  # ffmpeg resamples what lies outside before it measures


@pytest.fixture(autouse=True)
def other_meters_agree(program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Collect the masters of a test and compare their "after" with what others measure in the file."""
    made: list[MasterResult] = []
    whole = Delivery.result

    def result(self: Delivery, file: Delivered, told: Collection[str]) -> MasterResult:
        made.append(whole(self, file, told))
        return made[-1]

    monkeypatch.setattr(Delivery, "result", result)
    yield
    for master in made:
        path = Path(master.output)
        lossy = path.suffix in {".mp3", ".ogg", ".opus"}
        in_range = METERED_RATES_HZ[0] <= master.format.rate_hz <= METERED_RATES_HZ[1]
        if not path.exists() or lossy or not in_range or master.format.duration_s < SHORTEST_S:
            continue
        import pyloudnorm  # it loads all of scipy.signal: only where there is a master to measure

        audio, rate_hz = soundfile.read(path, always_2d=True)
        lufs = pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(audio)
        assert lufs == pytest.approx(master.after.integrated_lufs, abs=AGREE), f"pyloudnorm, {path.name}"
        lufs, peak_dbtp = by_ffmpeg(program("ffmpeg"), path)
        assert lufs == pytest.approx(master.after.integrated_lufs, abs=AGREE), f"ffmpeg, {path.name}"
        assert peak_dbtp == pytest.approx(master.after.true_peak_dbtp, abs=AGREE), f"ffmpeg, {path.name}"


def by_ffmpeg(ffmpeg: str, path: Path) -> tuple[float, float]:
    """Return integrated loudness and true peak as ffmpeg's ebur128 measures them, to three decimals."""
    filters = "ebur128=peak=true:metadata=1,ametadata=mode=print:file=-"
    command = [ffmpeg, "-v", "error", "-i", str(path), "-map", "0:a", "-af", filters, "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lufs = re.findall(r"r128\.I=(\S+)", text)[-1]
    peak = re.findall(r"r128\.true_peak=(\S+)", text)[-1]
    return float(lufs), float(20.0 * np.log10(float(peak)))
