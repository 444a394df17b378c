"""What the bridge costs while nothing happens beside an open Ardour session: CPU time of both processes."""

import time

import psutil

from bench.document import table
from bench.options import Options
from tests.daw.ardour.rig import missing_programs, wait_for
from tests.daw.ardour.studio import LIMITER, METER, Studio, write_stems

NAME = "ardour-polling"
TITLE = "Beside an open Ardour session"
SECONDS = 60.0
SLICES = 4  # with and without the bridge in turn, so that the machine's other work falls on both


def cpu_s(pid: int) -> float:
    """Return the CPU time a process has used, all its threads."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def share(pids: tuple[int, ...], seconds: float) -> list[float]:
    """Return the part of one core that each process uses, in percent."""
    before, began = [cpu_s(pid) for pid in pids], time.monotonic()
    time.sleep(seconds)
    passed_s = time.monotonic() - began
    return [100.0 * (cpu_s(pid) - was) / passed_s for pid, was in zip(pids, before, strict=True)]


def measured(studio: Studio, slice_s: float) -> tuple[float, float, float]:
    """Return the bridge's percentage, and Ardour's with and without the bridge."""
    ours, beside, alone = [], [], []
    for _ in range(SLICES):
        studio.bridge.start()
        wait_for(lambda: studio.ardour_status().get("project_name"), 30.0, "the bridge to know Ardour")
        time.sleep(3.0)  # starting is not polling
        bridge, ardour = share((studio.bridge.process.pid, studio.daw.process.pid), slice_s)
        ours.append(bridge)
        beside.append(ardour)
        studio.bridge.stop()
        alone += share((studio.daw.process.pid,), slice_s)
    return sum(ours) / SLICES, sum(beside) / SLICES, sum(alone) / SLICES


def run(options: Options) -> str:
    """Measure and return the section's text."""
    if missing := missing_programs():
        return f"Not measured here: {', '.join(missing)} not installed."
    folder = options.folder / "ardour"
    folder.mkdir(exist_ok=True)
    studio = Studio(folder)
    try:
        studio.open(studio.home.new_session("Song"))
        studio.import_stems(write_stems(folder / "stems", 20.0))
        studio.add_to_master(METER)
        studio.add_to_master(LIMITER)
        studio.daw.lua("Session:master_out ():nth_plugin (0):deactivate ()")
        options.say("Ardour: polling cost")
        slice_s = (4.0 if options.quick else SECONDS) / SLICES
        bridge, beside, alone = measured(studio, slice_s)
    finally:
        studio.close()
    rows = [
        ["the bridge, all of it", f"{bridge:.2f}"],
        ["Ardour with the bridge", f"{beside:.2f}"],
        ["Ardour without the bridge", f"{alone:.2f}"],
        ["what the bridge adds to Ardour", f"{beside - alone:+.2f}"],
    ]
    return (
        f"Idle for {slice_s * SLICES:.0f} s in {SLICES} slices, with and without the bridge in turn; Ardour 7.3 with "
        "its screen, three tracks, two plug-ins on the master, scripts installed.\n\n"
        + table(["process", "% of one core"], rows)
        + "\n\nAim: under 1 % for the bridge and for what it adds to Ardour."
    )
