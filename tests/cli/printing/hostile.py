"""A home in which everything that can be named is named by somebody who means harm, and what commands are asked."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile as sf

from bridge.engine.analyse import run_analysis
from bridge.model import Handoff, ListeningTick
from bridge.model.song_state import ModeChange
from bridge.pathtext import to_text
from bridge.songs.mending import Mending
from bridge.store import NewBounce
from tests.cli.run import ROOT
from tests.daw.projects import projects
from tests.store.fresh import fresh_store

# Clear the screen, move, colour, a link, the title by a C1 control, reading direction, DEL, a line of its own.
DRIVES = "\x1b[2J\x1b[3C\x1b[31;107m\x1b]8;;x\x07link\x1b\\\x9b5m\x9d0;t\x9c\u202eorder\u2066\x7f\x08\r\t\nFORGED"
HOSTILE = f"Bad [bold]live[/] [link=x]go[/link] :car: ✓ − “夜” é {DRIVES}"
NOT_UTF_8 = "latin \udce9 byte"
SONG, OTHER = "Harbour [live]", f"Tide {HOSTILE.replace('/', '')}"
RATE_HZ = 22_050


class House(NamedTuple):
    """Where everything is."""

    root: Path
    home: Path
    mix: Path
    other: Path
    broken: Path
    project: Path
    session: Path
    ardour: Path
    reaper: Path


def build(root: Path) -> House:
    """Write a home, its store, sound files, projects and DAW folders."""
    home, folder = root / f"home {DRIVES}", root / f"Bounces {DRIVES}"
    home.mkdir()
    folder.mkdir()
    mix, other = folder / f"{SONG} {DRIVES}.wav", folder / f"{OTHER}.wav"
    noise = 0.1 * np.random.default_rng(3).normal(0, 1, (RATE_HZ, 2)) * np.hanning(RATE_HZ)[:, None]
    noise[:50] = noise[-50:] = 0.0
    sf.write(mix, noise, RATE_HZ, subtype="PCM_24")
    sf.write(other, 0.5 * noise, RATE_HZ, subtype="PCM_24")
    broken = folder / f"broken {NOT_UTF_8} {DRIVES}.wav"
    broken.write_text("no sound")
    _fill_store(home, folder, [(mix, SONG), (other, SONG), (other, OTHER)])
    _settings(home)
    chain = projects.fx(f'VST "VST3: {HOSTILE.splitlines()[0]}" x')
    project = projects.write(folder / f"{OTHER}.rpp", projects.project(chain))
    session = folder / f"session {DRIVES}"
    session.mkdir()
    real = ROOT / "tests" / "data" / "ardour" / "two_processors.ardour"
    shutil.copy(real, session / f"{session.name}.ardour")
    ardour, reaper = root / f"ardour7 {DRIVES}", root / f"REAPER {DRIVES}"
    ardour.mkdir()
    reaper.mkdir()
    (reaper / "reaper.ini").write_text("[REAPER]\n")
    return House(root, home, mix, other, broken, project, session, ardour, reaper)


def _fill_store(home: Path, folder: Path, files: list[tuple[Path, str]]) -> None:
    store = fresh_store(home / "freshears.db")
    analysis = run_analysis(files[0][0], with_series=False)
    for number, (path, song) in enumerate(files, start=1):
        new = NewBounce(path, 1, number, f"{number:064x}", song, song.casefold(), to_text(folder), HOSTILE, "folder")
        bounce, _ = store.bounces.record(new)
        job = store.jobs.add("analyse", path, "{}", f"{number}", bounce.id)
        store.jobs.end(job.id, "done")
        store.results.add_analysis(bounce.id, job.id, "listen", msgspec.json.encode(analysis).decode())
        store.results.set_report(bounce.id, job.id, f"{folder}/{OTHER}.html")
        store.results.add_master(bounce.id, None, "spotify", f"{folder}/{OTHER}.wav", "00" * 32, "{}")
        sheet = Handoff(must_survive=(HOSTILE,), references=(HOSTILE,), worries=(HOSTILE,), written_at=1.7e9)
        store.song_state.add_handoff(bounce.id, sheet)
        store.song_state.add_tick(bounce.id, ListeningTick(place=HOSTILE, heard_at=1.7e9, note=HOSTILE))
        store.song_state.add_override(bounce.id, "master", HOSTILE, 1.7e9)
        for at in (1.7e9, 1.71e9):
            mode = ModeChange(mode="mixing", source="person", why=HOSTILE, at=at)
            store.song_state.add_mode(mode, song_id=bounce.song_id)
        store.song_state.add_reply(bounce.song_id, "mixing", "needs", HOSTILE, 1.7e9)
    mending = Mending(store)
    mending.undo(mending.rename(store.bounces.songs()[0], HOSTILE).id)
    failed = store.jobs.add("analyse", folder / "x.wav", "{}", "failed")
    store.jobs.end(failed.id, "failed", f"{HOSTILE}: cannot be read")
    store.runtime.publish("bridge", published(folder))
    store.close()


def published(folder: Path) -> dict[str, object]:
    """Return what a running bridge says of itself."""
    seen = {"seen": HOSTILE, "why": HOSTILE, "remedy": HOSTILE}
    daw = {"daw": "reaper", "connected": True, "channels": [HOSTILE], "project_name": HOSTILE, "missing": [HOSTILE]}
    return {
        "version": "0.1.0",
        "folders": [{"path": to_text(folder), "there": False}],
        "osc_port": 9124,
        "page_url": "http://127.0.0.1:9/",
        "daws": [daw],
        "warnings": [seen],
        "noticed": [seen],
        "waiting_for": [HOSTILE],
        "waits_for_daw": HOSTILE,
        "current_job": {"kind": "analyse", "path": HOSTILE},
    }


def _settings(home: Path) -> None:
    quoted = msgspec.json.encode(HOSTILE).decode().replace("\x7f", "\\u007f")
    (home / "config.toml").write_text(f"[watch]\nfolders = [{quoted}]\n[osc]\nport = 0\n[page]\nenabled = false\n")
    own = f'title = {quoted}\nintegrated_lufs = -14.0\nceiling_dbtp = -1.0\nplayback = "none"\nnote = {quoted}\n'
    (home / "targets.toml").write_text(f'[mine]\n{own}source = {quoted}\nconfidence = "read"\nchecked = 2026-11-01\n')
    (home / "presets.toml").write_text(f"[own]\ntitle = {quoted}\nwhy = {quoted}\n")


Scene = tuple[str, ...]
# What each command is asked, with names that mean harm typed and found; options that do nothing else are left out.
SCENES: dict[str, Callable[[House], list[Scene]]] = {
    "status": lambda _: [(), ("--json",)],
    "songs list": lambda _: [(), ("--json",), (DRIVES,)],
    "songs rename": lambda _: [(HOSTILE, "x"), (SONG, "")],
    "songs merge": lambda _: [(SONG, HOSTILE), (SONG, SONG)],
    "songs split": lambda _: [(HOSTILE,), (f"{SONG}:1", f"{SONG}:2", "--as", HOSTILE)],
    "songs move": lambda _: [(SONG, HOSTILE), (SONG, SONG)],
    "songs forget": lambda _: [(HOSTILE,), (SONG,)],
    "songs version": lambda _: [(HOSTILE, HOSTILE), (SONG, "main")],
    "songs answer": lambda _: [(SONG, "same"), (HOSTILE, "new"), (SONG, HOSTILE)],
    "songs undo": lambda _: [(), ("99",), (HOSTILE,)],
    "songs history": lambda _: [(), ("--json",), (HOSTILE,)],
    "add": lambda h: [(str(h.mix), "--dry-run"), (str(h.root), "--dry-run", "--json"), (f"{DRIVES}.wav",)],
    "analyze": lambda h: [
        (str(h.mix), str(h.broken), "--reference", str(h.other)),
        (str(h.mix), "--json"),
        (f"{DRIVES}.wav",),
        (str(h.mix), "--reference", f"{DRIVES}.wav"),
    ],
    "master": lambda h: [
        (str(h.mix), "--explain", "--anyway"),
        (str(h.broken), "--explain"),
        (str(h.mix), "--explain", "--target", HOSTILE),
        (str(h.mix), "--match", HOSTILE),
        (str(h.mix), "--weights", HOSTILE),
        (f"{DRIVES}.wav",),
        (str(h.mix), "--lufs", HOSTILE),
    ],
    "retry": lambda _: [(), ("--json",), ("99",), ("99", "--dismiss"), (HOSTILE,)],
    "targets": lambda _: [(), ("--json",)],
    "report": lambda h: [(SONG,), (str(h.broken),), (HOSTILE,), (str(h.mix), "--out", str(h.broken)), (SONG, "--json")],
    "mode": lambda _: [(SONG,), (SONG, "--json"), (HOSTILE,), (SONG, HOSTILE), (SONG, "--answer", HOSTILE)],
    "handoff": lambda h: [
        (SONG, "--show"),
        (SONG, "--keep", HOSTILE),
        (HOSTILE,),
        (SONG, "--intent", HOSTILE),
        (SONG, "--file", str(h.broken)),
        (SONG, "--file", f"{DRIVES}.md"),
        (SONG, "--bounce", HOSTILE),
    ],
    "rest": lambda _: [(SONG,), (SONG, "--json"), (HOSTILE,), (SONG, "--bounce", "99")],
    "checklist": lambda _: [(SONG,), (SONG, "--json"), (SONG, HOSTILE, "--note", HOSTILE), (HOSTILE,)],
    "diff": lambda h: [(str(h.mix), str(h.other), "--bands"), (SONG,), (SONG, HOSTILE), (HOSTILE,)],
    "plugins classify": lambda _: [(HOSTILE, NOT_UTF_8), (HOSTILE, "--json"), (NOT_UTF_8, "--json"), ("-",)],
    "plugins learn": lambda h: [
        (str(h.mix),),
        (DRIVES,),
        (str(h.root / "nothing"), "--into", str(h.root / f"{DRIVES}.toml")),
    ],
    "open": lambda _: [(), (HOSTILE,), ("--json",)],
    "inspect": lambda h: [
        (str(h.project),),
        (str(h.project), "--json"),
        (str(h.session),),
        (str(h.mix),),
        (f"{DRIVES}.rpp",),
        (str(h.broken),),
    ],
    "doctor": lambda h: [
        (),
        ("--json",),
        ("--reaper-live",),
        ("--store",),
        ("--store", "--json"),
        ("--report", "--out", str(h.root / f"report {DRIVES}.txt")),
        ("--report", "--out", str(h.root / "no such folder" / "x.txt")),
    ],
    "install reaper": lambda h: [
        ("--folder", str(h.reaper), "--dry-run"),
        ("--folder", str(h.reaper)),
        ("--folder", DRIVES),
    ],
    "install ardour": lambda h: [
        ("--folder", str(h.ardour), "--dry-run"),
        ("--folder", str(h.ardour), "--session", str(h.session)),
        ("--folder", DRIVES),
        ("--folder", str(h.ardour), "--session", DRIVES),
    ],
    "uninstall reaper": lambda h: [("--folder", str(h.reaper), "--dry-run"), ("--folder", DRIVES)],
    "uninstall ardour": lambda h: [("--folder", str(h.ardour)), ("--folder", DRIVES)],
    "stop": lambda _: [()],
    "service install": lambda _: [("--dry-run",), ("--with", HOSTILE), ("--with", "systemd", "--later")],
    "service uninstall": lambda _: [("--dry-run",), ()],
    "service status": lambda _: [(), ("--json",)],
    "projects find": lambda _: [(), ("--json",)],
    "projects add": lambda h: [(str(h.root / f"new {DRIVES}"),), (str(h.mix),), (DRIVES,)],
    "projects remove": lambda h: [(str(h.root / f"no such {DRIVES}"),), (HOSTILE,)],
    "projects list": lambda _: [(), ("--json",)],
    "watch add": lambda h: [(str(h.root / f"new {DRIVES}"),), (str(h.mix),), (DRIVES,)],
    "watch remove": lambda h: [(str(h.root / f"no such {DRIVES}"),), (HOSTILE,)],
    "watch list": lambda _: [(), ("--json",)],
    "export": lambda h: [(str(h.mix),), (str(h.root / "no such folder" / f"{DRIVES}.zip"),)],
    "import": lambda h: [(str(h.broken),), (str(h.mix), "--map", HOSTILE), (f"{DRIVES}.zip",)],
    "relocate": lambda h: [
        (str(h.mix.parent), str(h.root), "--dry-run"),
        (DRIVES, HOSTILE),
        (HOSTILE, str(h.root)),
    ],
    "config path": lambda _: [()],
    "config show": lambda _: [(), ("--json",), ("--defaults",)],
    "config edit": lambda _: [()],
}
