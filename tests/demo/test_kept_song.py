"""The song that tests share is the one the demo composes."""

from pathlib import Path

import numpy as np
import pytest

from bridge.demo import DemoSong, compose
from tests.demo import kept_song as keeping


@pytest.mark.slow
def test_the_kept_song_is_the_composed_one_and_composed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    composed: list[DemoSong] = []

    def remembered(rate_hz: int) -> DemoSong:
        composed.append(compose(rate_hz))
        return composed[-1]

    monkeypatch.setattr(keeping, "compose", remembered)
    first, again = (keeping.kept_song(tmp_path / "song", 22_050) for _ in range(2))
    (song,) = composed
    for kept in (first, again):
        assert (kept.title, kept.rate_hz, kept.tempo_bpm, kept.sections) == (
            song.title,
            song.rate_hz,
            song.tempo_bpm,
            song.sections,
        )
        assert np.array_equal(kept.mix, song.mix)
        assert list(kept.parts) == list(song.parts)
        assert all(np.array_equal(kept.parts[name], song.parts[name]) for name in song.parts)
        with pytest.raises(ValueError, match="read-only"):
            kept.mix[0] = 0.0
