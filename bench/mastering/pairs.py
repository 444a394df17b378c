"""`python -m bench.mastering.pairs`: masters that follow a reference, beside matchering's.

It renews its section of docs/mastering-quality.md.

python -m bench.mastering.pairs --peers-python PATH   matchering lives in another environment
python -m bench.mastering.pairs --first 2             two pairs, nothing written

A pair is two songs of one author out of one package of real music; the first is mastered towards the second. What
decides is not ours: octave levels by scipy's periodograms of the finished files.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import welch

from bench.document import machine, replace_section, table
from bench.faults.music import MusicError, Track, load, tracks
from bench.faults.rendered import rendered_tracks
from bridge.engine.analyse import run_analysis
from bridge.engine.mastering.job import run_master
from bridge.model import MasterRequest, MasterResult
from bridge.pathtext import to_path, to_text
from dsp.core.arrays import F64

DOCUMENT = Path(__file__).parents[2] / "docs" / "mastering-quality.md"
SECTION = "pairs"
EXCERPT_S = 60.0
_OCTAVES_HZ = 1_000.0 * 2.0 ** np.arange(-4.0, 5.0)  # 63 Hz to 16 kHz
_ASKED = 0.6  # of the distance closed, and so many dB of peak to loudness
_ASKED_DB = 1.0
# Chosen by the names alone: neighbours in a package by one author.
_DEVELOPMENT = (
    ("hyperrogue-music", "hr3-desert", "hr3-graveyard"),
    ("hyperrogue-music", "hr3-hell", "hr3-rlyeh"),
    ("hyperrogue-music", "hr3-icyland", "hr3-jungle"),
    ("hyperrogue-music", "hr3-mirror", "hr3-motion"),
    ("hyperrogue-music", "hr-savino-caribbean", "hr-savino-ocean"),
    ("hyperrogue-music", "hr-domina-hunting", "hr-domina-mountain"),
    ("drascula-music", "track1", "track2"),
    ("drascula-music", "track23", "track24"),
    ("drascula-music", "track9", "track3"),
    ("rafkill-data", "song2", "song3"),
    ("heroes-sound-tracks", "heroes01", "heroes02"),
    ("pingus-data", "pingus-1", "pingus-2"),
)
_HELD_OUT = (
    ("ufoai-music", "Crystan-Battlescape01", "Crystan-Battlescape02"),
    ("ufoai-music", "PsymongN1", "PsymongN2"),
    ("ufoai-music", "Marine01", "Marine02"),
    ("ufoai-music", "David02", "David03"),
    ("ufoai-music", "van_mission", "van_mission2"),
    ("warzone2100-music", "track4", "track5"),
    ("warzone2100-music", "track10", "track11"),
    ("tecnoballz-data", "area1-game", "area2-game"),
)
_SETS = {"Pairs the ranges were chosen on": _DEVELOPMENT, "Pairs set aside": _HELD_OUT}


@dataclass(frozen=True)
class Paired:
    """What became of one pair: octave distances in dB, peak to loudness, LRA; None where matchering is missing."""

    name: str
    before_db: float
    ours_db: float
    matchering_db: float | None
    plr_before_db: float
    plr_asked_db: float
    plr_met_db: float
    is_told: bool
    lra_before_lu: float
    lra_ours_lu: float
    lra_matchering_lu: float | None

    @property
    def cells(self) -> list[str]:
        """Return the row of the document."""
        theirs = "-" if self.matchering_db is None else f"{self.matchering_db:.1f} ({self._closed(self.matchering_db)})"
        told = "" if abs(self.plr_met_db - self.plr_asked_db) <= _ASKED_DB else " (told)" if self.is_told else " (!)"
        lra = f"{self.lra_before_lu:.1f}, {self.lra_ours_lu:.1f}"
        lra += "" if self.lra_matchering_lu is None else f", {self.lra_matchering_lu:.1f}"
        ours = f"{self.ours_db:.1f} ({self._closed(self.ours_db)})"
        plr = f"{self.plr_before_db:.1f}, {self.plr_asked_db:.1f}, {self.plr_met_db:.1f}{told}"
        return [self.name, f"{self.before_db:.1f}", ours, theirs, plr, lra]

    def _closed(self, after_db: float) -> str:
        return f"{self.closed(after_db) * 100.0:.0f} %"

    def closed(self, after_db: float) -> float:
        """Return the share of the distance that is closed."""
        return 1.0 - after_db / self.before_db


def octaves_db(path: Path) -> F64:
    """Return the octave levels of a file in dB, their mean at 0."""
    audio, rate_hz = soundfile.read(path, always_2d=True)
    hertz, power = welch(audio.T, rate_hz, nperseg=16_384)
    whole = power.sum(axis=0)
    edges = np.sqrt(2.0)
    levels = [whole[(hertz >= c / edges) & (hertz < c * edges)].sum() for c in _OCTAVES_HZ]
    level_db = 10.0 * np.log10(np.array(levels) + 1e-20)
    return np.asarray(level_db - level_db.mean())


def distance_db(path: Path, reference: Path) -> float:
    """Return the rms difference of the octave levels of two files, in dB."""
    return float(np.sqrt(np.mean((octaves_db(path) - octaves_db(reference)) ** 2)))


def matched(python: str, mix: Path, reference: Path, output: Path) -> bool:
    """Have matchering master a file; return whether it is there to do it."""
    request = {"tool": "matchering", "input": str(mix), "reference": str(reference), "output": str(output)}
    door = Path(__file__).with_name("peers.py")
    done = subprocess.run(
        [python, "-W", "ignore", str(door)],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    if "missing" in answer:
        print(f"without matchering: {answer['missing']}", file=sys.stderr)
    return "missing" not in answer


def _master(mix: Path, reference: Path) -> MasterResult:
    request = MasterRequest(
        input_path=to_text(mix),
        output_folder=to_text(mix.parent),
        references=(to_text(reference),),
        match=("tone", "dynamics"),
        anyway=True,
    )
    return run_master(request)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def paired(name: str, both: tuple[Track, Track], folder: Path, python: str) -> Paired:
    """Master the first of two songs towards the second, in both ways and by both programs."""
    mix, reference = folder / "mix.wav", folder / "reference.wav"
    for track, path in zip(both, (mix, reference), strict=True):
        audio, rate_hz = load(track, EXCERPT_S)
        soundfile.write(path, audio, rate_hz, subtype="PCM_24")
    made = _master(mix, reference)
    theirs = folder / "matchering.wav"
    is_there = matched(python, mix, reference, theirs)
    return Paired(
        name=name,
        before_db=distance_db(mix, reference),
        ours_db=distance_db(to_path(made.output), reference),
        matchering_db=distance_db(theirs, reference) if is_there else None,
        plr_before_db=_number(made.before.plr_db),
        plr_asked_db=_number(run_analysis(reference, with_series=False).measurement.plr_db),
        plr_met_db=_number(made.after.plr_db),
        is_told=any("eferences" in note and "from loudness to peak" in note for note in made.notes)
        or any(note.startswith("Peak to loudness") and ", not the" in note for note in made.notes),
        lra_before_lu=_number(made.before.range_lu),
        lra_ours_lu=_number(made.after.range_lu),
        lra_matchering_lu=_number(run_analysis(theirs, with_series=False).measurement.range_lu) if is_there else None,
    )


def _summary(rows: list[Paired]) -> str:
    ours = np.array([row.closed(row.ours_db) for row in rows])
    theirs = np.array([row.closed(row.matchering_db) for row in rows if row.matchering_db is not None])
    words = [
        f"Ours closes {_ASKED * 100:.0f} % or more of the distance on {(ours >= _ASKED).sum()} of {len(rows)} pairs"
    ]
    words[0] += f" ({np.median(ours) * 100:.0f} % in the middle, {ours.min() * 100:.0f} % at least)"
    if theirs.size:
        many = f"matchering on {(theirs >= _ASKED).sum()} of {theirs.size}"
        words.append(f"{many} ({np.median(theirs) * 100:.0f} %, {theirs.min() * 100:.0f} %)")
    met = [abs(row.plr_met_db - row.plr_asked_db) <= _ASKED_DB for row in rows]
    told = [row.is_told and not is_met for row, is_met in zip(rows, met, strict=True)]
    words.append(
        f"peak to loudness is within {_ASKED_DB:g} dB of the reference's on {sum(met)}, told why not on {sum(told)}"
    )
    grown = max(row.lra_ours_lu - row.lra_before_lu for row in rows)
    words.append(f"LRA grows by {max(grown, 0.0):.1f} LU at most")
    return "; ".join(words) + "."


def _section(rows: dict[str, list[Paired]], lacking: list[str]) -> str:
    titles = [
        "song, towards",
        "octaves apart, dB",
        "ours",
        "matchering",
        "peak to loudness: mix, asked, met",
        "LRA: mix, ours, matchering",
    ]
    head = f"""## Towards a reference

Made by `python -m bench.mastering.pairs`. {machine()}. Two songs by one author out of one package, {EXCERPT_S:g} s from
the middle of each, peaks at -6 dBFS: the first is mastered towards the second. *Octaves apart* is the rms difference of
the octave levels from 63 Hz to 16 kHz, measured by scipy in the finished files; in brackets the share of the distance
that is closed. Ours with `--reference FILE --match tone,dynamics` and nothing else (to -14 LUFS); matchering with its
defaults. *(told)*: the master says why peak to loudness is not met."""
    done, all_of_them = sum(map(len, rows.values())), sum(map(len, _SETS.values()))
    if done < all_of_them:
        lacking = [*lacking, f"The run was ended after {done} of {all_of_them} pairs."]
    parts = [head, *lacking]
    for name, found in rows.items():
        if found:
            parts.append(f"### {name}\n\n{table(titles, [row.cells for row in found])}\n\n{_summary(found)}")
    return "\n\n".join(parts)


def _songs() -> tuple[dict[tuple[str, str], Track], list[str]]:
    found: dict[tuple[str, str], Track] = {}
    lacking: list[str] = []
    for of in ("development", "held-out"):
        try:
            for track in tracks(of):
                found.setdefault((track.package, track.name), track)
        except MusicError as error:
            lacking.append(str(error))
        made, missing = rendered_tracks(of)
        found |= {(track.package, track.name): track for track in made}
        lacking += [line for line in missing if line not in lacking]
    return found, lacking


def main(arguments: list[str] | None = None) -> int:
    """Measure every pair and renew the section of the document."""
    parser = argparse.ArgumentParser(prog="python -m bench.mastering.pairs", description=__doc__.split("\n")[0])
    parser.add_argument("--peers-python", default=sys.executable, help="the Python matchering is installed in")
    parser.add_argument("--first", type=int, default=None, help="only so many pairs of each set, nothing written")
    asked = parser.parse_args(arguments)
    songs, lacking = _songs()
    rows: dict[str, list[Paired]] = {title: [] for title in _SETS}
    for number in range(max(map(len, _SETS.values())) if asked.first is None else asked.first):
        for title, pairs in _SETS.items():
            for package, mix, reference in pairs[number : number + 1]:
                if (package, mix) not in songs or (package, reference) not in songs:
                    lacking.append(f"{package}: {mix}, {reference} are not here.")
                    continue
                with tempfile.TemporaryDirectory(prefix="freshears-pairs-") as folder:
                    both = (songs[package, mix], songs[package, reference])
                    rows[title].append(paired(f"{mix}, {reference}", both, Path(folder), asked.peers_python))
                print(" | ".join(rows[title][-1].cells), file=sys.stderr, flush=True)
        if asked.first is None:  # a run that is ended early leaves what it measured
            text = DOCUMENT.read_text(encoding="utf-8")
            DOCUMENT.write_text(replace_section(text, SECTION, _section(rows, lacking)), encoding="utf-8")
    if asked.first is not None:
        print(_section(rows, lacking))
    return 0


if __name__ == "__main__":
    sys.exit(main())
