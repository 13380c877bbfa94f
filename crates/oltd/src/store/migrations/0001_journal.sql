-- Jobs, plans, steps, what OLTs owe, records. Times are milliseconds since 1970;
-- a document is a BLOB that is sealed with the key of the store. `pad` is room that
-- a later change of the row takes up, so that no change needs a new page: for the
-- same reason nothing that changes while a plan runs is in an index.

CREATE TABLE jobs (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    olt TEXT NOT NULL,
    object TEXT NOT NULL,
    caller TEXT,
    request_id TEXT NOT NULL,
    reference TEXT,
    state TEXT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    pad BLOB NOT NULL
);

-- Apart, because the old and the new version of a row with a long document would
-- need space at once.
CREATE TABLE results (
    job TEXT NOT NULL PRIMARY KEY,
    document BLOB NOT NULL
);

CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    job TEXT,
    applied_by TEXT,
    olt TEXT NOT NULL,
    object TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    begun_at BIGINT,
    ended_at BIGINT,
    outcome BLOB,
    pad BLOB NOT NULL
);
CREATE INDEX plans_by_job ON plans (applied_by);

CREATE TABLE documents (
    plan TEXT NOT NULL PRIMARY KEY,
    document BLOB NOT NULL
);

-- The plans that are running or pending: few, and without an index.
CREATE TABLE live (
    n INTEGER PRIMARY KEY,
    plan TEXT NOT NULL
);

CREATE TABLE steps (
    plan TEXT NOT NULL,
    seq BIGINT NOT NULL,
    way BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    state BIGINT NOT NULL,
    sent_at BIGINT,
    took_ms BIGINT,
    answer BLOB,
    pad BLOB NOT NULL,
    PRIMARY KEY (plan, seq, way)
);

CREATE TABLE olts (
    olt TEXT NOT NULL PRIMARY KEY,
    boot BIGINT NOT NULL
);

-- A row for each job that changed the OLT since it was saved, and for each that may
-- still do so (`since` is null).
CREATE TABLE owed (
    olt TEXT NOT NULL,
    job TEXT NOT NULL,
    since BIGINT,
    at BIGINT,
    pad BLOB NOT NULL,
    PRIMARY KEY (olt, job)
);

CREATE TABLE records (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    olt TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    document BLOB NOT NULL
);
CREATE INDEX records_by_olt ON records (olt, kind, at);
