-- Whose hold a target of a batch makes or lifts: a later wish of the same owner takes the
-- place of one that has not begun. `by` is the job that stands in the place of `job`, which
-- was to do `act`; for a target that has not become a job it is the id that its job will have.

ALTER TABLE batch_items ADD COLUMN owner TEXT;
CREATE INDEX queued_holds_by_serial ON batch_items (serial) WHERE ended = 0 AND owner IS NOT NULL;
CREATE INDEX queued_holds_by_place ON batch_items (place) WHERE ended = 0 AND owner IS NOT NULL;

CREATE TABLE replaced (
    job TEXT NOT NULL PRIMARY KEY,
    by TEXT NOT NULL,
    act TEXT NOT NULL
);
CREATE INDEX replaced_by_job ON replaced (by);
