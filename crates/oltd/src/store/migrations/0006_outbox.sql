-- Whom the end of a job is told to, and how far that is: a row for each job that was
-- asked for with a `callback_url`. It stands from the moment at which the job is added,
-- with room for all that is noted in it later.

CREATE TABLE outbox (
    job TEXT NOT NULL PRIMARY KEY,
    url BLOB NOT NULL,
    state TEXT NOT NULL,
    ends BIGINT NOT NULL,
    since BIGINT,
    next_at BIGINT,
    tries BIGINT NOT NULL,
    last_error TEXT,
    pad BLOB NOT NULL
);
