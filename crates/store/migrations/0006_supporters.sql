-- Those whom a person calls their supporters. standing: 1 until the person ends it.
CREATE TABLE supporter (
    person_id BLOB NOT NULL REFERENCES person (id),
    id        BLOB NOT NULL CHECK (length(id) = 16),
    version   INTEGER NOT NULL,
    standing  INTEGER NOT NULL CHECK (standing IN (0, 1)),
    body      BLOB NOT NULL,
    PRIMARY KEY (person_id, id)
) STRICT;
CREATE INDEX supporter_standing ON supporter (person_id) WHERE standing = 1;

-- By which somebody signs in who supports persons. Its name is nobody else's, no person's either.
CREATE TABLE supporter_account (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    name_hash BLOB NOT NULL UNIQUE,
    password  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Where an account has to ask. Whether it reads there is said by the body of the supporter alone.
CREATE TABLE supporting (
    account_id   BLOB NOT NULL REFERENCES supporter_account (id),
    supporter_id BLOB NOT NULL,
    person_id    BLOB NOT NULL REFERENCES person (id),
    PRIMARY KEY (account_id, supporter_id)
) STRICT, WITHOUT ROWID;

-- One open invitation for each supporter.
CREATE TABLE supporter_link (
    supporter_id BLOB PRIMARY KEY CHECK (length(supporter_id) = 16),
    hash         BLOB NOT NULL UNIQUE,
    person_id    BLOB NOT NULL REFERENCES person (id),
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE supporter_session (
    hash       BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES supporter_account (id),
    at         INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
