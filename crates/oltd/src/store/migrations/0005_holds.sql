-- Who wants which ONU out of service. `onu` is its serial number, or its place where it is
-- registered without one; `job` made the hold, which is being made while `made` is 0. `pad`
-- is room for a longer reason that is about to be kept.

CREATE TABLE holds (
    olt TEXT NOT NULL,
    onu TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    way TEXT NOT NULL,
    caller TEXT,
    job TEXT NOT NULL,
    since BIGINT NOT NULL,
    made BIGINT NOT NULL,
    shut_before BIGINT NOT NULL,
    pad BLOB NOT NULL,
    PRIMARY KEY (olt, onu, owner)
);

-- What the jobs that make and lift holds are to do, and the plans that were drawn up for
-- it: `of` is the one or the other. `since` of one that lifts stands once it has begun.
CREATE TABLE hold_wishes (
    of TEXT NOT NULL PRIMARY KEY,
    act TEXT NOT NULL,
    olt TEXT NOT NULL,
    onu TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    caller TEXT,
    since BIGINT
);
CREATE INDEX hold_wishes_by_onu ON hold_wishes (olt, onu);
