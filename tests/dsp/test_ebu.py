"""EBU Tech 3341 v4 cases 1 to 23, Tech 3342 v4 cases 1 to 6 and ITU-R BS.2217: expected and measured."""

import numpy as np
import pyloudnorm
import pytest

from dsp.meters.kweighting import k_weighting, magnitude
from dsp.meters.loudness import Loudness, loudness
from dsp.meters.true_peak import true_peak
from tests.accuracy import Accuracy
from tests.dsp import ebu_signals as ebu

pytestmark = pytest.mark.slow


def within(accuracy: Accuracy, table: str, case: str, what: str, expected: float, measured: float) -> None:
    """Assert a loudness within 0.1 LU and hand it to the document."""
    assert measured == pytest.approx(expected, abs=0.1)
    accuracy.row(table, case=case, what=what, expected=f"{expected:.1f}", allowed="±0.1", measured=measured)


def measured(audio: np.ndarray) -> Loudness:
    return loudness(audio, ebu.RATE)


@pytest.mark.parametrize(
    ("name", "segments", "bits"),
    [
        *((f"seq-3341-{case}-16bit-v02.wav", ebu.CASE_3341[case], 16) for case in ("3", "4", "5")),
        *((f"seq-3341-{case}-24bit.wav", ebu.CASE_3341[case], 24) for case in ("9", "12")),
    ],
    ids=["3", "4", "5", "9", "12"],
)
def test_our_signals_are_the_official_files(name: str, segments: list[ebu.Segment], bits: int) -> None:
    assert ebu.wave_sha256(segments, bits) == ebu.official_sha256(name)


@pytest.mark.parametrize(("case", "expected"), [("1", -23.0), ("2", -33.0)])
def test_3341_steady_tones(accuracy: Accuracy, case: str, expected: float) -> None:
    result = measured(ebu.stereo(ebu.CASE_3341[case]))
    within(accuracy, "ebu-3341", case, "M", expected, result.max_momentary_lufs)
    within(accuracy, "ebu-3341", case, "S", expected, result.max_short_term_lufs)
    within(accuracy, "ebu-3341", case, "I", expected, result.integrated_lufs)


@pytest.mark.parametrize("case", ["3", "4", "5"])
def test_3341_gating(accuracy: Accuracy, case: str) -> None:
    within(accuracy, "ebu-3341", case, "I", -23.0, measured(ebu.stereo(ebu.CASE_3341[case])).integrated_lufs)


def test_3341_surround(accuracy: Accuracy) -> None:
    five = ebu.surround_6()
    within(accuracy, "ebu-3341", "6 (5.0)", "I", -23.0, measured(five).integrated_lufs)
    lfe = np.insert(five, 3, ebu.tone([(-10.0, 20.0)]), axis=1)
    within(accuracy, "ebu-3341", "6 (5.1, LFE sounding)", "I", -23.0, measured(lfe).integrated_lufs)


def programme(seed: int, seconds: float, pauses: float) -> np.ndarray:
    """Return speech-like or music-like noise: coloured, modulated, with pauses."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * ebu.RATE)
    spectrum = np.fft.rfft(rng.standard_normal((frames, 2)), axis=0)
    spectrum *= (1.0 / np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / ebu.RATE), 40.0)))[:, None]
    line = np.fft.irfft(spectrum, frames, axis=0)
    knots = rng.uniform(-30.0, 0.0, round(seconds / 2) + 2)
    knots[rng.uniform(size=knots.size) < pauses] = -75.0
    level = np.interp(np.arange(frames) / ebu.RATE / 2.0, np.arange(knots.size), knots)
    line *= 10 ** (level / 20)[:, None]
    return line / np.abs(line).max()


@pytest.mark.parametrize(("case", "pauses"), [("7", 0.05), ("8", 0.3)])
def test_3341_programme(accuracy: Accuracy, case: str, pauses: float) -> None:
    # The official material is a broadcast programme; ours is synthetic, brought to -23 LUFS by another meter.
    audio = programme(int(case), 60.0, pauses)
    meter = pyloudnorm.Meter(ebu.RATE, filter_class="DeMan")
    for _ in range(3):  # the gates move with the level
        audio = audio * 10 ** ((-23.0 - meter.integrated_loudness(audio)) / 20)
    value = measured(audio).integrated_lufs
    within(accuracy, "ebu-3341", f"{case} (our own equivalent)", "I", -23.0, value)


def test_3341_short_term_constant(accuracy: Accuracy) -> None:
    result = measured(ebu.stereo(ebu.CASE_3341["9"]))
    within(accuracy, "ebu-3341", "9", "S lowest", -23.0, float(result.short_term_lufs.min()))
    within(accuracy, "ebu-3341", "9", "S highest", -23.0, result.max_short_term_lufs)


def test_3341_short_term_wherever_it_falls(accuracy: Accuracy) -> None:
    maxima = [measured(ebu.stereo(ebu.CASE_3341[f"10-{k}"])).max_short_term_lufs for k in range(1, 21)]
    within(accuracy, "ebu-3341", "10-1 to 10-20", "max S, lowest", -23.0, min(maxima))
    within(accuracy, "ebu-3341", "10-1 to 10-20", "max S, highest", -23.0, max(maxima))


def worst_segment(case: str, seconds: float, pick: str) -> float:
    """Return the largest deviation over the successive segments -38, -37 ... -19."""
    audio = ebu.stereo(ebu.CASE_3341[case])
    worst = 0.0
    for i in range(20):
        part = audio[: round((i + 1) * seconds * ebu.RATE)]
        value = getattr(measured(part), pick) - (-38.0 + i)
        worst = max(worst, value, -value)
    return worst


@pytest.mark.parametrize(
    ("case", "seconds", "pick", "what"),
    [("11", 6.0, "max_short_term_lufs", "max S"), ("14", 0.8, "max_momentary_lufs", "max M")],
)
def test_3341_rising_segments(accuracy: Accuracy, case: str, seconds: float, pick: str, what: str) -> None:
    worst = worst_segment(case, seconds, pick)
    assert worst <= 0.1
    accuracy.row(
        "ebu-3341",
        case=case,
        what=f"{what}, 20 segments",
        expected="-38.0 … -19.0",
        allowed="±0.1",
        measured=f"all within {worst:.2f}",
    )


def test_3341_momentary_constant(accuracy: Accuracy) -> None:
    result = measured(ebu.stereo(ebu.CASE_3341["12"]))
    within(accuracy, "ebu-3341", "12", "M lowest after 1 s", -23.0, float(result.momentary_lufs[6:].min()))
    within(accuracy, "ebu-3341", "12", "M highest after 1 s", -23.0, float(result.momentary_lufs[6:].max()))


def test_3341_momentary_wherever_it_falls(accuracy: Accuracy) -> None:
    maxima = [measured(ebu.stereo(ebu.CASE_3341[f"13-{k}"])).max_momentary_lufs for k in range(1, 21)]
    within(accuracy, "ebu-3341", "13-1 to 13-20", "max M, lowest", -23.0, min(maxima))
    within(accuracy, "ebu-3341", "13-1 to 13-20", "max M, highest", -23.0, max(maxima))


PEAKS = {
    "15": (ebu.steady_sine(4, 0.0, 0.5), -6.0),
    "16": (ebu.steady_sine(4, 45.0, 0.5), -6.0),
    "17": (ebu.steady_sine(6, 60.0, 0.5), -6.0),
    "18": (ebu.steady_sine(8, 67.5, 0.5), -6.0),
    "19": (ebu.steady_sine(4, 45.0, 1.41), 3.0),
    **{f"{20 + k} (synthesised)": (ebu.hidden_peak(k), 0.0) for k in range(4)},
}


@pytest.mark.parametrize("case", PEAKS)
def test_3341_true_peak(accuracy: Accuracy, case: str) -> None:
    audio, expected = PEAKS[case]
    value = true_peak(audio, ebu.RATE).true_peak_dbtp
    assert expected - 0.4 <= value <= expected + 0.2
    accuracy.row(
        "ebu-3341",
        case=case,
        what="true peak",
        expected=f"{expected:.1f}",
        allowed="+0.2 / -0.4",
        measured=value,
    )


@pytest.mark.parametrize(("case", "expected"), [("1", 10.0), ("2", 5.0), ("3", 20.0), ("4", 15.0)])
def test_3342_range(accuracy: Accuracy, case: str, expected: float) -> None:
    value = measured(ebu.stereo(ebu.CASE_3342[case])).range_lu
    assert value == pytest.approx(expected, abs=1.0)
    accuracy.row("ebu-3342", case=case, expected=f"{expected:.1f}", allowed="±1", measured=value)


@pytest.mark.parametrize(("case", "expected"), [("5", 5.0), ("6", 15.0)])
def test_3342_programme(accuracy: Accuracy, case: str, expected: float) -> None:
    # Our own equivalent: 3 s stretches of a tone whose levels, in dB, are evenly spread. Of the windows, the 10 % and
    # 95 % ranks are then 85 % of the spread apart.
    rng = np.random.default_rng(int(case))
    levels = rng.permutation(np.linspace(-20.0 - expected / 0.85, -20.0, 40))
    audio = ebu.stereo([(float(level), 9.0) for level in levels])
    value = measured(audio).range_lu
    assert value == pytest.approx(expected, abs=1.0)
    accuracy.row(
        "ebu-3342", case=f"{case} (our own equivalent)", expected=f"{expected:.1f}", allowed="±1", measured=value
    )


def test_2217_tones(accuracy: Accuracy) -> None:
    # ITU-R BS.2217: tones whose level is chosen for -23 and -24 LKFS, here from the response of the standard's tables.
    for hz in (25.0, 100.0, 500.0, 1000.0, 2000.0, 10_000.0):
        response_db = 20 * np.log10(magnitude(k_weighting(48_000), np.array([hz]), 48_000)[0])
        worst = 0.0
        for wanted in (-23.0, -24.0):
            audio = np.repeat(ebu.tone([(wanted + 0.691 - response_db, 20.0)], hz)[:, None], 2, axis=1)
            value = measured(audio).integrated_lufs
            assert value == pytest.approx(wanted, abs=0.1)
            worst = max(worst, abs(value - wanted))
        accuracy.row(
            "itu-2217",
            test=f"{hz:.0f} Hz, stereo",
            expected="-23.0, -24.0",
            allowed="±0.1",
            measured=f"within {worst:.3f}",
        )


@pytest.mark.parametrize(
    ("channel", "name", "gain_db"), [(0, "L", 0.0), (1, "R", 0.0), (2, "C", 0.0), (4, "Ls", 1.5), (5, "Rs", 1.5)]
)
def test_2217_channels(accuracy: Accuracy, channel: int, name: str, gain_db: float) -> None:
    audio = np.zeros((20 * ebu.RATE, 6))
    audio[:, channel] = ebu.tone([(-24.0 + 3.01 - gain_db, 20.0)])
    value = measured(audio).integrated_lufs
    assert value == pytest.approx(-24.0, abs=0.1)
    accuracy.row("itu-2217", test=f"only {name} of six channels", expected="-24.0", allowed="±0.1", measured=value)


def test_2217_lfe_does_not_register(accuracy: Accuracy) -> None:
    audio = np.zeros((20 * ebu.RATE, 6))
    audio[:, 3] = ebu.tone([(-3.0, 20.0)])
    assert measured(audio).integrated_lufs == -np.inf
    accuracy.row("itu-2217", test="only LFE of six channels", expected="-inf", allowed="exact", measured="-inf")


@pytest.mark.parametrize(
    ("name", "segments", "expected"),
    [
        # half of the time under the absolute gate of -70 LKFS
        ("absolute gate", [(-69.5, 10.0), (-72.0, 10.0)], -69.5),
        # half of the time more than 10 LU under the ungated level
        ("relative gate", [(-10.0, 10.0), (-30.0, 10.0)], -10.0),
    ],
)
def test_2217_gates(accuracy: Accuracy, name: str, segments: list[ebu.Segment], expected: float) -> None:
    value = measured(ebu.stereo(segments)).integrated_lufs
    assert value == pytest.approx(expected, abs=0.1)
    accuracy.row("itu-2217", test=name, expected=f"{expected:.1f}", allowed="±0.1", measured=value)
