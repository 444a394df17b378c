"""Make this set again, with Fresh Ears 0.1.0 itself; how it is started stands in the README beside it.

Everything happens in one folder (``/music``): a REAPER (the stand-in of 0.1.0's own tests, running its real scripts), a
bridge, a person at the command line, and a power cut with jobs under way.
"""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import soundfile

from bridge.app.news import BounceJudged, BounceLanded, MasterMade
from bridge.daw.ardour_scripts import scripts_folder
from bridge.daw.ardour_slots import FILE
from bridge.daw.install_ardour import apply, plan_install
from bridge.demo import compose
from bridge.osc.addresses import MASTER
from tests.daw.test_install_ardour import OWN
from tests.reaper.studio import Studio
from tests.reaper.world import Fx, Project

MUSIC = Path("/music")
OUT = Path(sys.argv[1])
RATE_HZ = 22_050
LIMITER, GLUE = "VST3: Pro-L 2 (FabFilter)", "VST3: The Glue (Cytomic)"
OWN_LIST = """# what I have built
[any]
loudness = ["house limiter"]

[mine]
names = ["me"]
default = "tone"
"""
# What a command prints for other programs: the new version must print the same.
SAID = {
    "songs": ["songs"],
    "mode Tide": ["mode", "Tide"],
    "mode Über den Wolken": ["mode", "Über den Wolken"],
    "handoff Tide": ["handoff", "Tide", "--show"],
    "handoff Über den Wolken": ["handoff", "Über den Wolken", "--show"],
    "checklist Tide": ["checklist", "Tide"],
    "rest Über den Wolken": ["rest", "Über den Wolken"],
    "report Tide": ["report", "Tide"],
    "report Über den Wolken": ["report", "Über den Wolken"],
    "config": ["config", "show"],
    "plugins": ["plugins", "classify", "House Limiter", "Pro-L 2", "The Glue", "Nobody Knows"],
}


def freshears(home: Path, *arguments: str) -> str:
    """Run a command of the old version and return what it printed."""
    environment = dict(os.environ, FRESHEARS_HOME=str(home))
    ran = subprocess.run(
        [sys.executable, "-m", "bridge", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    print("$ freshears", *arguments, ran.stderr, sep=" ")
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout


def settings(home: Path) -> None:
    """Let 0.1.0 write its settings file, and change it as a person does: take the # away."""
    fresh = MUSIC / "fresh"
    os.environ["EDITOR"] = "true"
    freshears(fresh, "config", "edit")
    text = (fresh / "config.toml").read_text(encoding="utf-8")
    lines = [f'folders = ["{MUSIC}/Bounces"]' if line.startswith("folders = ") else line for line in text.splitlines()]
    changes = {
        "# settle_s = 2.0": "settle_s = 0.5",
        "# ignore = []": 'ignore = ["*stem*"]',
        '# first_start = "newest"': 'first_start = "all"',
        "# port = 9124": "port = 0",
        "# hours = 24.0": "hours = 12.0",
        '# places = ["car", "headphones", "phone", "small speaker", "mono", "quiet"]': 'places = ["car", "kitchen"]',
        '# target = "spotify"': 'target = "cd"',
        '# "nightdrive_ALT*" = "Night Drive"': '"nightdrive_ALT*" = "Night Drive"',
        "# balance_listen_db = 1.0": "balance_listen_db = 1.5",
    }
    for before, after in changes.items():
        assert lines.count(before) == 1, before
        lines[lines.index(before)] = after
    for number, line in enumerate(lines):  # the DAWs and the page of this computer are none of its business
        if line in {"[ardour]", "[reaper]", "[page]"}:
            lines[number] = f"{line}\nenabled = false"
    (home / "config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def afternoon(studio: Studio) -> None:
    """A warning that is answered, one that stays, a bounce, a hand-off, a master, a question, a mode."""
    host, project = studio.host, studio.host.project
    project.length_s = 6.0
    studio.until(lambda: studio.status()["daws"], 10)

    def put(*fx: Fx) -> None:
        host.project.master.fx = list(fx)
        host.touch()

    def open_song(name: str) -> None:
        host.projects[1:] = [Project(path=str(MUSIC / "REAPER" / "projects" / f"{name}.rpp"))]
        host.current = 1

    put(Fx("VST3: Mine (Me)", gain=9.0))  # clips
    studio.run(1)
    host.start("freshears_bounce.lua")
    studio.until(lambda: "Tide, revision 1" in studio.board().get("verdict", ""), 90)
    put(Fx("VST3: Mine (Me)", gain=0.4))
    studio.run(1)
    host.start("freshears_bounce.lua")
    studio.until(lambda: "Tide, revision 2" in studio.board().get("verdict", ""), 90)
    host.inputs = ["intimate\nthe breath\n\ncar; phone\n"]
    host.start("freshears_handoff.lua")
    studio.until(lambda: studio.board().get("sheet_survive") == "the breath", 5)
    for _ in range(2):  # the first time it says that the sheet is not complete
        host.start("freshears_master.lua")
        studio.until(lambda: "Make the master" in studio.shown(), 5)
        studio.press("Make the master")
        studio.until(lambda: "The master was not made" in studio.shown() or studio.jobs("master"), 60)
        if "Close" in studio.screen.texts():
            studio.press("Close")

    open_song("Squall")
    put(Fx(LIMITER))
    studio.until(studio.warnings, 8)
    studio.until(lambda: "It is part of the sound" in studio.shown(), 5)
    studio.press("It is part of the sound")
    studio.until(lambda: not studio.warnings(), 5)
    open_song("Shoal")
    host.start("freshears_panel.lua")
    studio.until(lambda: "What does this song still need?" in studio.shown(), 6)
    studio.press("Answer …")
    host.inputs = ["a quieter, second verse"]
    studio.press("Answer")
    studio.until(lambda: "a quieter, second verse" in studio.shown(), 5)
    studio.press("Back")
    open_song("Storm")
    put(Fx(GLUE), Fx(LIMITER))
    studio.until(studio.warnings, 8)
    studio.run(2)


def at_the_prompt(home: Path) -> None:
    """What a person does in a terminal."""
    song = "Über den Wolken"
    freshears(home, "mode", "Tide", "mixing", "--why", "one more pass")
    freshears(home, "mode", "Tide", "--answer", "needs=louder toms")
    freshears(home, "checklist", "Tide", "car", "--note", "the bass booms at the lights")
    freshears(home, "checklist", "Tide", "kitchen")
    freshears(home, "checklist", song, "my old radio")
    freshears(home, "handoff", song, "--intent", "strange", "--keep", "the hiss", "--reference", "Boards – Roygbiv")
    freshears(home, "handoff", song, "--worry", "phones", "--worry", "„quiet“ rooms", "--complete")


def bounces(folder: Path) -> list[Path]:
    """Write three bounces of a song with a name that is not plain, as another DAW would."""
    audio = compose(RATE_HZ).mix
    made = []
    for number, gain in ((1, 0.5), (2, 0.45), (3, 0.4)):
        path = folder / f"Über den Wolken v{number}.wav"
        soundfile.write(path, audio[: 6 * RATE_HZ] * gain, RATE_HZ, subtype="PCM_16")
        made.append(path)
        time.sleep(1.5)
    return made


def main() -> None:
    """Make the set."""
    home, folder = MUSIC / "home", MUSIC / "Bounces"
    home.mkdir(parents=True)
    (home / "plugins.toml").write_text(OWN_LIST, encoding="utf-8")
    studio = Studio(MUSIC)
    afternoon(studio)
    mailbox = MUSIC / "REAPER" / "FreshEars"
    kept = OUT / "mailbox"
    shutil.rmtree(kept, ignore_errors=True)
    (kept / "requests").mkdir(parents=True)
    studio.until(lambda: studio.board().get("notices"), 5)
    for name in ("state.json", "board.json"):
        shutil.copy(mailbox / name, kept / name)
    # Asked while no bridge runs: the next one finds it.
    studio.bridge.kill()
    studio.host.inputs = ["energetic\nthe drop\nNight Drive\n\n"]
    studio.host.start("freshears_handoff.lua")
    studio.host.start("freshears_panel.lua")
    studio.press("It is part of the sound")
    studio.host.current = 0
    studio.host.touch()
    studio.host.start("freshears_bounce.lua")
    studio.run(0.5)
    for path in (mailbox / "requests").glob("*.json"):
        shutil.copy(path, kept / "requests" / path.name)
    studio.host.quit()
    studio.close()

    settings(home)
    bridge = studio.bridge
    bridge.start()
    for path in bounces(folder):
        bridge.wait_for(BounceJudged, lambda news, path=path: Path(news.bounce.path) == path)
    bridge.say(MASTER, str(folder / "Über den Wolken v2.wav"))
    bridge.say(MASTER, str(folder / "Über den Wolken v2.wav"))
    bridge.wait_for(MasterMade)
    at_the_prompt(home)
    # A power cut: one job under way, two wait.
    audio = compose(RATE_HZ).mix
    for number in (1, 2, 3):
        soundfile.write(folder / f"Night Drive v{number}.wav", audio[: (4 + number) * RATE_HZ] * 0.3, RATE_HZ)
        bridge.wait_for(BounceLanded)
    bridge.kill()
    save(home)


def save(home: Path) -> None:
    """Copy what was written, small: the store compacted, and packed as it is."""
    OUT.mkdir(exist_ok=True)
    said = {}
    for name, arguments in SAID.items():
        printed = freshears(home, *arguments, *([] if name == "config" else ["--json"]))
        said[name] = printed if name == "config" else json.loads(printed)
    store = home / "freshears.db"
    connection = sqlite3.connect(store)
    print(connection.execute("SELECT kind, path, state FROM jobs").fetchall())
    said["analyses"] = [
        {"bounce_id": bounce_id, "verdict": verdict, "checks": [found["check"] for found in data["findings"]]}
        | {name: data["measurement"][name] for name in ("integrated_lufs", "true_peak_dbtp", "crest_db", "range_lu")}
        for bounce_id, verdict, text in connection.execute("SELECT bounce_id, verdict, data FROM analyses")
        for data in [json.loads(text)]
    ]
    (OUT / "said.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("VACUUM")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    (OUT / "freshears.db.gz").write_bytes(gzip.compress(store.read_bytes(), 9, mtime=0))
    for name in ("config.toml", "plugins.toml"):
        shutil.copy(home / name, OUT / name)
    ardour = MUSIC / "ardour7"
    ardour.mkdir()
    (ardour / FILE).write_text(OWN, encoding="utf-8")
    (OUT / "own_ui_scripts").write_text(OWN, encoding="utf-8")
    apply(plan_install(ardour, scripts_folder()).changes)
    (OUT / "ui_scripts.gz").write_bytes(gzip.compress((ardour / FILE).read_bytes(), 9, mtime=0))


main()
