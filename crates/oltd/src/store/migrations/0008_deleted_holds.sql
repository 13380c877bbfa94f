-- The holds of ONUs that were deleted, by the job that deleted them: where the OLT has lost
-- the deletion, or it is taken back, the ONU is there again, and so are they.

CREATE TABLE deleted_holds (
    deletion TEXT NOT NULL,
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
    PRIMARY KEY (deletion, owner)
);
