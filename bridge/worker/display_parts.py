"""What pages draw of a sound file, on its way from the worker to the store."""

from msgspec import Raw, Struct

from bridge.model import Display, Zoom
from bridge.store import Store
from bridge.worker.job_type import as_raw, as_text


class DisplayParts(Struct, frozen=True, kw_only=True):
    """A `Display` in the parts the store keeps; ``curves`` is its `Curves` as JSON."""

    curves: Raw
    zooms: tuple[Zoom, ...] = ()


def parts_of(display: Display | None) -> DisplayParts | None:
    """Return a display in its parts; None when there is none."""
    return None if display is None else DisplayParts(curves=as_raw(display.curves), zooms=display.zooms)


def keep_display(store: Store, sha256: str, parts: DisplayParts | None) -> None:
    """Keep what is drawn of the file with this content, instead of what was kept before."""
    if parts is not None:
        store.display.set_curves(sha256, as_text(parts.curves))
        store.display.set_zooms(sha256, parts.zooms)
