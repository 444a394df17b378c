"""The one table of numbers: it names what is measured, all of it, and says why a number can be missing."""

import typing
from pathlib import Path

from bridge.model import Measurement
from bridge.policy.metrics import BY_FIELD, COMPARED, GROUPS, METRICS, in_group, metric, why_missing
from bridge.report.numbers_docs import render

DOCS = Path(__file__).parent.parent.parent / "docs" / "numbers.md"
NOT_LOUD = "nothing in the file is louder than -70 LUFS"


def why(field: str, duration_s: float = 180.0, channels: int = 2, *, is_silent: bool = False) -> str:
    return why_missing(field, duration_s, channels, is_silent=is_silent)


def test_every_number_that_can_be_missing_has_its_entry_or_is_the_time_of_one() -> None:
    types = typing.get_type_hints(Measurement)
    optional = {name for name, kind in types.items() if type(None) in typing.get_args(kind)}
    named = set(BY_FIELD) | {entry.at for entry in METRICS if entry.at}
    assert optional - named == {"wall_kind", "wall_drop_db", "wall_floor_db"}  # with `wall_hz`, or not at all
    assert named <= set(types)


def test_a_field_stands_once_and_belongs_to_one_table() -> None:
    assert len(BY_FIELD) == len(METRICS)
    assert [entry for group in GROUPS for entry in in_group(group)] == [m for m in METRICS if m.group]
    assert all(entry.label and entry.digits >= 0 for entry in METRICS)


def test_loudness_itself_is_not_compared_because_the_level_is_matched() -> None:
    assert "plr_db" in COMPARED
    assert not {"integrated_lufs", "true_peak_dbtp", "sample_peak_dbfs", "rms_dbfs"} & set(COMPARED)


def test_a_number_of_another_version_goes_by_its_field() -> None:
    assert (metric("something_new_db").label, metric("something_new_db").unit) == ("something_new_db", "")


def test_the_reasons_follow_length_channels_and_silence() -> None:
    assert why("integrated_lufs", 0.3) == "shorter than 0.4 s, the length of one gating block"
    assert why("integrated_lufs") == NOT_LOUD
    assert why("integrated_lufs", is_silent=True) == "the file is silent"
    assert why("max_short_term_at_s", 2.0) == "shorter than 3 s"
    assert why("range_lu", 2.0, is_silent=True) == "shorter than 60 s: loudness range is not reliable"
    assert why("range_lu", is_silent=True) == "the file is silent"
    assert why("width_db", channels=1) == "the file does not have two channels"
    assert why("correlation_min_at_s") == "one of the channels is silent"
    assert why("section_contrast_lu", is_silent=True).startswith("the song is one section")
    assert why("a field of another version") == NOT_LOUD


def test_the_page_about_numbers_is_written_from_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == render(), "python -m bridge.report.numbers_docs docs/numbers.md"
