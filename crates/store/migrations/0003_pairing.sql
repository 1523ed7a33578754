-- A code that a person reads out, so that who hears it may ask to be let in: one for each person, by its keyed hash.
CREATE TABLE pairing (
    person_id  BLOB PRIMARY KEY REFERENCES person (id),
    hash       BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
