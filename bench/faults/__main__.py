"""`python -m bench.faults`: how much the detectors find in real music, and what they invent.

Examples:
    python -m bench.faults --only holes                      # a family, the development set
    python -m bench.faults --only "hole, hard" --share 0.2   # kinds whose name begins so, a fifth of the places
    python -m bench.faults --clean                           # what is said of songs into which nothing was put
"""

import argparse
import sys

from bench.faults.clean import Said, run_clean
from bench.faults.document import STATE, keep_results, write_clean, write_results
from bench.faults.journal import Journal
from bench.faults.kinds import FAMILIES
from bench.faults.kinds.kind import Kind, SongKind
from bench.faults.music import SETS, MusicError, Track, tracks
from bench.faults.rendered import rendered_tracks
from bench.faults.run import SEED, Result, run


def main() -> int:
    """Run what was asked for."""
    wanted = _arguments()
    try:
        songs = tracks(wanted.music)
    except MusicError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(songs)} songs ({wanted.music})")
    if wanted.clean:
        songs = (songs + _lossless(wanted.music))[:: round(1 / wanted.share)]
        said = _clean(songs, wanted.processes)
        if wanted.write:
            write_clean(wanted.music, said, songs)
        return 0
    results = _measured(wanted, songs)
    for result in results:
        print(_line(result))
        for outcome in result.asked if wanted.missed else ():
            if not outcome.found:
                print(f"    missed: {outcome.track} {outcome.at_s:.3f} s  {' '.join(outcome.said)}")
    if wanted.write:
        keep_results(wanted.music, results)
        write_results(wanted.music, FAMILIES, songs)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=sorted(SETS), default="development", dest="music")
    parser.add_argument("--only", action="append", metavar="FAMILY|KIND", help="a family, or how a kind's name begins")
    parser.add_argument("--share", type=float, default=1.0, help="of the places of each kind; of the clean songs")
    parser.add_argument("--most", type=int, help="places of each kind, however many it asks for")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--go-on", action="store_true", help="what a stopped run has measured of this set counts")
    parser.add_argument("--missed", action="store_true", help="also name every place that was not found")
    parser.add_argument("--clean", action="store_true", help="songs as they are")
    parser.add_argument("--write", action="store_true", help="renew the tables of docs/accuracy.md")
    return parser.parse_args()


def _measured(wanted: argparse.Namespace, songs: list[Track]) -> list[Result]:
    kinds = [k for k in _kinds() if not wanted.only or any(_asked(k, only) for only in wanted.only)]
    needed = any(isinstance(k, SongKind) and k.is_from_lossless for k in kinds)
    return run(
        kinds,
        songs,
        lossless=_lossless(wanted.music) if needed else [],
        share=wanted.share,
        most=wanted.most,
        seed=wanted.seed,
        processes=wanted.processes,
        journal=Journal(STATE / f"{wanted.music}.jsonl", goes_on=wanted.go_on),
        told=_now,
    )


def _lossless(of: str) -> list[Track]:
    songs, lacking = rendered_tracks(of)
    print("\n".join([f"{len(songs)} songs rendered here, never encoded ({of})", *lacking]))
    return songs


def _clean(songs: list[Track], processes: int) -> list[Said]:
    said = run_clean(songs, processes=processes, told=_now)
    for kind in ("fault", "listen"):
        number = sum(one.kind == kind for one in said)
        print(f"{kind}: {number} in {len(songs)} songs ({number / len(songs):.2f} a song)")
    return said


def _now(line: str) -> None:
    print(line, flush=True)


def _kinds() -> list[Kind]:
    return [kind for family in FAMILIES.values() for kind in family]


def _asked(kind: Kind, only: str) -> bool:
    return kind.name.startswith(only) or kind in FAMILIES.get(only, ())


def _line(result: Result) -> str:
    found, asked = sum(o.found for o in result.asked), len(result.asked)
    share = f"{100 * found / asked:.1f} %" if asked else "none was put in"
    aim = f", aim {100 * result.kind.least:.0f} %" if result.kind.least is not None else ""
    rate = f" at {result.rate_hz} Hz" if result.rate_hz else ""
    every = ""
    if asked != len(result.outcomes):
        every = f"; of all {sum(o.found for o in result.outcomes)} / {len(result.outcomes)}"
    return f"{result.kind.name}{rate}: {found} / {asked}, {share}{aim}{every}"


if __name__ == "__main__":
    sys.exit(main())
