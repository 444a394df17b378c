"""What every test may use: the accuracy document, programs that may be missing, and the lanes."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import connections
from tests.accuracy import Accuracy
from tests.lanes import UNIT_TEST_S, begin, end, in_groups, is_left_out, step_back, too_slow

if TYPE_CHECKING:
    from bridge.demo import DemoSong

_ACCURACY = pytest.StashKey[Accuracy]()

# The same examples in every run, however busy the machine; `--hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("seeded", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile("seeded")


# The lanes share the machine with whatever else runs on it: a worker that only takes what is left over would take for
# ever. tests/worker/test_priority.py tests that it does so otherwise.
os.environ.setdefault("FRESHEARS_PRIORITY", "normal")
# As `freshears` and its worker do, before numpy is loaded: a second thread for small products would spin on a core that
# another worker of the tests wants, and be a third of all the work of an examination.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-accuracy", action="store_true", help="rewrite the tables of docs/accuracy.md")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--write-accuracy") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--write-accuracy needs every figure in one process: leave out -n")
    connections.watch()
    config.stash[_ACCURACY] = Accuracy(writing=bool(config.getoption("--write-accuracy")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out at once what the marks would leave out after it was imported."""
    expression = str(config.getoption("markexpr", "") or "")
    return True if expression and collection_path.is_file() and is_left_out(collection_path, expression) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among what stays until the end: that is a third of the work of collecting."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()  # not frozen: Hypothesis 6.100 asks the collector who refers to what


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_groups(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fail at once where the groups of the lanes do not hold: two real DAWs would take each other's ports."""
    if session.config.getoption("loadgroup", default=False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist does not group the tests; install the versions that pyproject.toml names")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    step_back(item)
    begin(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    end(item)
    yield
    if nextitem is None or nextitem.path != item.path:  # what a whole file shares is closed by now
        left = connections.left_open()
        assert not left, f"connections that {item.path.name} left open:\n  " + "\n  ".join(left)


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    """Name what makes the lane of the unit tests slow; not a failure, because a first run compiles the kernels."""
    if "not slow" not in str(config.getoption("markexpr", "") or ""):
        return
    reports = (report for kind in terminalreporter.stats.values() for report in kind)
    if dear := too_slow(reports):
        terminalreporter.section(f"more than {UNIT_TEST_S} s of the processor, not marked slow")
        for took_s, test in dear:
            terminalreporter.write_line(f"{took_s:.2f} s {test}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    accuracy = session.config.stash[_ACCURACY]
    if accuracy.writing and exitstatus == 0:
        accuracy.write()


@pytest.fixture(scope="session")
def accuracy(request: pytest.FixtureRequest) -> Accuracy:
    """Takes the figures of docs/accuracy.md."""
    return request.config.stash[_ACCURACY]


@pytest.fixture(scope="session")
def demo_song(tmp_path_factory: pytest.TempPathFactory) -> "DemoSong":
    """The demo's song, for whoever needs real music and not its making: `tests/demo` tests that."""
    from tests.demo.kept_song import folder_of_all_workers, kept_song

    return kept_song(folder_of_all_workers(tmp_path_factory) / "demo-song")


@pytest.fixture(scope="session")
def half_rate_song(tmp_path_factory: pytest.TempPathFactory) -> "DemoSong":
    """The same at 22,050 Hz: half the work for what is made of it."""
    from tests.demo.kept_song import folder_of_all_workers, kept_song

    return kept_song(folder_of_all_workers(tmp_path_factory) / "half-rate-song", 22_050)


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Find an optional program; without it the test is skipped by name, or fails with FRESHEARS_FORBID_SKIPS=1."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            if os.environ.get("FRESHEARS_FORBID_SKIPS") == "1":
                pytest.fail(f"{name} is not installed")
            pytest.skip(f"{name} is not installed")
        return path

    return find


_BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A headless Chromium; without one the tests are skipped by name, or fail with FRESHEARS_FORBID_SKIPS=1."""
    missing = pytest.fail if os.environ.get("FRESHEARS_FORBID_SKIPS") == "1" else pytest.skip
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[tuple[str, Exception]]:
    """The faults behind the bridge's fence, for a test that makes some; in every other test one is a failure."""
    return []


@pytest.fixture(autouse=True)
def _no_fault_behind_the_fence(request: pytest.FixtureRequest) -> Iterator[None]:
    if "bridge.app.loop.fence" not in sys.modules and "tests/app" not in str(request.path):
        yield
        return
    from bridge.app.loop import fence

    expected = "faults" in request.fixturenames
    found: list[tuple[str, Exception]] = request.getfixturevalue("faults") if expected else []
    watcher = lambda part, fault: found.append((part, fault))  # noqa: E731
    fence.watchers.append(watcher)
    yield
    fence.watchers.remove(watcher)
    if not expected:
        assert not found, f"{found[0][0]}: {found[0][1]!r}"
