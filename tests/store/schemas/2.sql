-- The schema of version 2, as canonid made it; kept for the test of the migration. Never changed.

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

CREATE TABLE lease (
    name VARCHAR NOT NULL,
    holder VARCHAR NOT NULL,
    acquired VARCHAR NOT NULL,
    heartbeat VARCHAR NOT NULL,
    expires VARCHAR NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE run (
    id VARCHAR NOT NULL,
    started_at VARCHAR NOT NULL,
    finished_at VARCHAR NOT NULL,
    offline BOOLEAN NOT NULL,
    subjects INTEGER NOT NULL,
    authorities VARCHAR NOT NULL,
    root VARCHAR,
    PRIMARY KEY (id)
);

CREATE TABLE schedule (
    name VARCHAR NOT NULL,
    due VARCHAR NOT NULL,
    holder VARCHAR NOT NULL,
    finished VARCHAR NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE waiver (
    fingerprint VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    claimed VARCHAR,
    who VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    until VARCHAR,
    origin VARCHAR NOT NULL,
    run_id VARCHAR,
    PRIMARY KEY (fingerprint)
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

CREATE TABLE former_fingerprint (
    former VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    PRIMARY KEY (former),
    FOREIGN KEY(fingerprint) REFERENCES discrepancy (fingerprint)
);

CREATE INDEX discrepancy_by_place ON discrepancy (path, line, "column", code, fingerprint);

CREATE INDEX discrepancy_by_state ON discrepancy (state);

CREATE INDEX discrepancy_by_subject ON discrepancy (subject);

CREATE INDEX evidence_by_age ON evidence (authority, retrieved_at, release);

CREATE INDEX run_by_time ON run (started_at);

CREATE INDEX discrepancy_event_by_fingerprint ON discrepancy_event (fingerprint);

CREATE INDEX discrepancy_event_by_run ON discrepancy_event (run_id);

CREATE INDEX former_fingerprint_by_fingerprint ON former_fingerprint (fingerprint);

PRAGMA application_id = 1668180324;
PRAGMA user_version = 2;
