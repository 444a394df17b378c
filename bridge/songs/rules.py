"""The person's own rules of names (``[songs]`` in the settings), applied to what is there.

Each rule is applied once, when it is new: what a person moves elsewhere afterwards stays there.
"""

import fnmatch
from collections.abc import Mapping

from bridge.model import Bounce, Song
from bridge.pathtext import to_path
from bridge.policy.song.titles import bounce_title
from bridge.songs.mending import Mended, keep
from bridge.songs.moving import Moved, Moving
from bridge.songs.naming import song_key
from bridge.store import Journal, Store

_MOST_TOLD = 6  # ours: more is a list, not a sentence


def apply_rules(store: Store, rules: Mapping[str, str]) -> Mended | None:
    """Move the bounces that new rules name to their songs, in one mend; ``None`` when nothing has to move."""
    applied = store.song_names.applied_rules()
    new = {(pattern, name) for pattern, name in rules.items() if (pattern, name) not in applied}
    if not new:
        return None
    with store.database.transaction() as connection:
        journal = Journal(connection)
        moving = Moving(store, journal)
        moved: list[Moved] = []
        for song in store.bounces.songs():
            moved += _moved_from(store, moving, song, rules, new)
        for _, name in sorted(new):
            _lands_in_its_song(store, moving, name)
        store.song_names.note_applied(new)
        if not moved:
            return None
        songs = tuple(dict.fromkeys(after.song_id for _, after in moved))
        return keep(store, journal, "rules", songs, _words(moved))


def _moved_from(
    store: Store, moving: Moving, song: Song, rules: Mapping[str, str], new: set[tuple[str, str]]
) -> list[Moved]:
    wanted: dict[str, list[Bounce]] = {}
    for bounce in store.bounces.of_song(song.id):
        rule = _rule_for(bounce, rules)
        if rule in new and song_key(rule[1]) != song_key(song.name):
            wanted.setdefault(rule[1], []).append(bounce)
    moved: list[Moved] = []
    for name, bounces in wanted.items():
        target = _song_called(store, name) or moving.new_song(name, song, folder="")
        if len(bounces) == len(store.bounces.of_song(song.id)):
            kept = store.bounces.song(target)
            moved += moving.take_all(song, kept) if kept is not None else []
        else:
            moved += moving.move_all(bounces, target)
    return moved


def _rule_for(bounce: Bounce, rules: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first rule that names a bounce, as for files that land."""
    stem = to_path(bounce.path).stem.casefold()
    return next((rule for rule in rules.items() if fnmatch.fnmatchcase(stem, rule[0].casefold())), None)


def _song_called(store: Store, name: str) -> int | None:
    """Return the song that a rule means: the one of this name, the one kept for rules where there are several."""
    key = song_key(name)
    found = [song for song in store.bounces.songs() if song_key(song.name) == key]
    own = [song for song in found if not song.folder]
    return (own or found)[0].id if found and (own or len(found) == 1) else None


def _lands_in_its_song(store: Store, moving: Moving, name: str) -> None:
    """Let what a rule names land in the song that is called so, instead of a second one of that name."""
    song_id = _song_called(store, name)
    if song_id is not None:
        moving.lands_in("", song_key(name), song_id)


def _words(moved: list[Moved]) -> str:
    told = [f"{bounce_title(before)} is {bounce_title(after)}" for before, after in moved]
    more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"By your rules of names: {'; '.join(told[:_MOST_TOLD])}{more}."
