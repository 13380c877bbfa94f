-- Batches: a job whose targets are jobs of their own. The id of a target's job stands with
-- the target from the beginning; the job itself is added once its turn has come. How a
-- target ended is a number of one byte, so that no end of one needs a new page.

ALTER TABLE jobs ADD COLUMN parent TEXT;
CREATE INDEX jobs_by_parent ON jobs (parent) WHERE parent IS NOT NULL;

CREATE TABLE batches (
    job TEXT NOT NULL PRIMARY KEY,
    not_before BIGINT,
    until BIGINT,
    cancelled_at BIGINT,
    cancelled_by TEXT,
    document BLOB NOT NULL
);

CREATE TABLE batch_items (
    parent TEXT NOT NULL,
    nr BIGINT NOT NULL,
    job TEXT NOT NULL UNIQUE,
    olt TEXT,
    place TEXT,
    serial TEXT,
    ended BIGINT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (parent, nr)
);
CREATE INDEX open_batch_items ON batch_items (parent) WHERE ended = 0;
