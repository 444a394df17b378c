"""The step that let a person mend songs: what was mended can be undone, ticks taken back, bounces forgotten.

Released steps are never edited (`bridge.store.schema`).
"""

MENDS = """
ALTER TABLE songs ADD COLUMN merged_into INTEGER REFERENCES songs (id); -- it is part of that song now
ALTER TABLE bounces ADD COLUMN forgotten_at REAL; -- not shown any more; its number stays taken
ALTER TABLE ticks ADD COLUMN taken_back_at REAL;

-- What a person mended, with the rows it changed as they were and as they became.
CREATE TABLE mends (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    kind TEXT NOT NULL,             -- rename, merge, split, move, forget, version, add, rules
    song_id INTEGER NOT NULL,       -- the song it is told with
    words TEXT NOT NULL,
    changes TEXT NOT NULL,          -- JSON
    undone_at REAL
);
CREATE INDEX mends_by_song ON mends (song_id, id);

-- The person's rules of names that have been applied to what was there: once each, so that a later mend stands.
CREATE TABLE applied_rules (
    pattern TEXT NOT NULL,
    song TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (pattern, song)
);
"""
