"""docs/daw-protocol.md is what the code says, and the tables are what the readers read."""

from pathlib import Path

import msgspec

from bridge.daw.protocol.docs import render
from bridge.daw.protocol.state import STATE
from bridge.daw.protocol.table import PANEL, REQUESTS
from bridge.daw.reaper.mailbox import ReaperRequest, State, StateChain, StateProject

PAGE = Path(__file__).parents[3] / "docs" / "daw-protocol.md"


def test_the_page_is_the_one_the_tables_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "make docs"


def test_every_field_and_request_is_on_the_page() -> None:
    text = render()
    for field in PANEL:
        assert f"| `{field.name}` |" in text
    for request in REQUESTS.values():
        assert f"### `{request.name}`" in text


def test_the_state_table_names_exactly_what_is_read_from_reaper() -> None:
    def names(record: type[msgspec.Struct], prefix: str = "") -> set[str]:
        return {prefix + field.name for field in msgspec.structs.fields(record)}

    read = names(State) - {"project", "master"} | names(StateProject, "project.") | names(StateChain, "master.")
    assert {field.reaper for field in STATE if field.reaper} == read


def test_reapers_requests_carry_every_value_of_the_table() -> None:
    known = {field.name for field in msgspec.structs.fields(ReaperRequest)}
    for request in REQUESTS.values():
        if request.reaper in {"answer", "bounced"}:
            missing = {argument.name for argument in request.arguments} - known
            assert missing <= {"project_name", "start_s"}  # read from the path; a REAPER project begins at zero
