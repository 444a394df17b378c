"""`python -m bench.mastering.quality`: our limiter beside others' at equal loudness; writes docs/mastering-quality.md.

python -m bench.mastering.quality --peers-python PATH   the peers live in another environment
python -m bench.mastering.quality --quick               one song, nothing written

Measures that are not ours decide: true peak by scipy's polyphase filter at 16 times the rate, loudness by pyloudnorm.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.document import machine, table
from bench.mastering.songs import RATE_HZ, adversaries, songs
from dsp.compare.tone import Tone, smoothed_db, tone_of
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.limiter.limiter import limit
from dsp.meters.bands import third_octave_levels_db, third_octaves_hz
from dsp.meters.spectrum import SpectrumStage

DOCUMENT = Path(__file__).parents[2] / "docs" / "mastering-quality.md"
CEILING_DBTP = -1.0
LEVELS_LUFS = (-14.0, -9.0)
Audio = NDArray[np.float64]
Limiter = Callable[[Audio, float], Audio]  # the driven audio, the ceiling in dBTP


@dataclass(frozen=True)
class Figures:
    """One limiter on one song at one loudness."""

    error_lu: float
    over_db: float
    slope: float
    correlation: float
    crest_loss_db: float
    residual_db: float
    tone_db: float
    width_db: float


# for each figure: title, digits, what is better (1 nearer to one, -1 lower, 0 nearer to zero), what counts as equal
_COLUMNS = (
    ("loudness error LU", 2, 0, 0.05),
    ("over the ceiling as set, dB (16×)", 2, -1, 0.01),
    ("contrast slope", 4, 1, 0.001),
    ("correlation", 5, 1, 0.0001),
    ("crest loss dB", 2, -1, 0.05),
    ("residual dB", 1, -1, 0.2),
    ("tone change dB", 2, -1, 0.03),
    ("width change dB", 2, 0, 0.03),
)


class Peers:
    """The other limiters, in a process of their own."""

    def __init__(self, python: str, folder: Path) -> None:
        door = Path(__file__).with_name("peers.py")
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(door)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._folder = folder
        self.missing: dict[str, str] = {}

    def limiter(self, tool: str) -> Limiter:
        """Return a peer as a function of the driven audio."""

        def run(audio: Audio, ceiling_dbtp: float) -> Audio:
            given, made = self._folder / "in.npy", self._folder / "out.npy"
            np.save(given, audio)
            request = {"tool": tool, "input": str(given), "output": str(made)}
            line = json.dumps(request | {"rate_hz": RATE_HZ, "ceiling_dbtp": ceiling_dbtp})
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
            if "missing" in answer:
                raise MissingError(answer["missing"])
            return _aligned(np.load(made), audio)

        return run


class MissingError(Exception):
    """A peer that cannot run here."""


def _aligned(made: Audio, given: Audio) -> Audio:
    """Undo a limiter's delay, found by correlation, and its change of length."""
    size = given.shape[0]
    reach = 4_096
    padded = np.zeros((size + 2 * reach, 2))
    padded[: min(made.shape[0], padded.shape[0])] = made[: padded.shape[0]]
    middle = slice(size // 2, size // 2 + 65_536)
    piece = given[middle, 0]
    window = padded[max(0, middle.start - reach) : middle.start + piece.size + reach, 0]
    spectrum = np.fft.rfft(window, 1 << 18) * np.conj(np.fft.rfft(piece, 1 << 18))
    lags = np.fft.irfft(spectrum, 1 << 18)[: 2 * reach]
    delay = int(np.argmax(lags)) - min(reach, middle.start)
    return padded[max(delay, 0) : max(delay, 0) + size] if delay >= 0 else np.roll(padded, -delay, axis=0)[:size]


def ours(audio: Audio, ceiling_dbtp: float) -> Audio:
    """Our limiter."""
    return limit(audio, RATE_HZ, LimiterSettings(ceiling_dbtp=ceiling_dbtp))


def lufs(audio: Audio) -> float:
    """Return the integrated loudness by pyloudnorm."""
    import pyloudnorm

    return float(pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(audio))


def true_peak_db(audio: Audio) -> float:
    """Return the peak at 16 times the rate, by scipy (a long filter: flat to 0.48 of the rate)."""
    from scipy.signal import firwin, resample_poly

    taps = firwin(16 * 128 + 1, 1 / 16, window=("kaiser", 8.0))
    peak = 0.0
    for line in audio.T:
        padded = np.pad(line, 256)  # the pieces' own ends are cut off again: an end is a step
        for start in range(0, line.size, 65_536):
            piece = padded[start : start + 65_536 + 512]
            if np.abs(piece).max() > 0.5 * np.abs(line).max():
                peak = max(peak, float(np.abs(resample_poly(piece, 16, 1, window=taps)[16 * 192 : -16 * 192]).max()))
    return 20 * np.log10(peak)


def short_term(audio: Audio) -> NDArray[np.float64]:
    """Return the short-term loudness every 0.1 s."""
    from dsp.meters.loudness import loudness

    return loudness(audio, RATE_HZ).short_term_lufs


def figures(song: Audio, limiter: Limiter, level_lufs: float) -> Figures:
    """Drive a limiter until the result has the level, and compare it with the song.

    One that overshoots is given a lower ceiling until it keeps the one asked for: then all have the same room.
    """
    gain_db, made = _driven(song, limiter, level_lufs, level_lufs - lufs(song), CEILING_DBTP)
    over_db = true_peak_db(made) - CEILING_DBTP
    ceiling_dbtp, over_now_db = CEILING_DBTP, over_db
    for _ in range(2):
        if over_now_db <= 0.02:
            break
        ceiling_dbtp -= over_now_db
        gain_db, made = _driven(song, limiter, level_lufs, gain_db + 0.3 * over_now_db, ceiling_dbtp)
        over_now_db = true_peak_db(made) - CEILING_DBTP
    return _compare(song, made, lufs(made) - level_lufs, over_db)


def _driven(
    song: Audio, limiter: Limiter, level_lufs: float, gain_db: float, ceiling_dbtp: float
) -> tuple[float, Audio]:
    """Return the gain that gives the level, and the result."""
    best: tuple[float, float, Audio] | None = None
    slope, last = 1.0, None
    for _ in range(7):
        made = limiter(song * 10 ** (gain_db / 20), ceiling_dbtp)
        error = lufs(made) - level_lufs
        if best is None or abs(error) < abs(best[0]):
            best = (error, gain_db, made)
        if abs(error) < 0.02:
            break
        if last is not None and abs(gain_db - last[0]) > 1e-6:
            slope = min(max((error - last[1]) / (gain_db - last[0]), 0.15), 1.2)
        last = (gain_db, error)
        gain_db -= error / slope
    assert best is not None
    return best[1], best[2]


def _compare(song: Audio, made: Audio, error: float, over_db: float) -> Figures:
    size = min(song.shape[0], made.shape[0])
    song, made = song[:size], made[:size]
    gain = float((song * made).sum() / (song * song).sum())
    rest = made - gain * song
    x, y = short_term(song), short_term(made)
    loud = x > x.max() - 30.0
    slope = float(np.polyfit(x[loud], y[loud], 1)[0])
    correlation = float(np.corrcoef(x[loud], y[loud])[0, 1])
    before, after = _tone(song), _tone(made)
    heard = (before.frequency_hz > 40) & (before.level_db > before.level_db.max() - 50)
    tone = float(np.mean(np.abs(smoothed_db(after) - smoothed_db(before))[heard]))
    return Figures(
        error_lu=error,
        over_db=over_db,
        slope=slope,
        correlation=correlation,
        crest_loss_db=_crest(song) - _crest(made),
        residual_db=10 * np.log10(float((rest**2).sum() / ((gain * song) ** 2).sum()) + 1e-20),
        tone_db=tone,
        width_db=_side_db(made) - _side_db(song) if np.isfinite(_side_db(song)) else 0.0,
    )


def _tone(audio: Audio) -> Tone:
    stage = SpectrumStage(RATE_HZ, 2)
    stage.process(audio)
    levels = third_octave_levels_db(stage.finish())
    return tone_of(third_octaves_hz(RATE_HZ), levels.tolist())


def _side_db(audio: Audio) -> float:
    middle, side = ((audio[:, 0] + sign * audio[:, 1]) / 2 for sign in (1, -1))
    with np.errstate(divide="ignore"):
        return float(10 * np.log10((side**2).sum() / (middle**2).sum()))


def _crest(audio: Audio) -> float:
    return float(20 * np.log10(np.abs(audio).max() / np.sqrt((audio**2).mean())))


def distortion_db(limiter: Limiter, frequencies_hz: tuple[float, ...], drive_db: float) -> float:
    """Return THD+N of steady sines that are this far over the ceiling; the first and last second are left out."""
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * f * t) for f in frequencies_hz)
    tone = tone / np.abs(tone).max() * 10 ** ((CEILING_DBTP + drive_db) / 20)
    made = limiter(np.stack([tone, tone], axis=1), CEILING_DBTP)[RATE_HZ:-RATE_HZ, 0]
    t = np.arange(made.size) / RATE_HZ
    basis = np.stack([g(2 * np.pi * f * t) for f in frequencies_hz for g in (np.sin, np.cos)], axis=1)
    fit = basis @ np.linalg.lstsq(basis, made, rcond=None)[0]
    return float(10 * np.log10(np.sum((made - fit) ** 2) / np.sum(fit**2) + 1e-20))


def swept_db(limiter: Limiter, drive_db: float) -> float:
    """Return what a limiter adds to a sweep (20 Hz to 18 kHz, 6 s), gain-matched every 50 ms."""
    seconds = 6.0
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rate = np.log(18_000 / 20) / seconds
    sweep = np.sin(2 * np.pi * 20 * (np.exp(rate * t) - 1) / rate) * 10 ** ((CEILING_DBTP + drive_db) / 20)
    given = np.stack([sweep, sweep], axis=1)
    made = limiter(given, CEILING_DBTP)[:, 0]
    step = RATE_HZ // 20
    a, b = sweep[step * 10 : -step * 4], made[step * 10 : -step * 4]
    frames = a.size // step * step
    a, b = a[:frames].reshape(-1, step), b[:frames].reshape(-1, step)
    gain = (a * b).sum(1, keepdims=True) / (a * a).sum(1, keepdims=True)
    return float(10 * np.log10(((b - gain * a) ** 2).sum() / (b**2).sum() + 1e-20))


def aliases_db(limiter: Limiter, drive_db: float) -> float:
    """Return what lies at the aliases of the 4th to 9th harmonic of a 6.1 kHz tone that swells, against the tone."""
    frequency_hz, size = 6_100.0, 1 << 17
    t = np.arange(size + 2 * RATE_HZ) / RATE_HZ
    swell = 10 ** ((CEILING_DBTP + drive_db - 6.0 * (1 + np.cos(2 * np.pi * 3.0 * t)) / 2) / 20)
    tone = swell * np.sin(2 * np.pi * frequency_hz * t)
    made = limiter(np.stack([tone, tone], axis=1), CEILING_DBTP)[RATE_HZ : RATE_HZ + size, 0]
    power = np.abs(np.fft.rfft(made * np.blackman(size))) ** 2
    hertz = np.fft.rfftfreq(size, 1 / RATE_HZ)

    def around(centre_hz: float) -> float:
        return float(power[np.abs(hertz - centre_hz) < 150.0].sum())

    folded = [abs((k * frequency_hz + RATE_HZ / 2) % RATE_HZ - RATE_HZ / 2) for k in range(4, 10)]
    return 10 * np.log10(sum(map(around, folded)) / around(frequency_hz) + 1e-20)


def recovery_ms(limiter: Limiter, burst_ms: float) -> float:
    """Return how long after a burst 10 dB over the ceiling a quiet tone is within 0.5 dB of its level."""
    n = 3 * RATE_HZ
    t = np.arange(n) / RATE_HZ
    tone = 0.1 * np.sin(2 * np.pi * 1_000 * t)
    burst = (t >= 1.0) & (t < 1.0 + burst_ms / 1000)
    signal = np.where(burst, 10 ** ((CEILING_DBTP + 10) / 20) / 0.1 * tone, tone)
    made = limiter(np.stack([signal, signal], axis=1), CEILING_DBTP)[:, 0]
    step = RATE_HZ // 1_000
    power = (made[: n // step * step].reshape(-1, step) ** 2).mean(1)
    level = 10 * np.log10(power / (tone[: n // step * step].reshape(-1, step) ** 2).mean(1))
    end = 1_000 + round(burst_ms) + 1
    late = np.flatnonzero(level[end:-50] < -0.5)
    return float(late[-1] + 1) if late.size else 0.0


_TITLES = {
    "ours": "Fresh Ears",
    "alimiter": "ffmpeg alimiter",
    "alimiter_4x": "alimiter at 4×",
    "loudnorm": "ffmpeg loudnorm",
    "hyrax": "matchering (Hyrax)",
    "pedalboard": "pedalboard",
    "libsonare": "libsonare true peak",
}
_LEVELLERS = {"loudnorm"}  # no limiters: they appear beside the songs only
_TONES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("50 Hz", (50.0,)),
    ("55 Hz", (55.0,)),
    ("997 Hz", (997.0,)),
    ("60 Hz + 7 kHz", (60.0, 7_000.0)),
    ("19 + 20 kHz", (19_000.0, 20_000.0)),
)


def _behind(rows: dict[str, Figures]) -> list[str]:
    """Return where one of the others is better than ours by more than what counts as equal."""
    found = []
    for index, (title, digits, better, equal) in enumerate(_COLUMNS):
        own = astuple(rows["ours"])[index]
        for name, row in rows.items():
            other = astuple(row)[index]
            gain = {1: abs(1 - own) - abs(1 - other), -1: own - other, 0: abs(own) - abs(other)}[better]
            if title.startswith("over") and own <= 0.01:
                continue  # held is held; further below is not better
            if name != "ours" and gain > equal:
                found.append(f"{title}: {_TITLES[name]} {other:.{digits}f}, ours {own:.{digits}f}")
    return found


def _song_tables(contenders: dict[str, Limiter], *, quick: bool, say: Callable[[str], None]) -> str:
    parts = []
    for name, song in songs().items():
        for level in LEVELS_LUFS:
            rows: dict[str, Figures] = {}
            short: list[str] = []
            for tool, limiter in contenders.items():
                say(f"{name} at {level:g} LUFS: {tool}")
                try:
                    rows[tool] = figures(song, limiter, level)
                except MissingError:
                    short.append(f"{_TITLES[tool]} does not reach this level.")
            cells = [
                [_TITLES[tool], *(f"{v:.{c[1]}f}" for v, c in zip(astuple(row), _COLUMNS, strict=True))]
                for tool, row in rows.items()
            ]
            behind = _behind(rows)
            verdict = "Ours is best or equal in every column." if not behind else "Not best: " + "; ".join(behind) + "."
            verdict = " ".join([verdict, *short])
            titles = ["limiter", *(c[0] for c in _COLUMNS)]
            parts.append(f"### {name.capitalize()}, {level:g} LUFS\n\n{table(titles, cells)}\n\n{verdict}")
        if quick:
            break
    return "\n\n".join(parts)


def _worse(rows: list[list[str]]) -> str:
    """Say in which columns of the distortion table somebody is better by more than 3 dB, at the same drive."""
    titles = [*(name for name, _ in _TONES), "sweep", "aliases of 6.1 kHz"]
    own = {row[1]: row[2:] for row in rows if row[0] == _TITLES["ours"]}
    found = [
        f"{title} at {row[1]}: {row[0]} {value}, ours {ours_}"
        for row in rows
        for title, value, ours_ in zip(titles, row[2:], own[row[1]], strict=True)
        if float(value) < float(ours_) - 3.0
    ]
    return "Ours is best or equal in every column." if not found else "Not best: " + "; ".join(found) + "."


def _alone_tables(contenders: dict[str, Limiter], say: Callable[[str], None]) -> str:
    over, distortion, time = [], [], []
    fears = adversaries()
    for tool, limiter in contenders.items():
        if tool in _LEVELLERS:
            continue
        say(f"alone: {tool}")
        try:
            peaks = [f"{true_peak_db(limiter(signal, CEILING_DBTP)) - CEILING_DBTP:.2f}" for signal in fears.values()]
            over.append([_TITLES[tool], *peaks])
            rows = [[_TITLES[tool], f"{drive:g} dB"] for drive in (3.0, 6.0, 10.0)]
            for row, drive in zip(rows, (3.0, 6.0, 10.0), strict=True):
                row += [f"{max(distortion_db(limiter, tones, drive), -160.0):.0f}" for _, tones in _TONES]
                row.append(f"{max(swept_db(limiter, drive), -160.0):.0f}")
                row.append(f"{max(aliases_db(limiter, drive), -160.0):.0f}")
            distortion += rows
            time.append([_TITLES[tool], *(f"{recovery_ms(limiter, length):.0f}" for length in (1.0, 20.0, 500.0))])
        except MissingError:
            continue
    return "\n\n".join(
        [
            "### Over the ceiling, dB, at 16 times the rate\n\n" + table(["limiter", *fears], over),
            "### Distortion and noise, dB, by how far the signal is over the ceiling\n\n"
            + table(["limiter", "over by", *(name for name, _ in _TONES), "sweep", "aliases of 6.1 kHz"], distortion)
            + f"\n\n{_worse(distortion)}",
            "### Recovery after a burst 10 dB over the ceiling, ms\n\n"
            + table(["limiter", "burst of 1 ms", "20 ms", "500 ms (a step up and down)"], time),
        ]
    )


_HEAD = """# Mastering quality

Made by `python -m bench.mastering.quality`. Every limiter gets the same six synthesised songs (12 s, peaks at -6 dBFS;
`bench/mastering/songs.py`), driven until the result has the same loudness, with the ceiling at -1 dBTP. One that
overshoots is then given a lower ceiling until it keeps -1, and driven again: every row has the same loudness *and* the
same true peak. The measures that decide are not ours: true peak by scipy's polyphase filter at 16 times the rate,
loudness by pyloudnorm.

- *Contrast slope* and *correlation*: the master's short-term loudness against the song's; 1 is kept.
- *Residual*: what remains when the song, at the best gain, is taken from the master; lower is closer to the song.
- *Tone change*: mean change of the octave-smoothed spectrum. *Width change*: side against middle.
- *ffmpeg loudnorm* is no limiter but a leveller; it is asked in two passes for the loudness that the others are driven
  to, and moves the level of the song where it thinks it must.
- *Over the ceiling as set* is what the limiter did when it was told -1 dBTP.

Our release master does not push a song to a level at any price: its caps (contrast, crest, reduction) stop earlier and
say so. Here they are off, to compare limiters at equal loudness.
"""

_LIMITS = """## What is not claimed

- Signals with full energy up to the Nyquist frequency (white noise, random signs) have no single true peak: the longer
  the interpolation filter, the higher it reads, without end. We hold the ceiling for the 48 taps of our meter and for
  128 taps, which is what decides above. With the whole signal as one filter white noise reads up to 0.6 dB more, random
  signs up to 0.9. For anything that ends below 0.48 of the rate all of them agree.
- The songs are synthesised. On recorded music the order was the same when this was built; such files cannot be shipped.
- No listening test was made. The figures say what was changed, not what is liked.
"""


def _with_pairs(body: str) -> str:
    """Return the new document with the section that `bench.mastering.pairs` wrote."""
    found = re.search(
        r"<!-- section pairs -->\n.*?<!-- end pairs -->\n", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL
    )
    return body if found is None else f"{body}\n{found.group()}"


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the document."""
    parser = argparse.ArgumentParser(prog="python -m bench.mastering.quality", description=__doc__.split("\n")[0])
    parser.add_argument("--peers-python", default=sys.executable, help="the Python the peers are installed in")
    parser.add_argument("--quick", action="store_true", help="one song, nothing written")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="freshears-quality-") as folder:
        peers = Peers(asked.peers_python, Path(folder))
        contenders: dict[str, Limiter] = {"ours": ours}
        for tool in _TITLES:
            if tool != "ours":
                contenders[tool] = peers.limiter(tool)
        probe = np.full((RATE_HZ, 2), 0.01)
        for tool in list(contenders):
            try:
                contenders[tool](probe, CEILING_DBTP)
            except MissingError as error:
                print(f"without {tool}: {error}", file=sys.stderr)
                del contenders[tool]

        def say(text: str) -> None:
            print(text, file=sys.stderr, flush=True)

        body = "\n\n".join(
            [
                _HEAD.strip(),
                f"Machine: {machine()}. Limiters: {', '.join(_TITLES[tool] for tool in contenders)}.",
                "## At equal loudness",
                _song_tables(contenders, quick=asked.quick, say=say),
                "## The limiter alone",
                _alone_tables(contenders, say),
                _LIMITS.strip(),
            ]
        )
    if asked.quick:
        print(body)
    else:
        DOCUMENT.write_text(_with_pairs(body + "\n"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    assert len(_COLUMNS) == len(fields(Figures))
    sys.exit(main())
