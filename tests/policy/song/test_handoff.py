import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import UsageError
from bridge.model import Handoff
from bridge.policy.song import handoff

SHEET = Handoff(
    intent="intimate",
    must_survive=("the breath before the last chorus", "- a dash", "# a hash", "> an arrow"),
    references=("Blue.flac",),
    worries=(),
    complete=True,
    written_at=5.0,
)


def test_a_sheet_survives_the_editor() -> None:
    text = handoff.to_markdown(SHEET, "Night Drive, bounce 3")
    assert text.startswith("# Hand-off: Night Drive, bounce 3\n")
    assert handoff.from_markdown(text, 5.0) == SHEET
    assert handoff.from_markdown(text.replace("\n", "\r\n"), 5.0) == SHEET
    assert handoff.from_markdown("", 5.0) == Handoff(written_at=5.0)


@pytest.mark.slow
@given(
    st.sampled_from(handoff.INTENTS),
    st.lists(st.text(max_size=60), max_size=5),
    st.lists(st.text(max_size=60), max_size=5),
    st.booleans(),
)
def test_any_sheet_survives_the_editor(intent: str, keep: list[str], worries: list[str], complete: bool) -> None:
    sheet = handoff.make_sheet(intent, keep, (), worries, complete=complete, written_at=1.0)
    assert handoff.from_markdown(handoff.to_markdown(sheet, "x"), 1.0) == sheet
    assert all(item.isprintable() for item in (*sheet.must_survive, *sheet.worries))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("## Intent\nsad", "the intent 'sad' is not known; use one of intimate, energetic, strange, neutral"),
        ("## Complete, not perfect\nnearly", "must be yes or no, not 'nearly'"),
        ("## Feelings\n", "line 1: '## Feelings' is not a heading of the sheet"),
        ("## References\n" + "x" * 501, "line 2: longer than 500 characters"),
        ("## References\n" + "x\n" * 51, "51 entries"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        handoff.from_markdown(text, 1.0)


def test_every_intent_names_its_caps_and_the_sidecar_holds_them() -> None:
    assert set(handoff.CAPS) == set(handoff.INTENTS)
    sidecar = msgspec.json.decode(handoff.to_json(SHEET, "Night Drive", 3, "ab" * 32))
    assert sidecar["caps"] == handoff.CAPS["intimate"]
    assert sidecar["handoff"]["must_survive"][0] == "the breath before the last chorus"
    assert (sidecar["song"], sidecar["revision"]) == ("Night Drive", 3)


def test_a_sheet_in_one_line() -> None:
    assert handoff.summary(SHEET, 5.0).endswith("as intimate, 4 to keep; complete.")
