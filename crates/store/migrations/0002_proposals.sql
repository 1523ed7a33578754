-- What others propose to a plan. version counts its states from 1; open: 1 until the person has answered.
CREATE TABLE proposal (
    person_id BLOB NOT NULL REFERENCES person (id),
    id        BLOB NOT NULL CHECK (length(id) = 16),
    plan_id   BLOB NOT NULL,
    version   INTEGER NOT NULL,
    open      INTEGER NOT NULL CHECK (open IN (0, 1)),
    body      BLOB NOT NULL,
    PRIMARY KEY (person_id, id),
    FOREIGN KEY (person_id, plan_id) REFERENCES plan (person_id, id)
) STRICT;
