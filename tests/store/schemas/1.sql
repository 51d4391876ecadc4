-- The schema of version 1, as canonid made it; kept for the test of the migration. Never changed.

CREATE TABLE discrepancy (
    fingerprint VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    claimed VARCHAR,
    path VARCHAR NOT NULL,
    line INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    message VARCHAR NOT NULL,
    proposal VARCHAR,
    authorities VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    first_seen VARCHAR NOT NULL,
    last_seen VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (fingerprint)
);

CREATE TABLE evidence (
    authority VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    release VARCHAR,
    retrieved_at VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    sources VARCHAR,
    payload VARCHAR,
    PRIMARY KEY (authority, question)
);

CREATE TABLE run (
    id VARCHAR NOT NULL,
    started_at VARCHAR NOT NULL,
    finished_at VARCHAR NOT NULL,
    offline BOOLEAN NOT NULL,
    subjects INTEGER NOT NULL,
    authorities VARCHAR NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE claim_verdict (
    run_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    subject VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    prefix VARCHAR NOT NULL,
    value VARCHAR,
    path VARCHAR NOT NULL,
    line INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    verdict VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    codes VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    PRIMARY KEY (run_id, number),
    FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);

CREATE TABLE discrepancy_event (
    id INTEGER NOT NULL,
    fingerprint VARCHAR NOT NULL,
    at VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    run_id VARCHAR,
    from_state VARCHAR,
    to_state VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(fingerprint) REFERENCES discrepancy (fingerprint)
);

CREATE TABLE finding (
    run_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    fingerprint VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    claimed VARCHAR,
    path VARCHAR NOT NULL,
    line INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    message VARCHAR NOT NULL,
    proposal VARCHAR,
    also VARCHAR NOT NULL,
    authorities VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    PRIMARY KEY (run_id, number),
    FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);

CREATE INDEX discrepancy_by_state ON discrepancy (state);

CREATE INDEX evidence_by_age ON evidence (authority, retrieved_at, release);

CREATE INDEX run_by_time ON run (started_at);

CREATE INDEX discrepancy_event_by_fingerprint ON discrepancy_event (fingerprint);

PRAGMA application_id = 1668180324;
PRAGMA user_version = 1;
