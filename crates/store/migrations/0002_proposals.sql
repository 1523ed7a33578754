-- What others propose to a plan. version counts its states from 1.
CREATE TABLE proposal (
    person_id BLOB NOT NULL REFERENCES person (id),
    id        BLOB NOT NULL CHECK (length(id) = 16),
    plan_id   BLOB NOT NULL,
    version   INTEGER NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (person_id, id),
    FOREIGN KEY (person_id, plan_id) REFERENCES plan (person_id, id)
) STRICT;
