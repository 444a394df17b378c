"""REAPER: reading saved projects, and what watching costs on both sides."""

import time
import tracemalloc
from pathlib import Path

from bench.document import table
from bench.options import Options
from bridge.daw.projects.rpp import read_rpp
from tests.daw.projects import projects
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.rig import Rig
from tests.daw.reaper.standin.world import Fx

NAME = "reaper"
TITLE = "REAPER"

_LOOKS = 2000
_WATCHED_S = 60


def run(options: Options) -> str:
    """Measure and return the section's text."""
    return "\n\n".join([_INTRODUCTION, _projects(options), _idle(options)])


_INTRODUCTION = """Saved projects are read in one pass; aim: 20 MB/s, and memory that does not grow. Watching: how
many calls the scripts make to REAPER per second while nothing changes (counted in the stand-in; REAPER itself is not
here), and what the bridge's five looks a second cost, with a heartbeat to read every second."""


def _projects(options: Options) -> str:
    rows = []
    for items in (800, 8000):
        path = options.folder / f"{items}.rpp"
        chain = projects.fx('VST "VST3: Pro-L 2 (FabFilter)" x')
        if not path.exists():
            projects.write(path, projects.project(chain, tracks=100, items=items))
        size_mb = path.stat().st_size / 1e6
        options.say(f"a project of {size_mb:.0f} MB")
        read_s = min(_timed(path) for _ in range(options.rounds))
        rows.append([f"{size_mb:.0f} MB, {items * 100:,} items", f"{size_mb / read_s:.0f}", f"{_peak_kib(path):.0f}"])
    return table(["project", "MB/s", "peak KiB"], rows)


def _timed(path: Path) -> float:
    start = time.perf_counter()
    read_rpp(path)
    return time.perf_counter() - start


def _peak_kib(path: Path) -> float:
    tracemalloc.start()
    read_rpp(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024


def _idle(options: Options) -> str:
    rows = []
    for count in (0, 10, 30):
        options.say(f"watching {count} effects")
        host = Host(options.folder / f"reaper-{count}")
        host.project.master.fx = [Fx(f"VST3: Effect {n}") for n in range(count)]
        rig = Rig(host)
        host.start("freshears_watch.lua")
        rig.run(2)
        host.calls.clear()
        host.run(_WATCHED_S)
        calls = len(host.calls) / _WATCHED_S
        busy_s = 0.0
        for _ in range(_LOOKS):
            host.run(0.2, step_s=0.1)
            start = time.process_time()
            rig.adapter.look()
            busy_s += time.process_time() - start
        rows.append([str(count), f"{calls:.0f}", f"{busy_s / (_LOOKS * 0.2):.3%}"])
    return table(["effects on the master", "calls to REAPER per second", "bridge, share of a core"], rows)
