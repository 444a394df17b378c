"""The database's shape, as numbered steps; each runs once, in one transaction with its own record.

A step that has been released is never edited: the next change is a new step.
"""

from typing import NamedTuple


class Migration(NamedTuple):
    """One numbered step."""

    number: int
    name: str
    sql: str


SPINE = """
CREATE TABLE songs (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,              -- folded name: two spellings of a song are one
    folder TEXT NOT NULL,           -- two songs with one name in different folders are two; '' for named by override
    name TEXT NOT NULL,
    created_at REAL NOT NULL,
    UNIQUE (folder, key)
);

CREATE TABLE bounces (
    id INTEGER PRIMARY KEY,
    song_id INTEGER NOT NULL REFERENCES songs (id),
    revision INTEGER NOT NULL,
    label TEXT NOT NULL,            -- what the file name called this bounce: v3, mix_12
    sha256 TEXT NOT NULL UNIQUE,    -- a bounce *is* its content
    path TEXT NOT NULL,             -- where it was last seen
    size_bytes INTEGER NOT NULL,
    source TEXT NOT NULL,           -- folder, osc, ardour, reaper
    seen_at REAL NOT NULL,
    UNIQUE (song_id, revision)
);

-- Every place where a bounce was seen: copies and renames are one bounce.
CREATE TABLE bounce_paths (
    path TEXT PRIMARY KEY,
    bounce_id INTEGER NOT NULL REFERENCES bounces (id),
    seen_at REAL NOT NULL
);

-- What has been dealt with, by path and stamp, so that a restart asks no file twice.
CREATE TABLE seen_files (
    path TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    outcome TEXT NOT NULL           -- bounce, baseline (was there before us), failed, own
);

CREATE TABLE folders (
    path TEXT PRIMARY KEY,
    baseline_at REAL NOT NULL       -- when its older files were noted and left alone
);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,             -- analyse, master
    bounce_id INTEGER REFERENCES bounces (id),
    path TEXT NOT NULL,             -- the file it works on
    params TEXT NOT NULL,           -- JSON
    dedup_key TEXT NOT NULL,        -- the same work asked twice is one job
    state TEXT NOT NULL,            -- queued, running, done, failed, cancelled
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL
);
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_key ON jobs (dedup_key, id);
CREATE UNIQUE INDEX jobs_alive ON jobs (dedup_key) WHERE state IN ('queued', 'running');

CREATE TABLE analyses (
    bounce_id INTEGER PRIMARY KEY REFERENCES bounces (id),
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    verdict TEXT NOT NULL,
    data TEXT NOT NULL,             -- the Analysis as JSON
    report_path TEXT NOT NULL,
    created_at REAL NOT NULL
);

CREATE TABLE masters (
    id INTEGER PRIMARY KEY,
    bounce_id INTEGER REFERENCES bounces (id),
    job_id INTEGER REFERENCES jobs (id),
    target TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    data TEXT NOT NULL,             -- the MasterResult as JSON
    report_path TEXT NOT NULL,
    created_at REAL NOT NULL
);

-- What happened, in order, for the history of a song.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    song_id INTEGER REFERENCES songs (id),
    bounce_id INTEGER REFERENCES bounces (id),
    data TEXT NOT NULL              -- JSON
);
CREATE INDEX events_by_song ON events (song_id, id);

-- What the running bridge knows right now, for `status` and the page; meaningless when it is not running.
CREATE TABLE runtime (
    key TEXT PRIMARY KEY,
    data TEXT NOT NULL,
    updated_at REAL NOT NULL
);
"""

MIGRATIONS: tuple[Migration, ...] = (Migration(1, "spine", SPINE),)
