"""`--match loudness` and dynamics: one channel reads 3 LU less than it plays, and not all levels are masters'."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.engine.mastering.job import plan_masters
from bridge.engine.mastering.spec import DUAL_MONO_LU
from bridge.errors import UsageError
from bridge.model import MasterPlan, MasterRequest
from bridge.pathtext import to_text
from tests.engine.mastering.mastering import RATE_HZ, song

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write one song in one channel, the same in two, and much quieter and louder ones."""
    folder = tmp_path_factory.mktemp("loudness")
    one = 1.5 * song(6.0, channels=1)
    one -= one.mean()  # the hits have an offset of their own
    t = np.arange(one.size) / RATE_HZ
    tone = 0.9 * np.sin(2 * np.pi * 3_000 * t)[:, None]
    for name, audio in {"one": one, "two": one.repeat(2, 1), "quiet": 0.01 * one, "tone": tone.repeat(2, 1)}.items():
        soundfile.write(folder / f"{name}.wav", audio, RATE_HZ, subtype="PCM_24")
    return folder


def planned(folder: Path, mix: str, reference: str, **asked: object) -> MasterPlan:
    asked = {
        "off": ("eq",),
        "match": ("dynamics", "loudness"),
        "references": (to_text(folder / f"{reference}.wav"),),
    } | asked
    return plan_masters(
        [MasterRequest(input_path=to_text(folder / f"{mix}.wav"), output_folder=to_text(folder), anyway=True, **asked)]  # type: ignore[arg-type]
    )[0]


@pytest.mark.parametrize(("mix", "reference"), [*itertools.product(["one", "two"], repeat=2)])
def test_the_same_song_in_one_and_in_two_channels_is_as_loud_and_as_dense(
    folder: Path, mix: str, reference: str
) -> None:
    plan = planned(folder, mix, reference)
    (gain,) = (move for move in plan.moves if move.stage == "gain")
    assert gain.amount_db == pytest.approx(0.0, abs=0.06)
    assert {move.stage for move in plan.moves} <= {"gain", "dither"}
    assert not any("eferences" in note for note in plan.notes)


def test_one_channel_that_is_delivered_as_one_is_matched_as_it_reads(folder: Path) -> None:
    single = planned(folder, "one", "one", mono_as="single")
    dual = planned(folder, "one", "one")
    assert single.integrated_lufs == pytest.approx(dual.integrated_lufs, abs=0.06)
    apart = planned(folder, "one", "two", mono_as="single").integrated_lufs
    assert apart is not None
    assert apart == pytest.approx((dual.integrated_lufs or 0.0) + DUAL_MONO_LU, abs=0.11)


@pytest.mark.parametrize(("reference", "lufs", "ceiling_dbtp"), [("quiet", -24.0, -1.0), ("tone", -7.0, -2.0)])
def test_a_loudness_no_master_has_is_said_and_a_loud_one_has_the_ceiling_of_loud_ones(
    folder: Path, reference: str, lufs: float, ceiling_dbtp: float
) -> None:
    plan = planned(folder, "two", reference, match=("loudness",), target="spotify")
    (gain,) = (move for move in plan.moves if move.stage == "gain")
    assert (plan.integrated_lufs, plan.ceiling_dbtp) == (lufs, ceiling_dbtp)
    assert gain.why.startswith("the reference has ")
    assert f"LUFS, a master goes no further: {lufs:g} LUFS" in gain.why
    assert planned(folder, "two", reference, match=("loudness",), ceiling_dbtp=-1.5).ceiling_dbtp == -1.5


def test_a_tone_is_denser_than_a_song_gets(folder: Path) -> None:
    notes = planned(folder, "two", "tone", match=("dynamics",)).notes
    assert any("of the references: denser would have" in note for note in notes), notes


def test_a_density_that_no_gain_gives_is_told_and_the_master_is_made(folder: Path) -> None:
    own = folder / "presets.toml"
    caps = ("max_contrast_loss_db", "max_crest_loss_db", "max_reduction_db", "max_reduction_p95_db")
    own.write_text('[own]\ntitle = "Own"\n[own.caps]\n' + "".join(f"{name} = inf\n" for name in caps))
    chosen = {"preset": "own", "presets_file": to_text(own), "match": ("dynamics",), "integrated_lufs": -40.0}
    plan = planned(folder, "two", "tone", ceiling_dbtp=-24.0, **chosen)
    assert plan.expected_lufs == pytest.approx(-40.0, abs=0.05)
    assert any("is not followed: no gain makes the song so dense" in note for note in plan.notes), plan.notes


@pytest.mark.parametrize(("weights", "is_taken"), [((1e308, 1e308), True), ((1e308, 1e-308), False)])
def test_weights_beyond_all_numbers_are_shares_or_refused(
    folder: Path, weights: tuple[float, float], is_taken: bool
) -> None:
    both = {"references": (to_text(folder / "one.wav"),) * 2, "reference_weights": weights}
    if is_taken:
        assert planned(folder, "two", "one", **both).moves
        return
    with pytest.raises(UsageError, match="a weight above 0"):
        planned(folder, "two", "one", **both)


def test_a_mix_that_is_its_own_reference_is_told_so_in_words(folder: Path) -> None:
    (note,) = (
        note for note in planned(folder, "two", "two", match=("tone",), off=()).notes if "tone is the ref" in note
    )
    assert note.endswith("their octaves lie less than 0.1 dB apart.")
