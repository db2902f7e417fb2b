/*
question: "25 Schema drift: paths unseen in registry per capture"
doc: >-
  What loaded responses hold beyond the tables, by path: new fields, values of another type, numbers that are too large.
  Nothing of it is lost; the values are in metadata.rescued_values.
params:
  operation: {type: text, doc: "One operation, such as game.liveGameV1; all without.", default: null}
columns:
  path: "JSON Pointer; * stands for any place in a list, and for any key such as ID660271."
  rescued: How many values.
  documents: In how many documents.
  example: One of the values.
*/
SELECT
    operation,
    regexp_replace(pointer, '/(ID)?[0-9]+(?=/|$)', '/*', 'g')           AS path,
    reason,
    column_name,
    count(*)                                                            AS rescued,
    count(DISTINCT document_key)                                        AS documents,
    min(captured_at)                                                    AS first_seen,
    max(captured_at)                                                    AS last_seen,
    left(min(value::text), 60)                                          AS example
FROM metadata.rescued_values
WHERE :operation IS NULL OR operation = :operation
GROUP BY operation, regexp_replace(pointer, '/(ID)?[0-9]+(?=/|$)', '/*', 'g'), reason, column_name
ORDER BY rescued DESC, operation, path
