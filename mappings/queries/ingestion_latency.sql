/*
question: "18 Ingestion latency p50/p95, out-of-order captures, skipped upserts"
doc: >-
  How long responses of live games and schedules took until they were stored, and which of them changed nothing because
  something newer had come before. Responses of other operations: the same columns are in their raw tables.
params:
  since: {type: timestamptz, doc: "Responses that were stored since; all without.", default: null}
columns:
  p50_seconds: From receiving a response to storing it, the median.
  p95_seconds: The same, 95th percentile.
  p50_behind_seconds: From the state that a live feed shows to receiving it, the median.
  p95_behind_seconds: The same, 95th percentile.
  out_of_order: Captured before one of the same document that was stored earlier.
  repeated: The same bytes as the one stored before, of the same document.
  older_state: Shows an older state than one stored before, and was skipped therefore.
  loaded: The newest of their documents, whose rows are in the tables; the others changed nothing in the end.
  p95_loaded_seconds: From receiving those to their rows in the tables, 95th percentile.
*/
WITH responses AS (
    SELECT 'game.liveGameV1' AS operation, raw_id, captured_at, ingested_at, document_key, sha256, timecode AS state,
           CASE WHEN timecode ~ '^[12][0-9]{3}[01][0-9][0-3][0-9]_[0-2][0-9]([0-5][0-9]){2}$' THEN
               to_timestamp(timecode || ' +00', 'YYYYMMDD_HH24MISS TZH')
           END AS state_at
    FROM game.live_game_v1
    WHERE status_code = 200
    UNION ALL
    SELECT 'schedule.schedule' AS operation, raw_id, captured_at, ingested_at, document_key, sha256,
           NULL::text AS state, NULL::timestamptz AS state_at
    FROM schedule.schedule
    WHERE status_code = 200
), compared AS (
    SELECT
        operation, raw_id, captured_at, ingested_at,
        extract(epoch FROM ingested_at - captured_at)  AS seconds,
        extract(epoch FROM captured_at - state_at)     AS behind_seconds,
        captured_at < max(captured_at) OVER (
            PARTITION BY operation, document_key ORDER BY raw_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS is_out_of_order,
        state < max(state) OVER (
            PARTITION BY operation, document_key ORDER BY raw_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS is_older,
        sha256 = lag(sha256) OVER (PARTITION BY operation, document_key ORDER BY raw_id) AS is_repeated
    FROM responses
)
SELECT
    c.operation,
    count(*)                                                                            AS responses,
    round((percentile_cont(0.5)  WITHIN GROUP (ORDER BY c.seconds))::numeric, 3)        AS p50_seconds,
    round((percentile_cont(0.95) WITHIN GROUP (ORDER BY c.seconds))::numeric, 3)        AS p95_seconds,
    round((percentile_cont(0.5)  WITHIN GROUP (ORDER BY c.behind_seconds))::numeric, 1) AS p50_behind_seconds,
    round((percentile_cont(0.95) WITHIN GROUP (ORDER BY c.behind_seconds))::numeric, 1) AS p95_behind_seconds,
    count(*) FILTER (WHERE c.is_out_of_order)                                           AS out_of_order,
    count(*) FILTER (WHERE c.is_repeated)                                               AS repeated,
    count(*) FILTER (WHERE c.is_older)                                                  AS older_state,
    count(d.raw_id)                                                                     AS loaded,
    round((percentile_cont(0.95) WITHIN GROUP (
        ORDER BY extract(epoch FROM d.loaded_at - c.captured_at)
    ))::numeric, 3)                                                                     AS p95_loaded_seconds
FROM compared c
LEFT JOIN metadata.documents d ON d.operation = c.operation AND d.raw_id = c.raw_id
WHERE :since IS NULL OR c.ingested_at >= :since
GROUP BY c.operation
ORDER BY c.operation
