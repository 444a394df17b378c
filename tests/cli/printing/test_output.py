"""What commands print, whatever it is about and wherever it goes: safe for a terminal, written in any encoding."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import typer.main

from bridge.app.loop.locking import A_BRIDGE
from bridge.cli.root import app
from bridge.filelock import FileLock
from bridge.store import Store
from tests.cli.printing.hostile import DRIVES, HOSTILE, NOT_UTF_8, RATE_HZ, SCENES, SONG, House, build
from tests.cli.printing.output import ENCODINGS, KINDS, Printed, freshears_here
from tests.cli.run import ROOT
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

# Commands that run for long have tests of their own below or beside; what they print is tested there.
ELSEWHERE = {
    "run": "test_run_prints_what_can_be_written",
    "demo": "test_the_demo_prints_what_can_be_written",
    "restart": "test_a_restart_prints_what_can_be_written",
}
# What rich itself says to a terminal: styles, the cursor hidden and shown, lines gone over again.
OF_RICH = re.compile(rb"\x1b\[(?!31;107m)[0-9;]*m|\x1b\[\?25[lh]|\x1b\[1A|\x1b\[2K|\r")
DRIVING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The hostile home; a bridge seems to run in it."""
    found = build(tmp_path_factory.mktemp("house"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRESHEARS_HOME", str(found.home))
        patch.setenv("XDG_CONFIG_HOME", str(found.root / "nothing"))
        patch.setenv("HOME", str(found.root))
        patch.setenv("EDITOR", "true")
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("COLUMNS", "120")
        for name in ("VISUAL", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        patch.setattr(webbrowser, "open", lambda _url: True)
        patch.setattr("bridge.daw.ardour.install.is_running", lambda: False)  # another worker's may begin or end
        yield found


@pytest.fixture
def running(house: House) -> Iterator[None]:
    """Commands that only read find a bridge running."""
    lock = FileLock(house.home / "freshears.lock")
    assert lock.acquire(A_BRIDGE)
    yield
    lock.release()


def leaves() -> list[str]:
    """Return every command there is, as typer knows them."""

    def below(command: object, words: tuple[str, ...]) -> Iterator[str]:
        commands = getattr(command, "commands", None)
        if commands is None:
            yield " ".join(words)
        for name, one in (commands or {}).items():
            yield from below(one, (*words, name))

    return list(below(typer.main.get_command(app), ()))


def test_every_command_is_asked() -> None:
    assert set(leaves()) == set(SCENES) | set(ELSEWHERE)
    assert all(name in globals() for name in ELSEWHERE.values())


def asked(house: House, command: str, folder: Path, **where: str) -> Iterator[tuple[tuple[str, ...], Printed]]:
    for scene in SCENES[command](house):
        words = (*command.split(), *scene)
        yield words, freshears_here(words, folder=folder, stdin=HOSTILE.encode() + b"\xff\n", **where)


def check(words: tuple[str, ...], ran: Printed, encoding: str) -> None:
    """Fail when what was printed is not what anybody may be shown."""
    for printed in (ran.out, ran.err):
        text = OF_RICH.sub(b"", printed).decode(encoding)
        assert "Traceback" not in text, (words, text)
        assert not DRIVING.search(text), (words, DRIVING.findall(text), text)
        assert not any(line.lstrip().startswith("FORGED") for line in text.splitlines()), (words, text)


@pytest.mark.parametrize("command", SCENES)
def test_no_name_drives_the_terminal(command: str, house: House, tmp_path: Path) -> None:
    for kind in ("terminal", "pipe"):
        for words, ran in asked(house, command, tmp_path, kind=kind):
            check(words, ran, "utf-8")
            assert ran.code in {0, 1, 2}
            assert ran.out or ran.err
            if "--json" in words and ran.out:
                json.loads(OF_RICH.sub(b"", ran.out))


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("words", [(DRIVES,), (f"--{DRIVES}",), ("master", f"--{DRIVES}"), ("config", DRIVES)])
def test_no_word_that_is_no_command_drives_the_terminal(words: tuple[str, ...], tmp_path: Path) -> None:
    for encoding in ("utf-8", *ENCODINGS):
        ran = freshears_here(words, kind="terminal", encoding=encoding, folder=tmp_path)
        check(words, ran, encoding)
        assert ran.code == 2


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("command", ["status", "open", "doctor"])
def test_no_name_of_a_running_bridge_drives_the_terminal(command: str, house: House, tmp_path: Path) -> None:
    for words, ran in asked(house, command, tmp_path, kind="terminal"):
        check(words, ran, "utf-8")


@pytest.mark.parametrize("command", SCENES)
def test_every_command_prints_what_can_be_written(command: str, house: House, tmp_path: Path) -> None:
    codes = [ran.code for _, ran in asked(house, command, tmp_path)]
    for encoding, kind in itertools.product(ENCODINGS, KINDS):
        for (words, ran), code in zip(
            asked(house, command, tmp_path, kind=kind, encoding=encoding), codes, strict=True
        ):
            check(words, ran, encoding)
            assert ran.code == code, (words, ran)


QUIET = (
    '[watch]\nfirst_start = "all"\nsettle_s = 0.2\n[osc]\nport = 0\n[page]\nenabled = false\n'
    "[reaper]\nenabled = false\n[ardour]\nenabled = false\n"
)
SLOW_WAYS = list(zip(ENCODINGS, KINDS, strict=True))


@pytest.mark.parametrize(("encoding", "kind"), SLOW_WAYS)
def test_a_master_is_made_and_told_wherever_it_is_told(encoding: str, kind: str, house: House, tmp_path: Path) -> None:
    out = tmp_path / "Masters – ✓"
    words = ("master", str(house.mix), "--anyway", "--out", str(out))
    ran = freshears_here(words, kind=kind, encoding=encoding, folder=tmp_path)
    check(words, ran, encoding)
    assert (ran.code, len(list(out.glob("*.wav")))) == (0, 1), ran
    assert b"[ok] " in OF_RICH.sub(b"", ran.out)
    assert b"LUFS" in ran.out


def test_run_prints_what_can_be_written(tmp_path: Path) -> None:
    """A bridge in the plainest locale there is, a bounce whose name it cannot write, and its log."""
    home, folder = tmp_path / "home", tmp_path / "Bounces – ✓"
    home.mkdir()
    folder.mkdir()
    (home / "config.toml").write_text(QUIET)
    (folder / f"{SONG} {NOT_UTF_8} {DRIVES}.wav").write_text("no sound")
    (folder / f"夜 − {DRIVES}.wav").write_bytes(_a_bounce(tmp_path))
    printed = run_plainly(home, "run", "--watch", str(folder), until=b"report: ")
    check(("run",), printed, "ascii")
    assert b"[live]" in printed.out
    assert b"\\u591c - " in printed.out
    log = (home / "freshears.log").read_text(encoding="utf-8")
    assert not DRIVING.search(log), log


def test_a_bridge_goes_on_without_a_reader_unless_its_events_were_asked_for(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "Bounces"
    home.mkdir()
    folder.mkdir()
    (home / "config.toml").write_text(QUIET)
    environment = dict(os.environ, FRESHEARS_HOME=str(home), PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "bridge", "run", "--watch", str(folder)]
    for song, words, ends in (("Told", ("--json",), True), ("Untold", (), False)):
        with subprocess.Popen([*command, *words], env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            (folder / f"{song}.wav").write_bytes(_a_bounce(tmp_path, len(song)))
            if ends:
                assert process.wait(60) == 0
            else:
                wait_for(lambda song=song: examined(home, song), 60.0, "the bounce is examined")
                assert process.poll() is None
                process.terminate()
                assert process.wait(30) == 0


def examined(home: Path, name: str) -> bool:
    """Tell whether the bounce of a song has its analysis."""
    store = Store.open(home / "freshears.db", read_only=True)
    try:
        songs = [song for song in store.bounces.songs() if song.name == name]
        return any(store.results.analysis(one.id) for song in songs for one in store.bounces.of_song(song.id))
    finally:
        store.close()


# Its song at half the rate: the same story in half the time.
DEMO = (
    "import functools, bridge.demo\n"
    "bridge.demo.compose = functools.partial(bridge.demo.compose, 22_050)\n"
    "from bridge.cli import main\nmain()"
)


def test_the_demo_prints_what_can_be_written(tmp_path: Path) -> None:
    printed = run_plainly(tmp_path / "home", "demo", "--out", str(tmp_path / "Demo – ✓"), program=("-c", DEMO))
    check(("demo",), printed, "ascii")
    assert printed.code == 0
    assert b"Demo - [ok]" in printed.out
    assert len(list((tmp_path / "Demo – ✓" / "Bounces" / "Masters").glob("*.wav"))) == 1


def test_a_restart_prints_what_can_be_written(tmp_path: Path) -> None:
    home = tmp_path / "home – ✓"
    home.mkdir()
    (home / "config.toml").write_text(QUIET)
    codes = []
    for words in ("restart", "stop"):
        printed = run_plainly(home, words)
        check((words,), printed, "ascii")
        codes.append(printed.code)
    assert codes == [0, 0]


def run_plainly(home: Path, *arguments: str, until: bytes = b"", program: Sequence[str] = ("-m", "bridge")) -> Printed:
    """Run a process in the locale C, without Python's help; end it when it has said something, if that is asked."""
    environment = dict(
        os.environ,
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        FRESHEARS_HOME=str(home),
        PYTHONPATH=str(ROOT),
        COLUMNS="120",
    )
    environment.pop("PYTHONIOENCODING", None)
    command = [sys.executable, *program, *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        said = b""
        if until and process.stdout is not None:
            while until not in said and (line := process.stdout.readline()):
                said += line
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
    return Printed(process.returncode, said + out, err)


def _a_bounce(folder: Path, seed: int = 3) -> bytes:
    path = folder / "bounce.wav"
    noise = 0.1 * np.random.default_rng(seed).normal(0, 1, (RATE_HZ, 2)) * np.hanning(RATE_HZ)[:, None]
    sf.write(path, noise, RATE_HZ, subtype="PCM_24")
    return path.read_bytes()


@pytest.mark.parametrize("place", ["/dev/full", "closed"])
def test_a_master_is_kept_when_nobody_can_be_told(place: str, house: House, tmp_path: Path) -> None:
    out = tmp_path / "Masters"
    ran = _into(place, house, "master", str(house.mix), "--anyway", "--out", str(out))
    assert len(list(out.glob("*.wav"))) == 1
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ("could not be written (No space left on device)" in ran.stderr) == (place == "/dev/full")


@pytest.mark.parametrize(("place", "code"), [("/dev/full", 1), ("closed", 2), ("gone", 2)])
def test_an_answer_for_a_program_that_is_lost_is_a_failure_and_an_error_stays_one(
    place: str, code: int, house: House
) -> None:
    words = ("status", "--json") if place == "/dev/full" else ("report", "no such song")
    ran = _into(place, house, *words)
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr


def _into(place: str, house: House, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command whose output goes to a full disk, to a pipe that nobody reads, or to no file at all."""
    redirection = {"/dev/full": "> /dev/full", "closed": "> >(true)", "gone": ">&-"}[place]
    wait = "sleep 0.2; " if place == "closed" else ""
    script = f'{{ {wait}exec "$@"; }} {redirection}'
    command = ["bash", "-c", script, "bash", sys.executable, "-m", "bridge", *arguments]
    environment = dict(os.environ, FRESHEARS_HOME=str(house.home), PYTHONPATH=str(ROOT))
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
