-- What the responses of each operation become: a version for every definition that differs from the one before it.
CREATE TABLE metadata.schema_versions (
    endpoint          text         NOT NULL,
    method            text         NOT NULL,
    version           integer      NOT NULL,
    digest            text         NOT NULL,
    definition        jsonb        NOT NULL,
    added             text[]       NOT NULL DEFAULT '{}',
    deprecated        text[]       NOT NULL DEFAULT '{}',
    breaking          text[]       NOT NULL DEFAULT '{}',
    notes             text         NOT NULL DEFAULT '',
    first_seen_at     timestamptz  NOT NULL DEFAULT now(),
    released_as       text         NOT NULL,

    CONSTRAINT schema_versions_pkey PRIMARY KEY (endpoint, method, version),
    CONSTRAINT schema_versions_version_check CHECK (version >= 1)
);
CREATE INDEX schema_versions_digest_idx ON metadata.schema_versions (digest);
COMMENT ON TABLE metadata.schema_versions IS 'What the responses of each operation become, a row per version that this database has had.';
COMMENT ON COLUMN metadata.schema_versions.version IS 'Counted from 1 per operation, in the order in which this database got them.';
COMMENT ON COLUMN metadata.schema_versions.digest IS 'The sha256 of the definition as canonical JSON; a raw row carries that of the version under which it was accounted.';
COMMENT ON COLUMN metadata.schema_versions.definition IS 'Tables, columns, and what each is made of.';
COMMENT ON COLUMN metadata.schema_versions.added IS 'Tables and columns that the version before it did not have.';
COMMENT ON COLUMN metadata.schema_versions.deprecated IS 'Tables and columns that are still there, and that nothing fills any more.';
COMMENT ON COLUMN metadata.schema_versions.breaking IS 'Tables and columns that are gone, or have another type or key.';
COMMENT ON COLUMN metadata.schema_versions.notes IS 'How fields differ from the version before it, a line each.';
COMMENT ON COLUMN metadata.schema_versions.released_as IS 'The version of mlb-stats-compiler that recorded it.';
