"""Drawings and comparisons: kept by content, replaced by newer ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model import Zoom
from bridge.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "store.db", wall=lambda: 7.0)
    yield store
    store.close()


def test_curves_are_kept_and_replaced(store: Store) -> None:
    assert store.display.curves("a") is None
    store.display.set_curves("a", "{}")
    store.display.set_curves("a", '{"x": 1}')
    assert store.display.curves("a") == '{"x": 1}'


def test_zooms_are_replaced_as_a_whole(store: Store) -> None:
    old = [Zoom(step_s=0.01 * 8**level, channels=2, full_scale=1.0, peaks=bytes([level] * 4)) for level in range(3)]
    store.display.set_zooms("a", old)
    store.display.set_zooms("a", old[:2])
    assert store.display.zoom("a", 1) == old[1]
    assert store.display.zoom("a", 2) is None
    assert store.display.zoom("b", 0) is None
    assert store.display.zoom_steps("a") == [0.01, 0.08]


def test_a_comparison_has_a_direction_and_a_choice_of_references(store: Store) -> None:
    store.display.set_comparison("a", "b", "1")
    assert store.display.comparison("a", "b") == "1"
    assert store.display.comparison("b", "a") is None
    store.display.set_references("a", '["x.wav"]', "2")
    assert store.display.references("a", '["x.wav"]') == "2"
    assert store.display.references("a", '["y.wav"]') is None
