-- Every table about people is keyed by person first. Bodies are ciphertext under the person's data key; ids are random;
-- fingerprints and hashes are HMACs under keys derived from the wrapping key. Times are microseconds since 1970.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- witness: keyed hash over the person's counters, particulars, current versions and consents, so that a row put back to
-- what it once was is noticed.
CREATE TABLE person (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    wrapped_key     BLOB NOT NULL,
    revision        INTEGER NOT NULL,
    consent_version INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    body            BLOB,
    witness         BLOB NOT NULL
) STRICT;

-- state: 0 claimed, 1 verified, 2 contested; mac: keyed, over person, fingerprint and state
CREATE TABLE identifier (
    person_id   BLOB NOT NULL REFERENCES person (id),
    fingerprint BLOB NOT NULL,
    state       INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    mac         BLOB NOT NULL,
    PRIMARY KEY (person_id, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_by_fingerprint ON identifier (fingerprint, state);

-- active_slot: keyed hash of person, kind and jurisdiction while the plan is active, else NULL.
-- Two active plans in one slot are impossible.
CREATE TABLE plan (
    person_id   BLOB NOT NULL REFERENCES person (id),
    id          BLOB NOT NULL CHECK (length(id) = 16),
    active_slot BLOB UNIQUE,
    PRIMARY KEY (person_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_version (
    person_id   BLOB NOT NULL,
    plan_id     BLOB NOT NULL,
    id          BLOB NOT NULL CHECK (length(id) = 16),
    draft       INTEGER NOT NULL CHECK (draft IN (0, 1)),
    current     INTEGER NOT NULL CHECK (current IN (0, 1)),
    recorded_at INTEGER NOT NULL,
    until_at    INTEGER,
    body        BLOB NOT NULL,
    PRIMARY KEY (person_id, plan_id, id),
    FOREIGN KEY (person_id, plan_id) REFERENCES plan (person_id, id)
) STRICT;
CREATE UNIQUE INDEX plan_version_one_current ON plan_version (person_id, plan_id) WHERE current = 1;

CREATE TABLE consent (
    person_id BLOB NOT NULL REFERENCES person (id),
    id        BLOB NOT NULL CHECK (length(id) = 16),
    version   INTEGER NOT NULL,
    standing  INTEGER NOT NULL CHECK (standing IN (0, 1)),
    body      BLOB NOT NULL,
    PRIMARY KEY (person_id, id)
) STRICT;
-- What a decision stands on: what has ended stays on record and is not read again at every look.
CREATE INDEX consent_standing ON consent (person_id) WHERE standing = 1;

-- Which person (and plan) an id leads to.
CREATE TABLE address (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    person_id BLOB NOT NULL REFERENCES person (id),
    plan_id   BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE organization (
    id   BLOB PRIMARY KEY CHECK (length(id) = 16),
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organization_id BLOB REFERENCES organization (id),
    body            BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    name_hash BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    password  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
    hash       BLOB PRIMARY KEY,
    person_id  BLOB NOT NULL REFERENCES person (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash       BLOB PRIMARY KEY,
    person_id  BLOB NOT NULL REFERENCES person (id),
    at         INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_person ON session (person_id);

CREATE TABLE granted (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    person_id  BLOB NOT NULL REFERENCES person (id),
    at         INTEGER NOT NULL,
    revoked_at INTEGER,
    body       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX granted_by_person ON granted (person_id, at);

CREATE TABLE code (
    hash       BLOB PRIMARY KEY,
    grant_id   BLOB NOT NULL REFERENCES granted (id),
    expires_at INTEGER NOT NULL,
    used       INTEGER NOT NULL CHECK (used IN (0, 1)),
    body       BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- kind: 1 access, 2 refresh
CREATE TABLE token (
    hash       BLOB PRIMARY KEY,
    grant_id   BLOB NOT NULL REFERENCES granted (id),
    kind       INTEGER NOT NULL CHECK (kind IN (1, 2)),
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used       INTEGER NOT NULL CHECK (used IN (0, 1)),
    body       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_grant ON token (grant_id);
CREATE INDEX token_by_end ON token (expires_at);
CREATE INDEX code_by_grant ON code (grant_id);

CREATE TABLE jti (
    hash       BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jti_by_end ON jti (expires_at);

CREATE TABLE ask_to_share (
    person_id       BLOB NOT NULL REFERENCES person (id),
    organization_id BLOB NOT NULL,
    purpose         BLOB NOT NULL,
    at              INTEGER NOT NULL,
    body            BLOB NOT NULL,
    PRIMARY KEY (person_id, organization_id, purpose)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    n               INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE,
    person_id       BLOB NOT NULL REFERENCES person (id),
    organization_id BLOB,
    topic           TEXT NOT NULL,
    subject         BLOB NOT NULL,
    at              INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency (
    hash       BLOB PRIMARY KEY,
    person_id  BLOB NOT NULL REFERENCES person (id),
    request    BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    answer     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_end ON idempotency (expires_at);

CREATE TABLE leaf (
    n                 INTEGER PRIMARY KEY,
    person_id         BLOB NOT NULL,
    person_seq        INTEGER NOT NULL,
    person_prev       BLOB NOT NULL,
    organization_id   BLOB NOT NULL,
    organization_seq  INTEGER NOT NULL,
    organization_prev BLOB NOT NULL,
    id                BLOB NOT NULL,
    at                INTEGER NOT NULL,
    kind              INTEGER NOT NULL,
    commitment        BLOB NOT NULL,
    hash              BLOB NOT NULL,
    ciphertext        BLOB NOT NULL,
    UNIQUE (person_id, person_seq),
    UNIQUE (organization_id, organization_seq)
) STRICT;

-- n counts from 0: the place in the tree. tag: 1 organization, 2 person.
CREATE TABLE seal (
    n        INTEGER PRIMARY KEY,
    tag      INTEGER NOT NULL,
    chain_id BLOB NOT NULL,
    seq      INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX seal_by_chain ON seal (tag, chain_id, seq);

-- upto: the last leaf (its n) whose chains are sealed in this tree. mac: keyed, over all the other columns.
CREATE TABLE tree_head (
    size  INTEGER PRIMARY KEY,
    root  BLOB NOT NULL,
    at    INTEGER NOT NULL,
    upto  INTEGER NOT NULL,
    peaks BLOB NOT NULL,
    mac   BLOB NOT NULL
) STRICT;
