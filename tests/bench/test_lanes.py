"""Long lanes: they go on where they were stopped, keep what failed, and their short forms find nothing."""

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.lanes.coverage import Guide
from bench.lanes.isolated import tried
from bench.lanes.lane import Batch, Failure, Lane, Work, failure_of
from bench.lanes.run import again, go_on, short
from bench.lanes.state import State, StateFolder
from bench.lanes.table import write_table

BAD = 7


def lane(bad: int | None = BAD, stop: threading.Event | None = None) -> Lane:
    """A lane of numbers; one of them fails."""

    @contextmanager
    def opened(_: Path) -> Iterator[Work]:
        def work(first: int, count: int, rng: random.Random) -> Batch:
            batch = Batch(done=count)
            batch.count("sum", sum(range(first, first + count)))
            batch.peak("largest", rng.random())
            if bad is not None and first <= bad < first + count:
                batch.failures.append(Failure("seven", "it is seven", bytes([bad])))
            if stop is not None:
                stop.set()
            return batch

        yield work

    def once_more(_: Path, data: bytes) -> Failure | None:
        return None if bad is None or data != bytes([bad]) else Failure("seven", "still")

    return Lane("numbers", "Numbers", 20, 4, 4, opened, lambda state: f"sum {state.sums['sum']:.0f}", once_more)


def run(kind: Lane, root: Path, stopping: threading.Event | None = None, most: int = 100) -> State:
    return go_on(kind, root, 1, stopping or threading.Event(), float("inf"), most)


def test_a_lane_that_is_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    stopping = threading.Event()
    assert run(lane(stop=stopping), tmp_path, stopping).done == 4
    assert run(lane(), tmp_path, most=10).done == 10
    state = run(lane(), tmp_path)
    assert (state.done, state.sums["sum"]) == (20, sum(range(20)))
    once = run(lane(), tmp_path / "whole")
    assert (once.done, once.sums, once.peaks) == (state.done, state.sums, {**state.peaks, **once.peaks})


def test_another_seed_is_no_continuation(tmp_path: Path) -> None:
    run(lane(), tmp_path)
    with pytest.raises(ValueError, match="is of seed 1"):
        StateFolder(tmp_path, "numbers").read("numbers", 2)


def test_what_failed_is_kept_and_mended_when_it_passes(tmp_path: Path) -> None:
    state = run(lane(), tmp_path)
    assert [(name, kind.count) for name, kind in state.open.items()] == [("seven", 1)]
    (kept,) = StateFolder(tmp_path, "numbers").inputs("seven")
    assert kept.read_bytes() == bytes([BAD])
    assert again(lane(), tmp_path, 1).open
    assert not again(lane(bad=None), tmp_path, 1).open
    assert StateFolder(tmp_path, "numbers").read("numbers", 1).kinds["seven"].mended


def test_the_table_says_what_was_tried_and_what_is_open(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n<!-- section fuzz -->\nold\n<!-- end fuzz -->\n\nPromises stay.\n")
    state = run(lane(), tmp_path, most=8)
    write_table("fuzz", "Title", [(lane(), state), (lane(), State("numbers", 1))], page)
    text = page.read_text()
    assert "old" not in text
    assert "Promises stay." in text
    assert "| Numbers | 8 of 20 | 1 | 1 kinds of failures found, 0 mended; **open:** seven (1 ×); sum 28 |" in text
    assert "| Numbers | 0 of 20 | 1 | not run yet |" in text


def test_what_ends_its_process_is_a_failure_and_the_rest_is_tried(tmp_path: Path) -> None:
    current = tmp_path / "current"

    def attempt(number: int, batch: Batch) -> None:
        current.write_bytes(bytes([number]))
        batch.count("tried")
        if number == 3:
            signal.raise_signal(signal.SIGKILL)
        if number == 5:
            bytearray(1 << 40)

    batch = tried(8, attempt, current)
    assert batch.done == 8
    assert [(failure.kind.partition(" in ")[0], failure.data[:1]) for failure in batch.failures] == [
        ("the process ended by SIGKILL", b"\x03"),
        ("MemoryError", b"o"),
    ]


def test_an_input_that_reaches_new_lines_is_kept_once(tmp_path: Path) -> None:
    guide = Guide(tmp_path, ("test_lanes.py",))

    def read(data: bytes) -> int:
        if data == b"b":
            return 2
        return 1

    for data in (b"a", b"a", b"b", b"b"):
        with guide.watching(data):
            read(data)
    assert guide.kept == [b"a", b"b"]
    guide.write()
    again_later = Guide(tmp_path, ("test_lanes.py",))
    assert (sorted(again_later.kept), again_later.edges) == ([b"a", b"b"], guide.edges)


def test_faults_of_one_place_are_one_kind() -> None:
    def raised(text: str) -> Failure:
        try:
            int(text)
        except ValueError as error:
            return failure_of(error)
        raise AssertionError

    assert raised("x").kind == raised("y").kind
    assert "x" in raised("x").text


def test_a_lane_of_another_seed_tries_other_things(tmp_path: Path) -> None:
    largest = {short(lane(), tmp_path, seed).peaks["largest"] for seed in (1, 2)}
    assert len(largest) == 2
