"""The master bus of a bounce made while no DAW was heard, from the saved project beside it."""

import logging
from pathlib import Path

from bridge.daw.projects.reading import find_project_near, project_of, read_project
from bridge.daw.projects.saved import SavedProject
from bridge.errors import DawError
from bridge.model import Hazard, SessionSnapshot

log = logging.getLogger(__name__)

# ours: a save this long after the bounce may hold another chain than the one that was bounced through.
_LATER_S = 60.0
# ours: about half a second of reading; larger projects are left to `freshears inspect`.
_MAX_BYTES = 32 * 1024 * 1024


def project_beside(sound: Path) -> str:
    """Return the name of the project beside a bounce or in the folder above it, empty where it is not clear."""
    try:
        path = find_project_near(sound)
    except OSError:
        return ""
    return "" if path is None else path.stem


def session_near(sound: Path) -> SessionSnapshot | None:
    """Return the session a bounce was most likely made in, as it was last saved.

    None when no project lies beside the bounce or in the folder above it, when it is not clear which one, when it was
    saved after the bounce, is very large, or cannot be read: better nothing than a wrong accusation.
    """
    path = find_project_near(sound)
    if path is None:
        return None
    try:
        saved_at, size = path.stat().st_mtime, path.stat().st_size
        if saved_at > sound.stat().st_mtime + _LATER_S or size > _MAX_BYTES:
            return None
        project = read_project(path)
    except (OSError, DawError) as error:
        log.info("the project beside %s says nothing: %s", sound, error)
        return None
    except Exception:  # whatever is wrong with a project, the bounce beside it is one
        log.exception("the project beside %s cannot be read", sound)
        return None
    return as_session(project, saved_at)


def _render_hazards(project: SavedProject) -> tuple[Hazard, ...]:
    """Return what the render window is set to; solo and mutes come and go without a save, so they are no evidence."""
    render = project.render
    found: list[Hazard] = []
    if render is not None:
        found += ["render-limits"] if render.limits else []
        found += ["render-normalises"] if render.normalises else []
    return tuple(found)


def as_session(project: SavedProject, saved_at: float) -> SessionSnapshot:
    """Return a saved project as a session that stands still."""
    return SessionSnapshot(
        daw=project.daw,
        seen_at=saved_at,
        project_path=str(project_of(project.daw, Path(project.path))),
        project_name=project.name,
        track_count=project.track_count,
        transport="stopped",
        master_chain_enabled=project.master_chain_enabled,
        master_chain=project.master_chain,
        buses=project.buses,
        layout=project.layout,
        hazards=_render_hazards(project),
        switches_read=project.switches_read,
        source_files=project.source_files,
    )
