"""Checked messages as commands."""

import pytest

from bridge.app.commands.records import MakeMaster
from bridge.app.fronts.osc import command_of
from bridge.model import MasterRequest
from bridge.osc import addresses as osc
from bridge.osc.codec import Message


@pytest.mark.parametrize(
    ("args", "target", "anyway", "why"),
    [
        (("/b/Tide.wav",), "", False, ""),
        (("/b/Tide.wav", "cd"), "cd", False, ""),
        (("/b/Tide.wav", "cd", "late"), "cd", True, "late"),
    ],
)
def test_a_master_with_and_without_metadata_differs_in_nothing_else(
    args: tuple[str, ...], target: str, anyway: bool, why: str
) -> None:
    wanted = MakeMaster(mix="/b/Tide.wav", target=target, anyway=anyway, why=why)
    assert command_of(Message(osc.MASTER, args)) == wanted
    plain = command_of(Message(osc.MASTER_NO_METADATA, args))
    assert plain == MakeMaster(
        mix="/b/Tide.wav",
        target=target,
        anyway=anyway,
        why=why,
        request=MasterRequest(input_path="", metadata=False),
    )
