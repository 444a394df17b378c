"""Drawings and comparisons: kept by content, replaced by newer ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model import ReferenceComparison, Zoom
from bridge.store import Store
from bridge.text import json_text
from tests.report.records import DIFF, some_curves
from tests.store.fresh import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path / "store.db", wall=lambda: 7.0)
    yield store
    store.close()


def test_curves_are_kept_and_replaced(store: Store) -> None:
    assert store.display.curves("a") is None
    for curves in (some_curves(200.0, 2), some_curves(200.0, 1)):
        store.display.set_curves("a", json_text(curves))
        assert store.display.curves("a") == curves


def test_zooms_are_replaced_as_a_whole(store: Store) -> None:
    old = [Zoom(step_s=0.01 * 8**level, channels=2, full_scale=1.0, peaks=bytes([level] * 4)) for level in range(3)]
    store.display.set_zooms("a", old)
    store.display.set_zooms("a", old[:2])
    assert store.display.zoom("a", 1) == old[1]
    assert store.display.zoom("a", 2) is None
    assert store.display.zoom("b", 0) is None
    assert store.display.zoom_steps("a") == [0.01, 0.08]


def test_a_comparison_has_a_direction_and_a_choice_of_references(store: Store) -> None:
    store.display.set_comparison("a", "b", json_text(DIFF))
    assert store.display.comparison("a", "b") == DIFF
    assert store.display.comparison("b", "a") is None
    compared = ReferenceComparison(file="a", references=(), bands=(), numbers=())
    store.display.set_references("a", '["x.wav"]', json_text(compared))
    assert store.display.references("a", '["x.wav"]') == compared
    assert store.display.references("a", '["y.wav"]') is None


@pytest.mark.parametrize("text", ["", "{", '{"momentary_lufs": 1}', "[]", "null"])
def test_what_another_version_wrote_differently_is_as_if_it_were_not_there(
    store: Store, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    store.display.set_curves("a", text)
    store.display.set_comparison("a", "b", text)
    store.display.set_references("a", "[]", text)
    assert store.display.curves("a") is None
    assert store.display.comparison("a", "b") is None
    assert store.display.references("a", "[]") is None
    assert caplog.text.count("counts as not there") == 3
