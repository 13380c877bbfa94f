-- What is still to be done about a job: `finish` or `undo` where it is pending and a
-- person wants it so, `look` where an ONU was told to start again.

CREATE TABLE duties (
    job TEXT NOT NULL PRIMARY KEY,
    duty TEXT NOT NULL
);
