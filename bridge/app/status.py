"""What `freshears status` shows, read from the store and the lock: no connection to the bridge is needed."""

import shutil
from typing import Any

from bridge import __version__
from bridge.app.loop.locking import is_bridge
from bridge.filelock import FileLock, LockHolder
from bridge.model import Bounce
from bridge.policy.song.titles import newest_of
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.songs.near import answer_words, question_about, seen_of
from bridge.songs.service import SongService
from bridge.store import Store

_LEAST_FREE_BYTES = 1 << 20  # ours: less than one bounce's results take


def read_status(home: Home, config: Config) -> dict[str, Any]:
    """Return the state of the bridge and its songs as plain values.

    Raises
    ------
    StoreError
        The store is damaged or from a newer version.
    """
    holder = FileLock(home.lock_path).holder()
    pid = holder.pid if holder is not None and is_bridge(holder.what) else None
    base: dict[str, Any] = {
        "running": pid is not None,
        "pid": pid,
        "version": __version__,
        "config": str(home.config_path),
        "store": str(home.store_path),
        "folders": [{"path": folder, "there": None} for folder in config.watch.folders],
        "project_folders": [{"path": folder, "state": None} for folder in config.projects.folders],
        "osc_port": None,
        "page_url": None,
        "queue": {"queued": 0, "current": None, "waiting_for": [], "waits_for_daw": "", "failed": []},
        "songs": [],
        "other_masters": [],
        "stem_sets": [],
        "song_questions": [],
        "warnings": [],
        "noticed": [],
        "settle_s": config.guard.settle_s,
        "daws": [],
        "stopped_parts": {},
        "store_trouble": _store_trouble(home, holder),
    }
    if not home.store_path.exists():
        return base
    store = Store.open(home.store_path, read_only=True)
    try:
        return base | _from_store(store, SongService(store, config), running=pid is not None)
    finally:
        store.close()


def _store_trouble(home: Home, holder: LockHolder | None) -> str:
    """Return why nothing can be kept just now, empty when all is well."""
    if holder is not None and holder.trouble:
        return holder.trouble
    try:
        free_bytes = shutil.disk_usage(home.store_path.parent).free
    except OSError:
        return ""
    if free_bytes >= _LEAST_FREE_BYTES:
        return ""
    return f"{home.store_path}: the disk of the store is full ({free_bytes // 1024} KiB free); make room on the disk"


def _from_store(store: Store, song_service: SongService, *, running: bool) -> dict[str, Any]:
    published = store.runtime.published("bridge")
    live = published[0] if published is not None and running else {}
    status: dict[str, Any] = {
        "stopped_parts": live.get("stopped_parts", {}),
        "queue": {
            "queued": len(store.jobs.by_state("queued")),
            "current": live.get("current_job"),
            "waiting_for": live.get("waiting_for", []),
            "waits_for_daw": live.get("waits_for_daw", ""),
            "failed": [{"job": job.id, "path": job.path, "reason": job.error} for job in store.jobs.noted()[-10:]],
        },
        "songs": [
            entry
            for song in store.bounces.songs()
            if (entry := _song(store, song_service, song.id, song.name, song.folder)) is not None
        ],
        "song_questions": [
            {
                "song_id": one.song_id,
                "song": one.song,
                "near_id": one.near_id,
                "near": one.near,
                "question": f"{question_about(one.song, one.near)} {seen_of(one.song, one.near)}",
                "answers": answer_words(one.song, one.near),
            }
            for one in store.landings.questions()
        ],
        "stem_sets": [
            {"song": one.song, "folder": one.folder, "stems": list(one.stems)} for one in store.landings.stem_sets()
        ],
        "other_masters": [
            {"input": made.input, "target": made.target, "path": made.path, "made_at": made.made_at}
            for made in store.results.masters_without_bounce()
        ],
    }
    for key in ("version", "folders", "project_folders", "osc_port", "page_url", "daws", "warnings", "noticed"):
        if key in live:
            status[key] = live[key]
    return status


def _versions(store: Store, bounces: list[Bounce], shown: str) -> list[dict[str, Any]]:
    """Return the other versions of a song, each with its newest bounce."""
    found = []
    for version in sorted({one.version for one in bounces} - {shown}):
        own = [one for one in bounces if one.version == version]
        last = newest_of(own)
        if last is not None:
            newest: dict[str, Any] = {"revision": last.revision, "path": last.path, "bounced_at": last.bounced_at}
            newest["verdict"] = store.results.verdict(last.id)
            found.append({"version": version, "revisions": sum(not one.is_dry for one in own), "last_bounce": newest})
    return found


def _song(store: Store, song_service: SongService, song_id: int, name: str, folder: str) -> dict[str, Any] | None:
    bounces = store.bounces.of_song(song_id)
    last = newest_of(bounces)
    if last is None:  # all of them have been moved to other songs
        return None
    analysis = store.results.analysis(last.id)
    mode = song_service.mode(song_id)
    ready = song_service.readiness(last)
    resting = song_service.rest(last)
    return {
        "id": song_id,
        "name": name,
        "folder": folder,
        "mode": mode.mode,
        "mode_source": mode.source,
        "mode_why": mode.why,
        "revisions": sum((one.version, one.is_dry) == (last.version, last.is_dry) for one in bounces),
        "version": last.version,  # the song itself, or the version that is all there is of it
        "versions": _versions(store, bounces, last.version),
        "last_bounce": {
            "revision": last.revision,
            "label": last.label,
            "path": last.path,
            "seen_at": last.seen_at,
            "bounced_at": last.bounced_at,
            "verdict": analysis.verdict if analysis else None,
            "report": analysis.report_path if analysis else None,
            "readiness": ready.verdict,
            "readiness_text": ready.headline,
            "rest_until": None if resting is None or resting.is_over else resting.until,
        },
        "masters": [
            {"revision": bounce.revision, "target": made.target, "path": made.path}
            for bounce in bounces
            for made in store.results.masters(bounce.id)
        ],
    }
