"""The step that gave songs versions, bounces dates of their own and aliases, and parts of a mix a place.

Released steps are never edited (`bridge.store.schema`).
"""

# A song's versions (instrumental, radio edit) and dry prints have numbers of their own, so the table is made anew:
# SQLite cannot change a UNIQUE. What a bounce refers to stays the same throughout, so the checks wait for the end.
VERSIONS = """
PRAGMA defer_foreign_keys = ON;
CREATE TABLE bounces_before AS SELECT * FROM bounces;
DELETE FROM bounces;
DROP TABLE bounces;
CREATE TABLE bounces (
    id INTEGER PRIMARY KEY,
    song_id INTEGER NOT NULL REFERENCES songs (id),
    version TEXT NOT NULL DEFAULT '', -- '' is the song itself; instrumental, a cappella, clean, radio edit ...
    is_dry INTEGER NOT NULL DEFAULT 0, -- printed without the master bus: an annex of the bounce of its number
    revision INTEGER NOT NULL,
    label TEXT NOT NULL,            -- what the file name called this bounce: v3, mix_12
    sha256 TEXT NOT NULL UNIQUE,    -- a bounce *is* its content
    path TEXT NOT NULL,             -- where it was last seen
    size_bytes INTEGER NOT NULL,
    source TEXT NOT NULL,           -- folder, osc, ardour, reaper
    seen_at REAL NOT NULL,
    bounced_at REAL NOT NULL,       -- the file's own date
    sorts_at REAL NOT NULL,         -- its place among its siblings: that date, or one date for files copied at once
    UNIQUE (song_id, version, is_dry, revision)
);
INSERT INTO bounces
    SELECT id, song_id, '', EXISTS (SELECT 1 FROM prints WHERE dry_id = old.id), revision, label, sha256, path,
           size_bytes, source, seen_at, seen_at, max(seen_at) OVER (PARTITION BY song_id ORDER BY revision)
    FROM bounces_before AS old;
DROP TABLE bounces_before;
CREATE INDEX bounces_by_size ON bounces (size_bytes);
CREATE INDEX bounces_by_date ON bounces (song_id, sorts_at);

-- Numbers a bounce was once shown under, in this song or another: they are known for ever and not given again.
CREATE TABLE bounce_aliases (
    bounce_id INTEGER NOT NULL REFERENCES bounces (id),
    song_id INTEGER NOT NULL REFERENCES songs (id), -- the song it was shown under
    version TEXT NOT NULL,
    is_dry INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (song_id, version, is_dry, revision, bounce_id)
);

-- Names that belong to a song beside its own: what lands under one of them is a bounce of it.
CREATE TABLE song_aliases (
    folder TEXT NOT NULL,
    key TEXT NOT NULL,
    song_id INTEGER NOT NULL REFERENCES songs (id),
    at REAL NOT NULL,
    PRIMARY KEY (folder, key)
);

-- A new song that looks near to one that is there: asked once.
CREATE TABLE song_questions (
    id INTEGER PRIMARY KEY,
    song_id INTEGER NOT NULL REFERENCES songs (id), -- the new one
    near_id INTEGER NOT NULL REFERENCES songs (id), -- the one it may be
    asked_at REAL NOT NULL,
    answer TEXT NOT NULL DEFAULT '', -- new, same; '' while it stands
    answered_at REAL,
    UNIQUE (song_id, near_id)
);

-- Files of one mix's parts: kept as a set, they are no bounces.
CREATE TABLE stem_sets (
    id INTEGER PRIMARY KEY,
    folder TEXT NOT NULL,
    key TEXT NOT NULL,              -- folded name of the song they are parts of
    song TEXT NOT NULL,
    seen_at REAL NOT NULL,
    UNIQUE (folder, key)
);
CREATE TABLE stem_files (
    path TEXT PRIMARY KEY,
    set_id INTEGER NOT NULL REFERENCES stem_sets (id),
    stem TEXT NOT NULL,             -- bass, drums
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    seen_at REAL NOT NULL
);
CREATE INDEX stem_files_by_set ON stem_files (set_id);
"""
