"""Independent meters on random programme: ffmpeg, libebur128, pyloudnorm; and a 64-times oversampled truth."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
import soxr
from scipy.fft import irfft, next_fast_len, rfft

from dsp.meters.loudness import loudness, loudness_range, windowed
from dsp.meters.true_peak import true_peak
from tests.accuracy import Accuracy
from tests.dsp.programme import programme

pytestmark = pytest.mark.slow

SECONDS = 30.0
CASES = [(8_000, 1), (22_050, 2), (44_100, 2), (48_000, 6), (88_200, 1), (96_000, 2), (192_000, 2), (37_800, 2)]


@pytest.fixture(scope="module", params=CASES, ids=lambda p: f"{p[0]}-{p[1]}")
def signal(request: pytest.FixtureRequest) -> tuple[int, np.ndarray, np.ndarray]:
    """Return (rate, audio, the same at 48 kHz), where the standard gives its filters and the others are right."""
    rate_hz, channels = request.param
    audio = programme(rate_hz + channels, rate_hz, channels, SECONDS)
    return rate_hz, audio, audio if rate_hz == 48_000 else soxr.resample(audio, rate_hz, 48_000, quality="VHQ")


def test_integrated_against_pyloudnorm(signal: tuple[int, np.ndarray, np.ndarray], accuracy: Accuracy) -> None:
    rate_hz, audio, at_48k = signal
    ours = loudness(audio, rate_hz).integrated_lufs
    front = np.delete(at_48k, 3, axis=1) if at_48k.shape[1] == 6 else at_48k  # it knows five channels, no LFE
    theirs = pyloudnorm.Meter(48_000, filter_class="DeMan").integrated_loudness(front)
    assert ours == pytest.approx(theirs, abs=0.02)
    accuracy.row(
        "oracles",
        meter='pyloudnorm, filter_class="DeMan"',
        rate=f"{rate_hz}",
        channels=f"{audio.shape[1]}",
        what="integrated, LU",
        allowed="0.02",
        difference=abs(ours - theirs),
    )


def test_against_libebur128(signal: tuple[int, np.ndarray, np.ndarray], accuracy: Accuracy) -> None:
    pyebur128 = pytest.importorskip("pyebur128")
    rate_hz, audio, at_48k = signal
    ours = loudness(audio, rate_hz)
    modes = pyebur128.MeasurementMode
    state = pyebur128.R128State(at_48k.shape[1], 48_000, modes.MODE_I | modes.MODE_LRA)
    if at_48k.shape[1] == 6:
        kinds = pyebur128.ChannelType
        names = ("LEFT", "RIGHT", "CENTER", "UNUSED", "LEFT_SURROUND", "RIGHT_SURROUND")
        for index, name in enumerate(names):
            state.set_channel(index, getattr(kinds, name))
    state.add_frames(np.ascontiguousarray(at_48k).ravel(), at_48k.shape[0])
    theirs = pyebur128.get_loudness_global(state)
    range_lu = pyebur128.get_loudness_range(state)
    assert ours.integrated_lufs == pytest.approx(theirs, abs=0.02)
    meter, channels = "libebur128 (pyebur128)", f"{audio.shape[1]}"
    accuracy.row(
        "oracles",
        meter=meter,
        rate=f"{rate_hz}",
        channels=channels,
        what="integrated, LU",
        allowed="0.02",
        difference=abs(ours.integrated_lufs - theirs),
    )
    # It takes one window a second, the least the standard asks for; so do we here, to compare the same thing.
    same_windows = loudness_range(windowed(ours.hop_energy, 30)[::10])[0]
    assert same_windows == pytest.approx(range_lu, abs=0.1)
    accuracy.row(
        "oracles",
        meter=meter,
        rate=f"{rate_hz}",
        channels=channels,
        what="range, LU",
        allowed="0.1",
        difference=abs(same_windows - range_lu),
    )


def ffmpeg_says(path: Path, ffmpeg: str) -> dict[str, float]:
    """Return the last values ffmpeg's ebur128 filter reports, to three decimals."""
    done = subprocess.run(
        [ffmpeg, "-nostats", "-i", path, "-af", "ebur128=metadata=1,ametadata=print:file=-", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    values: dict[str, float] = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        if key.startswith("lavfi.r128."):
            values[key.removeprefix("lavfi.r128.")] = float(value)
    return values


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (44_100, 2), (48_000, 6), (96_000, 2)])
def test_against_ffmpeg(
    rate_hz: int, channels: int, tmp_path: Path, program: Callable[[str], str], accuracy: Accuracy
) -> None:
    # a minute: in less, the ranks of the loudness range fall between windows that lie far apart
    audio = programme(rate_hz + channels, rate_hz, channels, 60.0)
    at_48k = audio if rate_hz == 48_000 else soxr.resample(audio, rate_hz, 48_000, quality="VHQ")
    ours = loudness(audio, rate_hz)
    path = tmp_path / "a.wav"
    soundfile.write(path, at_48k, 48_000, subtype="FLOAT")
    theirs = ffmpeg_says(path, program("ffmpeg"))
    assert ours.integrated_lufs == pytest.approx(theirs["I"], abs=0.02)
    assert ours.range_lu == pytest.approx(theirs["LRA"], abs=0.1)
    for what, allowed, difference in (
        ("integrated, LU", "0.02", abs(ours.integrated_lufs - theirs["I"])),
        ("range, LU", "0.1", abs(ours.range_lu - theirs["LRA"])),
    ):
        accuracy.row(
            "oracles",
            meter="ffmpeg ebur128",
            rate=f"{rate_hz}",
            channels=f"{audio.shape[1]}",
            what=what,
            allowed=allowed,
            difference=difference,
        )


def test_the_same_music_reads_the_same_at_every_rate(accuracy: Accuracy) -> None:
    audio = programme(11, 44_100, 2, SECONDS)
    base = loudness(audio, 44_100).integrated_lufs
    for rate_hz in (48_000, 88_200, 96_000, 176_400, 192_000):
        other = soxr.resample(audio, 44_100, rate_hz, quality="VHQ")
        value = loudness(other, rate_hz).integrated_lufs
        assert value == pytest.approx(base, abs=0.005)
        accuracy.row(
            "rates",
            agree=0.0015,
            rate=f"{rate_hz}",
            allowed="±0.005",
            ours=value - base,
            the_usual_re_design=usual(other, rate_hz) - usual(audio, 44_100),
        )


def usual(audio: np.ndarray, rate_hz: int) -> float:
    """Return what a meter with bilinear K-filters reads (pyloudnorm's are, with any of its filter classes)."""
    return float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(audio))


def truth(line: np.ndarray, times: int = 64) -> float:
    """Return the peak in dB of the band-limited signal through the samples (periodic; ends are silent)."""
    fine = irfft(rfft(line), times * line.size, overwrite_x=True) * times
    return float(20 * np.log10(np.abs(fine).max()))


@pytest.mark.parametrize("rate_hz", sorted({rate for rate, _ in CASES}))
def test_true_peak_against_64_times_oversampling(rate_hz: int, accuracy: Accuracy) -> None:
    worst = 0.0
    for seed in range(12):
        frames = round(0.5 * rate_hz) // 2 * 2
        line = programme(seed, rate_hz, 1, 0.5, top_hz=np.inf)[:frames, 0]
        if seed % 3 == 0:  # driven hard into a ceiling, then band-limited again, as a codec or converter would
            spectrum = np.fft.rfft(np.clip(8.0 * line / np.abs(line).max(), -1.0, 1.0))
            spectrum[int(0.45 * frames) :] = 0.0
            line = np.fft.irfft(spectrum, frames) * np.hanning(frames) ** 0.1
        padded = np.zeros(next_fast_len(frames + 512, real=True) // 2 * 2)
        padded[256 : 256 + frames] = line
        difference = true_peak(padded[:, None], rate_hz).true_peak_dbtp - truth(padded)
        assert abs(difference) <= 0.1
        worst = max(worst, abs(difference))
    accuracy.row("true-peak-programme", rate=f"{rate_hz}", allowed="0.1", largest_difference_dB=worst)


def test_true_peak_of_sines(accuracy: Accuracy) -> None:
    n = np.arange(3000)
    edge = np.clip(np.minimum(n, n[::-1]) / 1000.0, 0.0, 1.0)
    fade = 0.5 - 0.5 * np.cos(np.pi * edge)
    for frequency in (0.05, 0.125, 0.25, 1 / 3, 0.375, 0.4, 0.425, 0.45, 0.46, 0.47, 0.48):
        readings = []
        for detune in (0.0, 1e-5, 7e-5, 3e-4):
            for phase in np.linspace(0, np.pi, 25):
                sine = fade * np.sin(2 * np.pi * (frequency + detune) * (n - 1500) + phase)
                readings.append(true_peak(sine[:, None], 48_000).true_peak_dbtp)
        low, high = min(readings), max(readings)
        if frequency <= 0.45:
            assert low >= -0.1
            assert high <= 0.1
        grid = 20 * np.log10(np.cos(np.pi * frequency / 4))
        accuracy.row(
            "true-peak-sines",
            frequency=f"{frequency:.3f} of the rate",
            lowest_reading_dB=low,
            highest_reading_dB=high,
            lowest_with_four_perfect_phases_dB=float(grid),
        )
