-- What the runtime keeps about itself: runs, newest documents, claims on rows, rescued values, quarantine, dead letters.
CREATE SCHEMA IF NOT EXISTS metadata;
COMMENT ON SCHEMA metadata IS 'What the runtime keeps about itself: runs, documents, rescued values, dead letters.';

-- One sequence for every raw table, so that a raw id names one response in the whole database.
CREATE SEQUENCE metadata.raw_id_seq AS bigint;
COMMENT ON SEQUENCE metadata.raw_id_seq IS 'Ids of raw responses, unique over all raw tables.';

-- One row per run of a command, failed, interrupted and abandoned ones included.
CREATE TABLE metadata.job_executions (
    execution_id      bigint       NOT NULL GENERATED ALWAYS AS IDENTITY,
    verb              text         NOT NULL,
    job               text,
    operation         text,
    status            text         NOT NULL DEFAULT 'running',
    started_at        timestamptz  NOT NULL DEFAULT now(),
    finished_at       timestamptz,
    captures          bigint       NOT NULL DEFAULT 0,
    rows_inserted     bigint       NOT NULL DEFAULT 0,
    rows_updated      bigint       NOT NULL DEFAULT 0,
    rows_deleted      bigint       NOT NULL DEFAULT 0,
    rows_unchanged    bigint       NOT NULL DEFAULT 0,
    rescued           bigint       NOT NULL DEFAULT 0,
    quarantined       bigint       NOT NULL DEFAULT 0,
    dead_letters      bigint       NOT NULL DEFAULT 0,
    error             text,
    arguments         jsonb        NOT NULL DEFAULT '{}',
    backend_pid       integer      NOT NULL DEFAULT pg_backend_pid(),

    CONSTRAINT job_executions_pkey PRIMARY KEY (execution_id),
    CONSTRAINT job_executions_status_check
        CHECK (status IN ('running', 'succeeded', 'failed', 'interrupted', 'abandoned')),
    CONSTRAINT job_executions_finished_check CHECK ((finished_at IS NULL) = (status = 'running'))
);
CREATE INDEX job_executions_started_at_idx ON metadata.job_executions (started_at);
COMMENT ON TABLE metadata.job_executions IS 'Runs of mlb-etl: what each did and how it ended.';
COMMENT ON COLUMN metadata.job_executions.status IS 'abandoned: the process died without saying so.';
COMMENT ON COLUMN metadata.job_executions.arguments IS 'Arguments of the command, without secrets.';
COMMENT ON COLUMN metadata.job_executions.backend_pid IS 'Server process of the run; tells a running one from an abandoned one.';

-- The newest snapshot that is loaded, per document.
CREATE TABLE metadata.documents (
    operation         text         NOT NULL,
    document_key      text         NOT NULL,
    raw_id            bigint       NOT NULL,
    version           text         NOT NULL DEFAULT '',
    captured_at       timestamptz  NOT NULL,
    sha256            text         NOT NULL,
    transform_digest  text         NOT NULL,
    tables            jsonb        NOT NULL,
    counts            jsonb        NOT NULL,
    partition_day     date,
    loaded_at         timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT documents_pkey PRIMARY KEY (operation, document_key)
);
CREATE INDEX documents_raw_id_idx ON metadata.documents (raw_id);
COMMENT ON TABLE metadata.documents IS 'The newest loaded snapshot of each document.';
COMMENT ON COLUMN metadata.documents.version IS 'What the document says of its own state; orders snapshots before the time of capture.';
COMMENT ON COLUMN metadata.documents.transform_digest IS 'Digest of the generated transform that made the rows.';
COMMENT ON COLUMN metadata.documents.tables IS 'Per table: how many rows the document has and the digest of their content.';
COMMENT ON COLUMN metadata.documents.partition_day IS 'The date by which its rows are partitioned, if they are.';
COMMENT ON COLUMN metadata.documents.counts IS 'Leaf accounting: leaves per class.';

-- Partitions that were detached. Documents whose rows belong into one are left alone until it is attached again.
CREATE TABLE metadata.detached_partitions (
    table_name        text         NOT NULL,
    partition_name    text         NOT NULL,
    first_day         date         NOT NULL,
    end_day           date         NOT NULL,
    detached_at       timestamptz  NOT NULL DEFAULT now(),
    dropped_at        timestamptz,

    CONSTRAINT detached_partitions_pkey PRIMARY KEY (table_name, partition_name)
);
COMMENT ON TABLE metadata.detached_partitions IS 'Partitions that mlb-etl detached: documents of these days are not loaded.';
COMMENT ON COLUMN metadata.detached_partitions.end_day IS 'The first day after it.';
COMMENT ON COLUMN metadata.detached_partitions.dropped_at IS 'When its rows were dropped, if they were.';

-- Which documents hold a row, for operations whose documents overlap (a schedule by date, by team, by range).
CREATE TABLE metadata.row_claims (
    table_name        text         NOT NULL,
    row_key           text         NOT NULL,
    document_key      text         NOT NULL,
    operation         text         NOT NULL,
    raw_id            bigint       NOT NULL,
    captured_at       timestamptz  NOT NULL,
    sha256            text         NOT NULL,

    CONSTRAINT row_claims_pkey PRIMARY KEY (table_name, row_key, document_key)
);
CREATE INDEX row_claims_document_key_idx ON metadata.row_claims (document_key, table_name);
COMMENT ON TABLE metadata.row_claims IS 'Documents that hold a row; the newest of them gives its content.';
COMMENT ON COLUMN metadata.row_claims.row_key IS 'The key of the row, as a JSON array.';

-- Values of loaded documents that no column could take.
CREATE TABLE metadata.rescued_values (
    raw_id            bigint       NOT NULL,
    ordinal           integer      NOT NULL,
    captured_at       timestamptz  NOT NULL,
    operation         text         NOT NULL,
    document_key      text         NOT NULL,
    pointer           text         NOT NULL,
    value             jsonb,
    reason            text         NOT NULL,
    column_name       text,
    schema_digest     text,

    CONSTRAINT rescued_values_pkey PRIMARY KEY (raw_id, ordinal)
);
CREATE INDEX rescued_values_document_key_idx ON metadata.rescued_values (operation, document_key);
COMMENT ON TABLE metadata.rescued_values IS 'What the newest snapshots hold beyond their tables: path, value, reason.';
COMMENT ON COLUMN metadata.rescued_values.pointer IS 'JSON Pointer (RFC 6901) into the response.';
COMMENT ON COLUMN metadata.rescued_values.schema_digest IS 'Digest of the generated shape and transform that had no place for the value.';

-- Rows of loaded documents that a rule keeps out of their tables. A row has an entry for each rule that it violates.
CREATE TABLE metadata.quarantine (
    operation         text         NOT NULL,
    document_key      text         NOT NULL,
    table_name        text         NOT NULL,
    position          integer      NOT NULL,
    rule              text         NOT NULL,
    rule_table        text         NOT NULL,
    raw_id            bigint       NOT NULL,
    captured_at       timestamptz  NOT NULL,
    row_key           jsonb        NOT NULL,
    row               jsonb        NOT NULL,
    quarantined_at    timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT quarantine_pkey PRIMARY KEY (operation, document_key, table_name, position, rule)
);
CREATE INDEX quarantine_rule_idx ON metadata.quarantine (rule);
COMMENT ON TABLE metadata.quarantine IS 'Rows of the newest snapshots that violate a rule of severity error, and the rows below them.';
COMMENT ON COLUMN metadata.quarantine.position IS 'Number of the row among those that the document has for the table, from 0.';
COMMENT ON COLUMN metadata.quarantine.rule_table IS 'The table of the rule: that of the row, or one around it.';
COMMENT ON COLUMN metadata.quarantine.row IS 'The cells by column.';

-- What the rules of severity warning, and rules over several tables, found in loaded documents.
CREATE TABLE metadata.quality_results (
    operation         text         NOT NULL,
    document_key      text         NOT NULL,
    rule              text         NOT NULL,
    ordinal           integer      NOT NULL,
    severity          text         NOT NULL,
    table_name        text,
    raw_id            bigint       NOT NULL,
    row_key           jsonb        NOT NULL,
    details           jsonb        NOT NULL,
    checked_at        timestamptz  NOT NULL DEFAULT now(),

    CONSTRAINT quality_results_pkey PRIMARY KEY (operation, document_key, rule, ordinal),
    CONSTRAINT quality_results_severity_check CHECK (severity IN ('error', 'warning'))
);
CREATE INDEX quality_results_rule_idx ON metadata.quality_results (rule);
COMMENT ON TABLE metadata.quality_results IS 'What the quality rules found in the newest snapshots, replaced with every load of a document.';
COMMENT ON COLUMN metadata.quality_results.table_name IS 'The table of the row; NULL for a rule over several tables.';
COMMENT ON COLUMN metadata.quality_results.row_key IS 'Key of the row, or of the document.';
COMMENT ON COLUMN metadata.quality_results.details IS 'The cells that the rule looked at.';

-- Input that could not become a document: its exact bytes and why.
CREATE TABLE metadata.dead_letters (
    dead_letter_id    bigint       NOT NULL GENERATED ALWAYS AS IDENTITY,
    received_at       timestamptz  NOT NULL DEFAULT now(),
    source_name       text         NOT NULL,
    operation         text,
    reason            text         NOT NULL,
    sha256            text         NOT NULL,
    bytes             bytea        NOT NULL,
    request           jsonb,

    CONSTRAINT dead_letters_pkey PRIMARY KEY (dead_letter_id),
    CONSTRAINT dead_letters_content_key UNIQUE NULLS NOT DISTINCT (sha256, operation, reason)
);
COMMENT ON TABLE metadata.dead_letters IS 'Input that could not become a document: exact bytes and reason.';
