-- Whom persons have let in, so that who shares with an organization is found without opening anybody's consents. tag: a
-- keyed hash over the recipient and a number, a person, or nothing; body: 16 bytes of ciphertext. Without the key the rows
-- are alike and lie in no order: nothing tells which of them belong together.
CREATE TABLE reach (
    tag  BLOB PRIMARY KEY CHECK (length(tag) = 32),
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What a reader was shown of a person and holds a copy of, so that it can be told what it may keep no longer. reader: a
-- keyed hash over organization, class, purpose and person. version counts the writes, so that two at once are noticed.
CREATE TABLE held (
    person_id BLOB NOT NULL REFERENCES person (id),
    reader    BLOB NOT NULL CHECK (length(reader) = 32),
    version   INTEGER NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (person_id, reader)
) STRICT, WITHOUT ROWID;
