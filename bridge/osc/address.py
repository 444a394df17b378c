"""What an OSC address is: its path, where messages to it go, its arguments."""

from typing import Literal, NamedTuple

Direction = Literal["in", "out"]
ArgType = Literal["s", "i", "f"]


class Arg(NamedTuple):
    """One argument: OSC type, name, meaning; optional ones stand at the end."""

    type: ArgType
    name: str
    meaning: str
    optional: bool = False


class Address(NamedTuple):
    """One address."""

    path: str
    direction: Direction
    args: tuple[Arg, ...]
    meaning: str

    @property
    def least_args(self) -> int:
        """Return how many arguments must be there."""
        return sum(not arg.optional for arg in self.args)


PREFIX = "/freshears"
