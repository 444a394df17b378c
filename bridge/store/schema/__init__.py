"""The database's shape, as numbered steps; each runs once, in one transaction with its own record.

A step that has been released is never edited: the next change is a new step.
"""

from typing import NamedTuple

from bridge.store.schema.mends import MENDS
from bridge.store.schema.versions import VERSIONS


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
    kind TEXT NOT NULL,             -- analyse, master, compare, references
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

CONSCIENCE = """
-- The modes a song went through. A session whose song has no bounce yet is known by its project alone.
CREATE TABLE modes (
    id INTEGER PRIMARY KEY,
    song_id INTEGER REFERENCES songs (id),
    project TEXT NOT NULL DEFAULT '',
    mode TEXT NOT NULL,
    source TEXT NOT NULL,           -- person, bounce, guess, master
    why TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX modes_by_song ON modes (song_id, id);
CREATE INDEX modes_by_project ON modes (project, id);

-- Every version of every hand-off sheet.
CREATE TABLE handoffs (
    id INTEGER PRIMARY KEY,
    bounce_id INTEGER NOT NULL REFERENCES bounces (id),
    data TEXT NOT NULL,             -- the Handoff as JSON
    written_at REAL NOT NULL
);
CREATE INDEX handoffs_by_bounce ON handoffs (bounce_id, id);

CREATE TABLE ticks (
    id INTEGER PRIMARY KEY,
    bounce_id INTEGER NOT NULL REFERENCES bounces (id),
    place TEXT NOT NULL,
    note TEXT NOT NULL,
    heard_at REAL NOT NULL
);
CREATE INDEX ticks_by_bounce ON ticks (bounce_id, id);

-- What somebody did although it was not ready, and why.
CREATE TABLE overrides (
    id INTEGER PRIMARY KEY,
    bounce_id INTEGER NOT NULL REFERENCES bounces (id),
    what TEXT NOT NULL,             -- what stood in the way
    reason TEXT NOT NULL,           -- the person's own words, may be empty
    at REAL NOT NULL
);
CREATE INDEX overrides_by_bounce ON overrides (bounce_id, id);

-- What the guard remembers about a project.
CREATE TABLE guards (
    project TEXT PRIMARY KEY,
    data TEXT NOT NULL,             -- the GuardState as JSON
    updated_at REAL NOT NULL
);

-- What was on the master bus when a bounce was made, as far as a DAW said so.
CREATE TABLE buses (
    bounce_id INTEGER PRIMARY KEY REFERENCES bounces (id),
    project TEXT NOT NULL,
    data TEXT NOT NULL,             -- JSON
    at REAL NOT NULL
);

-- Answers to the questions a mode asks.
CREATE TABLE replies (
    id INTEGER PRIMARY KEY,
    song_id INTEGER NOT NULL REFERENCES songs (id),
    mode TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX replies_by_song ON replies (song_id, id);

-- Two prints of one mix: with and without its master bus.
CREATE TABLE prints (
    wet_id INTEGER NOT NULL REFERENCES bounces (id),
    dry_id INTEGER NOT NULL REFERENCES bounces (id),
    source TEXT NOT NULL,           -- daw, name, person
    at REAL NOT NULL,
    PRIMARY KEY (wet_id, dry_id)
);

-- The one friendly word that a rest is over.
CREATE TABLE nudges (
    bounce_id INTEGER PRIMARY KEY REFERENCES bounces (id),
    at REAL NOT NULL
);
"""

# A song's page lists hundreds of bounces; an analysis with its curves is too long to be read for one line of a list.
SUMMARIES = """
CREATE TABLE bounce_summaries (
    bounce_id INTEGER PRIMARY KEY REFERENCES bounces (id),
    verdict TEXT NOT NULL,
    integrated_lufs REAL,
    true_peak_dbtp REAL,
    duration_s REAL
);

INSERT INTO bounce_summaries
    SELECT bounce_id, verdict, json_extract(data, '$.measurement.integrated_lufs'),
           json_extract(data, '$.measurement.true_peak_dbtp'), json_extract(data, '$.format.duration_s')
    FROM analyses WHERE json_valid(data);

CREATE TRIGGER summarise_analysis AFTER INSERT ON analyses WHEN json_valid(NEW.data) BEGIN
    INSERT OR REPLACE INTO bounce_summaries VALUES (
        NEW.bounce_id, NEW.verdict, json_extract(NEW.data, '$.measurement.integrated_lufs'),
        json_extract(NEW.data, '$.measurement.true_peak_dbtp'), json_extract(NEW.data, '$.format.duration_s')
    );
END;
"""

# What is said inside a project before its first bounce has no song to go to yet.
PROJECT_REPLIES = """
CREATE TABLE project_replies (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    mode TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX project_replies_by_project ON project_replies (project, id);
CREATE INDEX buses_by_project ON buses (project, at);
CREATE INDEX bounces_by_size ON bounces (size_bytes);
"""

# What pages draw and compare, by the content of the sound files: a renamed file is the same picture.
DRAWINGS = """
-- Curves of a bounce or master, thinned: an analysis of an hour is too long to be read for one page.
CREATE TABLE drawings (
    sha256 TEXT PRIMARY KEY,
    curves TEXT NOT NULL            -- the Curves as JSON
);

-- The waveform for looking closer: one byte for the peak of every channel in every step, channel after channel.
CREATE TABLE zooms (
    sha256 TEXT NOT NULL,
    level INTEGER NOT NULL,         -- 0 is the finest
    step_s REAL NOT NULL,
    channels INTEGER NOT NULL,
    full_scale REAL NOT NULL,       -- the amplitude that 255 stands for
    peaks BLOB NOT NULL,
    PRIMARY KEY (sha256, level)
);

CREATE TABLE comparisons (
    a_sha256 TEXT NOT NULL,
    b_sha256 TEXT NOT NULL,
    data TEXT NOT NULL,             -- the BounceDiff as JSON
    at REAL NOT NULL,
    PRIMARY KEY (a_sha256, b_sha256)
);

CREATE TABLE reference_comparisons (
    sha256 TEXT NOT NULL,           -- of the mix
    files TEXT NOT NULL,            -- the references, as JSON: another choice is another comparison
    data TEXT NOT NULL,             -- the ReferenceComparison as JSON
    at REAL NOT NULL,
    PRIMARY KEY (sha256, files)
);
"""

# References that were listened to: a page plays them beside the song, and names them by number.
REFERENCE_FILES = """
CREATE TABLE reference_files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    rate_hz INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    UNIQUE (path, sha256)
);
"""

# What is acknowledged is on disk: commands that wait for a file or a first bounce, and those of other processes.
COMMANDS = """
CREATE TABLE commands (
    id INTEGER PRIMARY KEY,
    asker TEXT NOT NULL,            -- osc:PORT, page, ardour, reaper, command line
    data TEXT NOT NULL,             -- the command as JSON
    waits_for TEXT NOT NULL DEFAULT '', -- file:PATH or project:KEY
    place TEXT NOT NULL DEFAULT '', -- (song, folder) its file is recorded under, as JSON; '' for its own name
    state TEXT NOT NULL,            -- asked, waiting, done, refused
    outcome TEXT NOT NULL DEFAULT '', -- JSON
    asked_at REAL NOT NULL,
    ended_at REAL
);
CREATE INDEX commands_by_state ON commands (state, id);
CREATE INDEX masters_by_job ON masters (job_id);
"""

# A report that could not be written is written later: which ones these are is asked often, of rows that are long.
OWED_REPORTS = """
CREATE INDEX analyses_without_report ON analyses (bounce_id) WHERE report_path = '';
"""

# What failed through no fault of the file is tried again; what has been read is not shown for ever.
FAILED_JOBS = """
ALTER TABLE jobs ADD COLUMN may_pass INTEGER NOT NULL DEFAULT 0; -- why it failed may be gone at the next start
ALTER TABLE jobs ADD COLUMN returns INTEGER NOT NULL DEFAULT 0; -- how often it was tried again by itself
ALTER TABLE jobs ADD COLUMN dismissed_at REAL; -- when the person had read why it failed
"""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "spine", SPINE),
    Migration(2, "conscience", CONSCIENCE),
    Migration(3, "summaries", SUMMARIES),
    Migration(4, "project replies", PROJECT_REPLIES),
    Migration(5, "drawings", DRAWINGS),
    Migration(6, "reference files", REFERENCE_FILES),
    Migration(7, "commands", COMMANDS),
    Migration(8, "owed reports", OWED_REPORTS),
    Migration(9, "failed jobs", FAILED_JOBS),
    Migration(10, "versions", VERSIONS),
    Migration(11, "mends", MENDS),
)
