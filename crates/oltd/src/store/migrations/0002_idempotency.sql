-- The keys under which callers ask for the same again, each with the job that it began.

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    name TEXT NOT NULL,
    job TEXT NOT NULL,
    asked BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (caller, name)
);
