"""A file made of pieces reads like the file it stands for."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio.containers.pieces import Piece, Pieces, Span, joined

SOURCE = bytes(range(256))
pieces = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.tuples(st.integers(0, 200), st.integers(0, 56)).map(lambda pair: Span(*pair)),
    ),
    max_size=8,
)


def whole(parts: list[Piece]) -> bytes:
    return b"".join(p if isinstance(p, bytes) else SOURCE[p.start : p.start + p.length] for p in parts)


@pytest.mark.slow
@given(pieces, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 100)), max_size=5))
def test_reading_anywhere_is_reading_the_whole(parts: list[Piece], places: list[tuple[int, int]]) -> None:
    expected = whole(parts)
    file = io.BufferedReader(Pieces(io.BytesIO(SOURCE), tuple(parts)), 16)
    assert file.seek(0, io.SEEK_END) == len(expected)
    assert file.read() == b""
    for start, count in places:
        file.seek(start)
        assert file.read(count) == expected[start : start + count]
    file.seek(0)
    assert file.read() == expected


def test_a_source_that_ends_early_ends_the_pieces() -> None:
    file = io.BufferedReader(Pieces(io.BytesIO(b"abc"), (Span(0, 10),)), 16)
    assert file.read(10) == b"abc"


def test_spans_that_touch_are_one() -> None:
    assert joined([Span(0, 5), Span(5, 2), Span(9, 1)]) == (Span(0, 7), Span(9, 1))


def test_pieces_of_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(SOURCE)
    with path.open("rb", buffering=0) as file:
        assert Pieces(file, (b"x", Span(10, 3), b"y")).read(5) in (b"x", b"x" + SOURCE[10:13] + b"y")


@pytest.mark.parametrize("offset", [-5, 0, 3])
def test_seeking_before_the_start_stays_there(offset: int) -> None:
    assert Pieces(io.BytesIO(SOURCE), (Span(0, 9),)).seek(offset) == max(0, offset)
