"""Looking for bytes in a file: what bytes.find finds, and each part of the file is read once."""

import io
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio.containers import base
from bridge.audio.containers.base import Window
from bridge.audio.containers.mpeg import read_mpeg

TEXT = st.text("ab\xff", max_size=80).map(lambda text: text.encode("latin-1"))


@pytest.mark.slow
@given(TEXT, TEXT.filter(lambda data: 0 < len(data) < 5), st.integers(0, 90), st.integers(0, 90), st.integers(0, 90))
def test_the_first_place_between_two_others(data: bytes, pattern: bytes, position: int, end: int, looked: int) -> None:
    with patch.object(base, "WINDOW_BYTES", 16):
        window = Window(io.BytesIO(data), len(data))
        window.at(looked, 5)
        assert window.find(pattern, position, end) == data.find(pattern, position, end)


class Counted(io.BytesIO):
    """Counts how much of it is read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def test_where_a_frame_could_begin_at_every_other_byte_each_part_is_read_once() -> None:
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    data = frame * 4 + b"\xff\xfb" * 20_000
    file = Counted(data)
    with patch.object(base, "WINDOW_BYTES", 4096):
        assert len(read_mpeg(Window(file, len(data)), 0, len(data))) == 1
    assert file.taken < 4 * len(data)
