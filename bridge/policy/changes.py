"""What changed between two bounces, in words: the numbers of a comparison read as a person would say them.

Nothing here says better or worse. A change is named only where the numbers carry it; what they do not explain is
called by its number.
"""

from collections.abc import Sequence

from bridge.model import BandDifference, BounceDiff
from bridge.policy.song.rest import duration
from bridge.text import clock

SAME_DB = -60.0  # ours: below this nobody hears the difference, whatever it is
EXACT_DB = -110.0  # ours: rounding of 24-bit samples and of the fractional delay
LEAST_BAND_DB = 0.3  # ours: a third octave that moved less is not worth a sentence
UNEXPLAINED_DB = -12.0  # ours: a band where a sixteenth of the power does not cancel
OTHER_TAKE_SHARE = 0.7  # ours: of the bands
SHORTEST_S = 0.05  # ours: less than this is a matter of how the bounce was cut
WORST_CELLS_DB = 6.0  # ours: a passage stands out when it is this far above the whole


def sentences(found: BounceDiff) -> tuple[str, ...]:
    """Return what changed from A to B, the most telling first."""
    if found.measurement_a.sample_peak_dbfs is None or found.measurement_b.sample_peak_dbfs is None:
        return (_silence(found),)
    if not found.aligned:
        return (
            "These are different performances or arrangements: the waves agree nowhere.",
            *_numbers(found),
        )
    left_db = -200.0 if found.residual_db is None else found.residual_db
    if left_db <= SAME_DB:
        return (_same(found, left_db), *_length(found))
    inside = _inside(found)
    return (
        *_place(found, "Everything else" if inside else "Everything"),
        *inside,
        *_numbers(found),
        *_length(found),
        _left(left_db),
        *_worst(found, left_db),
    )


def _silence(found: BounceDiff) -> str:
    silent = [
        name
        for name, measured in ((found.a, found.measurement_a), (found.b, found.measurement_b))
        if measured.sample_peak_dbfs is None
    ]
    return f"{' and '.join(silent)} {'are' if len(silent) > 1 else 'is'} silent: there is nothing to compare."


def _same(found: BounceDiff, left_db: float) -> str:
    but = []
    if abs(found.level_change_db) >= 0.005:
        but.append(f"{found.level_change_db:+.2f} dB of gain")
    if abs(found.shift_frames) >= 0.01:
        but.append(f"an offset of {_frames(found)}")
    if found.inverted:
        but.append("inverted polarity")
    exact = "" if left_db <= EXACT_DB else f" What is left lies at {left_db:.0f} dB: nobody hears it."
    both = " as long as both last" if abs(found.length_change_s) >= SHORTEST_S else ""
    if not but:
        return f"The two are identical{both}.{exact}"
    return f"The two are identical{both} but for {' and '.join(but)}.{exact}"


def _frames(found: BounceDiff) -> str:
    number = f"{found.shift_frames:.1f}".removesuffix(".0")
    return f"{number} frames ({found.shift_s * 1000.0:.2f} ms)"


def _place(found: BounceDiff, everything: str) -> list[str]:
    said = []
    if abs(found.shift_frames) >= 0.01:
        later = "later" if found.shift_s > 0.0 else "earlier"
        said.append(f"B begins {_frames(found).replace('-', '')} {later} than A.")
    if found.inverted:
        said.append("The polarity of B is inverted.")
    if found.level_from == "common" and abs(found.level_change_db) >= 0.1:
        louder = "louder" if found.level_change_db > 0.0 else "quieter"
        said.append(f"{everything} is {abs(found.level_change_db):.1f} dB {louder} in B.")
    return said


def _inside(found: BounceDiff) -> list[str]:
    unexplained = [band for band in found.bands if _is_unexplained(band)]
    balance = [band for band in found.bands if not _is_unexplained(band) and abs(band.difference_db) >= LEAST_BAND_DB]
    said = [_balance(run) for run in _runs(found.bands, balance) if len(run) > 1 or abs(run[0].difference_db) >= 1.0]
    if _only_sides(found):
        return [*said, "Only the sides changed: in mono the two cancel."]
    if unexplained and found.moved_s is not None:
        said.append(f"Something was moved in time by {found.moved_s * 1000.0:.1f} ms{_where(found, unexplained)}.")
    elif len(unexplained) >= OTHER_TAKE_SHARE * len(found.bands):
        said.append("This is a different take: almost nothing of it cancels.")
    elif len(unexplained) > 1:
        said.append(
            f"Something was replayed, replaced or processed anew{_where(found, unexplained)}: it does not cancel."
        )
    return said


def _only_sides(found: BounceDiff) -> bool:
    left_db = -200.0 if found.mid_residual_db is None else found.mid_residual_db
    return left_db < -30.0 and found.residual_db is not None and left_db < found.residual_db - 10.0


def _is_unexplained(band: BandDifference) -> bool:
    """Tell whether more is left of a band than turning something up or down can leave.

    An element of share s turned by a factor k leaves (k - 1)^2 s and changes the power by (k^2 - 1) s: never more than
    it changes. An element that was moved or replayed leaves much and changes little.
    """
    if band.residual_db is None or band.residual_db < UNEXPLAINED_DB:
        return False
    change = abs(10.0 ** (band.difference_db / 10.0) - 1.0)
    return bool(10.0 ** (band.residual_db / 10.0) > 1.2 * change)


def _runs(bands: Sequence[BandDifference], chosen: Sequence[BandDifference]) -> list[list[BandDifference]]:
    """Return neighbouring chosen bands that changed in the same direction, the strongest run first."""
    runs: list[list[BandDifference]] = []
    previous: BandDifference | None = None
    for band in bands:
        if band in chosen:
            same_way = previous is not None and (previous.difference_db > 0.0) == (band.difference_db > 0.0)
            if same_way:
                runs[-1].append(band)
            else:
                runs.append([band])
            previous = band
        else:
            previous = None
    return sorted(runs, key=lambda run: -max(abs(band.difference_db) for band in run))


def _balance(run: Sequence[BandDifference]) -> str:
    top = max(run, key=lambda band: abs(band.difference_db))
    more = "More" if top.difference_db > 0.0 else "Less"
    spread = f", give or take {top.spread_db:.1f}" if top.spread_db >= 0.1 else ""
    place = (
        f"around {_hz(top.centre_hz)}"
        if len(run) == 1
        else f"between {_hz(run[0].centre_hz)} and {_hz(run[-1].centre_hz)}"
    )
    peak = "" if len(run) == 1 else f", most at {_hz(top.centre_hz)}"
    return f"{more} {place} in B: {top.difference_db:+.1f} dB{peak}{spread}."


def _where(found: BounceDiff, bands: Sequence[BandDifference]) -> str:
    if len(bands) >= OTHER_TAKE_SHARE * len(found.bands):
        return ", all over the spectrum"
    spans: list[tuple[float, float]] = []
    previous = -2
    for index, band in enumerate(found.bands):
        if band in bands:
            if index == previous + 1:
                spans[-1] = (spans[-1][0], band.centre_hz)
            else:
                spans.append((band.centre_hz, band.centre_hz))
            previous = index
    widest = max(spans, key=lambda span: span[1] / span[0])
    return f", mostly between {_hz(widest[0])} and {_hz(widest[1])}" if widest[0] != widest[1] else ""


def _numbers(found: BounceDiff) -> list[str]:
    said = []
    if found.loudness_change_lu is not None and abs(found.loudness_change_lu) >= 0.1:
        louder = "louder" if found.loudness_change_lu > 0.0 else "quieter"
        said.append(f"B is {abs(found.loudness_change_lu):.1f} LU {louder} as a whole.")
    if found.plr_change_db is not None and abs(found.plr_change_db) >= 0.5:
        word = "further above" if found.plr_change_db > 0.0 else "closer to"
        said.append(f"Its peaks stand {abs(found.plr_change_db):.1f} dB {word} its loudness.")
    if found.range_change_lu is not None and abs(found.range_change_lu) >= 1.0:
        word = "wider" if found.range_change_lu > 0.0 else "narrower"
        said.append(f"Its loudness range is {abs(found.range_change_lu):.1f} LU {word}.")
    if found.width_change_db is None:
        said.append("One of the two is mono, the other is not.")
    elif abs(found.width_change_db) >= 0.5:
        word = "wider" if found.width_change_db > 0.0 else "narrower"
        said.append(f"It is {word}: side against mid {found.width_change_db:+.1f} dB.")
    return said


def _length(found: BounceDiff) -> list[str]:
    if abs(found.length_change_s) < SHORTEST_S:
        return []
    long = "longer" if found.length_change_s > 0.0 else "shorter"
    seconds = abs(found.length_change_s)
    return [f"B is {f'{seconds:.1f} seconds' if seconds < 90.0 else duration(seconds)} {long}."]


def _left(left_db: float) -> str:
    return f"What is left when one is taken from the other lies at {left_db:.0f} dB."


def _worst(found: BounceDiff, left_db: float) -> list[str]:
    """Return the passage that differs most, if one stands out."""
    cells = [(-200.0 if value is None else value) for value in found.cells_residual_db]
    loud = [index for index, value in enumerate(cells) if value >= max(left_db, -40.0)]
    if not loud or max(cells) < left_db + WORST_CELLS_DB or len(loud) > 0.7 * len(cells):
        return []
    runs: list[list[int]] = []
    for index in loud:
        if runs and index - runs[-1][-1] <= 2:
            runs[-1].append(index)
        else:
            runs.append([index])
    worst = max(runs, key=lambda run: sum(10.0 ** (cells[index] / 10.0) for index in run))
    start_s = found.cells_from_s + worst[0] * found.cell_s
    end_s = found.cells_from_s + (worst[-1] + 1) * found.cell_s
    return [f"They differ most from {clock(start_s)} to {clock(end_s)}."]


def _hz(frequency_hz: float) -> str:
    if frequency_hz >= 995.0:
        number = f"{frequency_hz / 1000.0:.1f}".removesuffix(".0")
        return f"{number} kHz"
    nominal = min(
        (40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800), key=lambda n: abs(n - frequency_hz)
    )
    return f"{nominal} Hz"
