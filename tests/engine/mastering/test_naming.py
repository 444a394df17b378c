"""Names of masters: what is inside stays readable, however long the song's own name is."""

import os
from pathlib import Path

import pytest

from bridge.engine.mastering.naming import master_path
from bridge.model import MasterRequest


@pytest.mark.parametrize(
    "song",
    ["長い歌" * 28, "長" * 84, "Самогон" * 30, "a" * 255, "Tide", "CON", "Tide: part 1/2 ", os.fsdecode(b"caf\xe9")],
)
def test_the_file_can_be_made_and_says_what_is_inside(tmp_path: Path, song: str) -> None:
    path = master_path(
        MasterRequest(input_path=str(tmp_path / "mix.wav"), song=song, revision=3, target="spotify"), 44_100, "PCM_24"
    )
    assert path.name.endswith(" – master b3 spotify 24-44.1.wav")
    assert path.name.startswith(song[:3])
    path.write_bytes(b"")
    path.with_stem(f"{path.stem} (9999)").write_bytes(b"")


def test_a_song_without_a_name_is_named_after_its_file(tmp_path: Path) -> None:
    request = MasterRequest(input_path=str(tmp_path / "Tide v3.wav"), target="cd")
    assert master_path(request, 44_100, "PCM_16").name == "Tide v3 – master cd 16-44.1.wav"
