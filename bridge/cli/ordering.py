"""Have a command carried out, by a running bridge or here, and say what becomes of it in the command line's words."""

from typing import TYPE_CHECKING

from bridge.cli.context import console, the_config, the_home
from bridge.errors import JobError, UsageError

if TYPE_CHECKING:
    from bridge.app.commands.records import Command, Done, Refused


def order(command: "Command", name: str, *, go_on: str = "") -> "Done":
    """Have one command carried out that takes no job; `name` is what the person typed.

    ``go_on`` says how to have it done all the same, where that is possible.

    Raises
    ------
    UsageError
        There is no such thing, or it makes no sense as it was asked.
    JobError
        It cannot be done now.
    """
    from bridge.app.client import Client
    from bridge.app.commands.records import Refused

    said = console(json=True)
    client = Client(the_home(), the_config(), name, on_word=lambda word: said.print(word))
    (settled,) = client.carry_out([command])
    if isinstance(settled.outcome, Refused):
        error = error_of(settled.outcome)
        raise type(error)(f"{error} {go_on}") if go_on and settled.outcome.may_go_on else error
    return settled.outcome


def error_of(refused: "Refused") -> UsageError | JobError:
    """Return a refusal as the error that ends a command: its exit code tells a wrong question from a wrong moment."""
    kind = UsageError if refused.kind in {"unknown", "wrong", "outside"} else JobError
    return kind(refused.text)
