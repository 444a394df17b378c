"""Intents do the same thing in different ways, and say so."""

import itertools
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile

from bench.mastering.intents import apart_db, is_driven, masters
from bridge.engine.mastering.explain import moves_of, notes_of
from bridge.engine.mastering.job import planned
from bridge.model import Intent
from tests.engine.mastering.mastering import RATE_HZ, request, song

pytestmark = pytest.mark.slow


def test_every_pair_of_intents_gives_another_master_of_a_song_that_is_limited(tmp_path: Path) -> None:
    made = masters(song(4.0), RATE_HZ, "spotify", tmp_path)
    assert set(made) == set(get_args(Intent))
    assert all(is_driven(one) for one in made.values())
    for one, other in itertools.combinations(made.values(), 2):
        assert apart_db(one.audio, other.audio) > -60.0
    ceiling = 10 ** (-1.0 / 20)
    assert all(np.abs(one.audio).max() <= ceiling for one in made.values())


def test_a_plan_names_its_ways_its_level_and_nothing_under_a_twentieth_of_a_decibel(tmp_path: Path) -> None:
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, song(4.0), RATE_HZ, subtype="FLOAT")

    def said(**asked: object) -> tuple[list[str], list[str], str]:
        analysis, (plan,) = planned([request(mix, tmp_path, anyway=True, **asked)])
        moves = moves_of(plan, analysis.format, None, planned=True)
        level = next(move.why for move in moves if move.stage == "gain")
        return [move.what for move in moves], list(notes_of(plan, analysis, None)), level

    _, notes, level = said(intent="intimate")
    assert any("held back for 2 ms" in note and "let go in 120 ms" in note for note in notes)
    assert level.startswith("Spotify: -14 LUFS")
    assert said(integrated_lufs=-18.0)[2] == "asked for: -18 LUFS"
    mine = {"references": (str(mix),), "match": ("loudness",)}
    assert said(**mine)[2].startswith("as loud as the reference: ")
    _, notes, _ = said(intent="strange")
    assert "The tone stays as it is." in notes
    for lufs in (-21.5, -20.0):
        moves, _, _ = said(integrated_lufs=lufs, off=("eq",))
        assert all("by at most 0.0 dB" not in what and "by 0.0 dB" not in what for what in moves)
