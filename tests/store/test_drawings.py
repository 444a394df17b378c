"""Drawings and comparisons: kept by content, replaced by newer ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model import Zoom
from bridge.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "store.db", clock=lambda: 7.0)
    yield store
    store.close()


def test_curves_are_kept_and_replaced(store: Store) -> None:
    assert store.drawings.curves("a") is None
    store.drawings.set_curves("a", "{}")
    store.drawings.set_curves("a", '{"x": 1}')
    assert store.drawings.curves("a") == '{"x": 1}'


def test_zooms_are_replaced_as_a_whole(store: Store) -> None:
    old = [Zoom(step_s=0.01 * 8**level, channels=2, full_scale=1.0, peaks=bytes([level] * 4)) for level in range(3)]
    store.drawings.set_zooms("a", old)
    store.drawings.set_zooms("a", old[:2])
    assert store.drawings.zoom("a", 1) == old[1]
    assert store.drawings.zoom("a", 2) is None
    assert store.drawings.zoom("b", 0) is None
    assert store.drawings.zoom_steps("a") == [0.01, 0.08]


def test_a_comparison_has_a_direction_and_a_choice_of_references(store: Store) -> None:
    store.drawings.set_comparison("a", "b", "1")
    assert store.drawings.comparison("a", "b") == "1"
    assert store.drawings.comparison("b", "a") is None
    store.drawings.set_references("a", '["x.wav"]', "2")
    assert store.drawings.references("a", '["x.wav"]') == "2"
    assert store.drawings.references("a", '["y.wav"]') is None
