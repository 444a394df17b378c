"""`python -m bench.old_and_new REVISION`: has a step made anything slower? Two trees, interleaved, in one run.

Five things a person waits for, each done by the tree of an earlier revision (checked out beside this one) and by this
one, one after the other in every round, in turns first. What counts is the ratio within a round: the table gives its
median and a bootstrap interval. `--only` renews some rows' figures on the screen without writing the document.
"""

import argparse
import gzip
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.document import DOCUMENT, busy, machine, replace_section, table
from bench.files import song_file

NAME = "old-and-new"
ROOT = Path(__file__).parent.parent
MOST = 1.05  # ours: the aim; a lower bound of the ratio above it is slower beyond doubt
_STORE = ROOT / "tests" / "data" / "v0.1.0" / "freshears.db.gz"
_DRAWS = 10_000
_PAGES = ("", "songs/1", "bounces/2")
_PATIENCE_S = 60.0
_INTRODUCTION = """One run of two trees: `{revision}` and this one. Rounds are interleaved and the two take turns to go
first; the ratio is taken within each round, its median and 95 % interval (bootstrap) stand here. *Cold* starts with no
compiled kernels, *warm* is a process that stays alive, as the worker does; the master is the whole command; the
first view is a bridge just started that is asked for the list of songs, a song and a bounce. Aim: the lower end of
the interval at most {most:.2f}."""
# Stands in a process of its own for both trees, so it tries the names of both.
_WARM = """
import sys, time
from pathlib import Path
try:
    from bridge.engine.analyse import run_analysis
except ImportError:
    from bridge.jobs.analyse import run_analysis
for line in sys.stdin:
    begin = time.perf_counter()
    run_analysis(Path(line.rstrip("\\n")))
    print(time.perf_counter() - begin, flush=True)
"""


@dataclass(frozen=True)
class Tree:
    """One checkout. Every process of it imports from there and keeps its compiled kernels in one folder of its own."""

    root: Path
    kept: Path

    def environment(self, home: Path, kernels: Path | None = None) -> dict[str, str]:
        """Return what its processes are started with."""
        own = {"PYTHONPATH": str(self.root), "FRESHEARS_HOME": str(home), "OPENBLAS_NUM_THREADS": "1"}
        return os.environ | own | {"NUMBA_CACHE_DIR": str(kernels or self.kept / "kernels")}

    def command(self, *arguments: str, home: Path, kernels: Path | None = None) -> float:
        """Run ``freshears ...`` to its end; return how long it took, in seconds."""
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "bridge", *arguments],
            env=self.environment(home, kernels),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        taken_s = time.perf_counter() - begin
        if done.returncode not in {0, 1}:  # 1: `freshears analyze` found a fault
            raise RuntimeError(f"{self.root}: freshears {' '.join(arguments)}: {done.stderr.strip()}")
        return taken_s


@dataclass
class Act:
    """Something a person waits for, and how long each tree took, round by round."""

    name: str
    once: Callable[[Tree, Path], float]
    old_s: list[float] = field(default_factory=list)
    new_s: list[float] = field(default_factory=list)

    def round(self, trees: tuple[Tree, Tree], number: int) -> None:
        """Let both trees do it once, in a fresh folder each; the first of one round is the second of the next."""
        for index in (0, 1) if number % 2 == 0 else (1, 0):
            with tempfile.TemporaryDirectory(prefix="freshears-bench-") as folder:
                (self.old_s, self.new_s)[index].append(self.once(trees[index], Path(folder)))

    def row(self) -> list[str]:
        """Return its line of the table."""
        median, low, high = interval([new / old for old, new in zip(self.old_s, self.new_s, strict=True)])
        met = "met" if low <= MOST else f"missed by {low - MOST:.2f}"
        seconds = [f"{statistics.median(values):.3f}" for values in (self.old_s, self.new_s)]
        return [self.name, *seconds, f"{median:.2f} ({low:.2f} to {high:.2f})", f"≥ {low:.2f}: {met}"]


def interval(ratios: list[float], seed: int = 1) -> tuple[float, float, float]:
    """Return the median of ratios and its 95 % interval by the bootstrap (percentiles of resampled medians)."""
    rng = random.Random(seed)
    drawn = sorted(statistics.median(rng.choices(ratios, k=len(ratios))) for _ in range(_DRAWS))
    return statistics.median(ratios), drawn[round(0.025 * _DRAWS)], drawn[round(0.975 * _DRAWS) - 1]


@contextmanager
def old_tree(revision: str) -> Iterator[Path]:
    """Check an earlier revision out into a temporary folder, or use the folder it is already in."""
    if Path(revision).is_dir():
        yield Path(revision).absolute()
        return
    with tempfile.TemporaryDirectory(prefix="freshears-old-") as folder:
        root = Path(folder) / "tree"
        subprocess.run(["git", "-C", str(ROOT), "worktree", "add", "-q", "--detach", str(root), revision], check=True)
        try:
            yield root
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(root)], check=True)


class Warm:
    """A process of each tree that stays alive and analyses a file when it is asked to."""

    def __init__(self, song: Path, stack: ExitStack) -> None:
        self._song = song
        self._stack = stack
        self._processes: dict[Tree, subprocess.Popen[str]] = {}

    def __call__(self, tree: Tree, _: Path) -> float:
        """Analyse once; the process is started, and its first analysis not counted, when there is none."""
        if tree not in self._processes:
            process = subprocess.Popen(
                [sys.executable, "-c", _WARM],
                env=tree.environment(tree.kept),
                cwd=tree.root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self._processes[tree] = self._stack.enter_context(process)
            self._stack.callback(process.terminate)
            self._ask(process)
        return self._ask(self._processes[tree])

    def _ask(self, process: "subprocess.Popen[str]") -> float:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        process.stdin.write(f"{self._song}\n")
        process.stdin.flush()
        return float(process.stdout.readline())


def first_view(tree: Tree, folder: Path) -> float:
    """Start a bridge on a copy of a small store and look at three pages; return how long the pages took, in seconds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "freshears.db").write_bytes(gzip.decompress(_STORE.read_bytes()))
    quiet = "".join(f"[{daw}]\nenabled = false\n" for daw in ("reaper", "ardour"))
    settings = f'[watch]\nfolders = []\nfirst_start = "none"\n[osc]\nport = 0\n[page]\nport = {port}\n{quiet}'
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    bridge = subprocess.Popen(
        [sys.executable, "-m", "bridge", "run", "--json"],
        env=tree.environment(folder),
        cwd=tree.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_for(port, bridge)
        browser = _known_browser(tree, folder)
        begin = time.perf_counter()
        for page in _PAGES:
            asked = urllib.request.Request(f"http://127.0.0.1:{port}/{page}", headers={"Accept-Encoding": "gzip"})
            with browser.open(asked, timeout=_PATIENCE_S) as answer:
                answer.read()
        return time.perf_counter() - begin
    finally:
        bridge.terminate()
        bridge.communicate(timeout=_PATIENCE_S)


def _known_browser(tree: Tree, folder: Path) -> urllib.request.OpenerDirector:
    """Go in as a person does; a tree without a key gives a plain address."""
    asked = [sys.executable, "-m", "bridge", "open", "--json"]
    printed = subprocess.run(asked, env=tree.environment(folder), cwd=tree.root, capture_output=True, check=True)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    url = json.loads(printed.stdout)["url"]
    if "/enter?" in url:  # to a style: the pages are looked at for the first time after this
        browser.open(f"{url}&to=/static/page.css", timeout=_PATIENCE_S).close()
    return browser


def _wait_for(port: int, bridge: "subprocess.Popen[bytes]") -> None:
    """Wait until the page listens, and then until the bridge has done what it does at its start."""
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s:
        if bridge.poll() is not None:
            raise RuntimeError(f"the bridge ended: {bridge.stderr.read().decode() if bridge.stderr else ''}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(1.0)
                return
        time.sleep(0.05)
    raise RuntimeError("the page did not come up")


def acts(song: Path, stack: ExitStack) -> list[Act]:
    """Return what is measured, in the order of the table."""
    return [
        Act("`freshears --help`", lambda tree, folder: tree.command("--help", home=folder)),
        Act(
            "analysis, cold (`freshears analyze`)",
            lambda tree, folder: tree.command("analyze", str(song), home=folder, kernels=folder / "kernels"),
        ),
        Act("analysis, warm", Warm(song, stack)),
        Act(
            "a master (`freshears master`)",
            lambda tree, folder: tree.command("master", str(song), "--out", str(folder / "out"), home=folder),
        ),
        Act("first view of the page", first_view),
    ]


def checked(root: Path, kept: Path) -> Tree:
    """Return a tree whose own sources are what its processes import, compiled once.

    Raises
    ------
    RuntimeError
        Its processes would import another tree.
    """
    tree = Tree(root, kept)
    (kept / "kernels").mkdir(parents=True)
    found = subprocess.run(
        [sys.executable, "-c", "import bridge, dsp; print(bridge.__file__); print(dsp.__file__)"],
        env=tree.environment(kept),
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if not all(Path(path).is_relative_to(root) for path in found):
        raise RuntimeError(f"{root} is not what its processes import: {found}")
    subprocess.run([sys.executable, "-m", "compileall", "-q", "bridge", "dsp"], cwd=root, check=True)
    return tree


def main(arguments: list[str] | None = None) -> int:
    """Measure both trees, print the table and write it into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.old_and_new", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("revision", help="any git revision, or a folder with a checkout of one")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the song")
    parser.add_argument("--only", action="append", help="only acts whose name holds this; nothing is written")
    parser.add_argument("--samples", type=Path, help="also write every single time here, as JSON")
    asked = parser.parse_args(arguments)
    with (
        old_tree(asked.revision) as old,
        tempfile.TemporaryDirectory(prefix="freshears-bench-") as kept,
        ExitStack() as stack,
    ):
        trees = checked(old, Path(kept) / "old"), checked(ROOT, Path(kept) / "new")
        chosen = acts(song_file(Path(kept), 44_100, asked.seconds), stack)
        chosen = [act for act in chosen if not asked.only or any(part in act.name for part in asked.only)]
        for tree in trees:  # fills the kernels that are kept; not counted
            tree.command("master", str(song_file(Path(kept), 44_100, 10.0)), "--out", kept, home=tree.kept / "home")
        for number in range(asked.rounds):
            for act in chosen:
                act.round(trees, number)
                print(f"round {number + 1}: {act.name} {act.old_s[-1]:.3f} {act.new_s[-1]:.3f}", file=sys.stderr)
    if asked.samples:
        asked.samples.write_text(json.dumps({act.name: [act.old_s, act.new_s] for act in chosen}), encoding="utf-8")
    columns = ["what", "before, s", "now, s", "ratio (95 %)", f"aim: at most {MOST:.2f}"]
    figures = table(columns, [act.row() for act in chosen])
    print(figures)
    if not asked.only:
        said = _INTRODUCTION.format(revision=asked.revision, most=MOST)
        body = f"## Old against new\n\nMachine: {machine()}.{busy()} {asked.rounds} rounds.\n\n{said}\n\n{figures}"
        DOCUMENT.write_text(replace_section(DOCUMENT.read_text(encoding="utf-8"), NAME, body), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
