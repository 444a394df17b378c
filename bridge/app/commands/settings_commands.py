"""Commands that change the settings file; a running bridge takes the change at once."""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bridge.app.commands.records import Done, Relocate, UnwatchFolder, WatchFolder
from bridge.errors import UsageError
from bridge.pathtext import to_text
from bridge.settings.config import load
from bridge.settings.first_run import make_config
from bridge.settings.folders import folder_trouble, hidden_inside
from bridge.settings.home import Home
from bridge.settings.relocation import relocate_settings
from bridge.settings.watched import absolute, add_folder, remove_folder
from bridge.store import Store
from bridge.store.relocation import Move, Relocated, relocate
from bridge.watch.hands import FolderHands


class SettingsCommands:
    """All methods are called from the bridge's own thread; they raise `UsageError` and `ConfigError`.

    Parameters
    ----------
    home, store
        Whose settings, and what is known.
    take_now
        Has them taken by whoever runs.
    hands
        Who asks the drives.
    """

    def __init__(self, home: Home, store: Store, take_now: Callable[[], None], hands: FolderHands) -> None:
        self._home = home
        self._store = store
        self._take_now = take_now
        self._hands = hands

    def watch(self, command: WatchFolder) -> Done:
        """Have a folder watched; raises `DriveHangsError` when its drive does not answer."""
        path = absolute(command.folder)
        self._hands.ask(path, folder_trouble, path)  # who is asked again answers at once
        added = add_folder(self._settings(), command.folder, command.table)
        if command.table == "projects":
            return self._changed("Followed now", added)
        done = self._changed("Watched now", added)
        watch = load(self._home.config_path).watch
        hint = "" if watch.recursive else self._hands.ask(path, hidden_inside, path, watch.patterns)
        return replace(done, text=f"{done.text}. {hint}") if hint else done

    def unwatch(self, command: UnwatchFolder) -> Done:
        """Have a folder watched no longer; its songs stay."""
        what = "Watched no longer" if command.table == "watch" else "Followed no longer"
        return self._changed(what, remove_folder(self._settings(), command.folder, command.table))

    def relocate(self, command: Relocate) -> Done:
        """Let everything that is known of a folder follow it; all of it, or nothing."""
        if command.old == command.new:
            raise UsageError("the two folders are one")
        old, new = to_text(command.old), to_text(command.new)
        move, dry_run = Move(old, new), command.dry_run
        with self._store.database.transaction():
            done = relocate(self._store.database, old, new, dry_run=dry_run)
            count = relocate_settings(self._home.config_path, move.of, dry_run=dry_run)
            if not done.values and not count:
                raise UsageError(f"nothing that is known lies in {command.old}")
        if not dry_run:
            for job in self._store.jobs.returning():
                if Path(job.path).is_relative_to(new):  # it failed because its file was not there
                    self._store.jobs.try_again(job.id, by_itself=True)
            self._take_now()
        return Done(text=_words(done, count), files=done.bounces)

    def _settings(self) -> Path:
        """Return the settings file, made where there is none yet."""
        if not self._home.config_path.exists():
            make_config(self._home)
        return self._home.config_path

    def _changed(self, what: str, folder: Path) -> Done:
        self._take_now()
        return Done(text=f"{what}: {folder}")


def _words(done: Relocated, settings: int) -> str:
    counts = ((len(done.bounces), "bounce"), (done.songs, "song"), (done.masters, "master"), (settings, "setting"))
    named = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts if count]
    return f"{', '.join(named) or 'what is known'} {'follows' if not named else 'follow'} to the new folder."
