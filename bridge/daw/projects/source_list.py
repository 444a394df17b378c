"""The sound files a saved project plays, as far as they are few enough to say what it is for."""

from pathlib import Path

from bridge.model import MOST_SOURCE_FILES


class SourceList:
    """Collects names while a project is read; keeps none once there are many, or something that no file holds."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._says_nothing = False

    def add(self, name: str) -> None:
        """Record the name of a file, as the project holds it."""
        if not self._says_nothing:
            self._names[name] = None
            if len(self._names) > MOST_SOURCE_FILES:
                self.spoil()

    def spoil(self) -> None:
        """Record that the project plays something else, MIDI say."""
        self._says_nothing = True
        self._names.clear()

    def files(self, folder: Path) -> tuple[str, ...]:
        """Return absolute paths; a bare name lies in the given folder."""
        return tuple(str(folder / name) for name in self._names if name)
