"""What a bounce is called in front of people: its song with the version, its number, and whether it is a dry print."""

from collections.abc import Iterable

from bridge.model import Bounce


def is_main(bounce: Bounce) -> bool:
    """Tell whether a bounce is of the song itself: no other version, no dry print."""
    return not bounce.version and not bounce.is_dry


def version_title(song: str, version: str) -> str:
    """Return a song and its version: "Weltschmerz (instrumental)"."""
    return f"{song} ({version})" if version else song


def song_title(bounce: Bounce) -> str:
    """Return what a bounce's song is called, with its version: "Weltschmerz (instrumental)"."""
    return version_title(bounce.song, bounce.version)


def number_title(bounce: Bounce) -> str:
    """Return a bounce's number: "3", or "3 dry"."""
    return numbered(bounce.revision, is_dry=bounce.is_dry)


def numbered(number: int, *, is_dry: bool) -> str:
    """Return a bounce's number for people, by what of it is known: "3", or "3 dry"."""
    return f"{number} dry" if is_dry else str(number)


def bounce_title(bounce: Bounce) -> str:
    """Return a bounce's full name: "Weltschmerz (instrumental), bounce 2"; "Weltschmerz, bounce 3 dry"."""
    return f"{song_title(bounce)}, bounce {number_title(bounce)}"


def bounce_address(bounce: Bounce) -> str:
    """Return how a command is told of a bounce: "Weltschmerz (instrumental):2"."""
    return f"{song_title(bounce)}:{number_title(bounce)}"


def newest_of(bounces: Iterable[Bounce]) -> Bounce | None:
    """Return the newest of bounces in their order; another version or a dry print only where nothing else is."""
    listed = list(bounces)
    for wanted in (is_main, lambda bounce: not bounce.is_dry, lambda _: True):
        for bounce in reversed(listed):
            if wanted(bounce):
                return bounce
    return None
