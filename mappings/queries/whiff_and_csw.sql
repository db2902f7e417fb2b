/*
question: "21 Whiff & CSW by pitch type"
doc: >-
  Swings that missed, and called strikes plus whiffs (CSW), by pitch type. A foul tip that was caught is a whiff.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  pitcher_id: {type: bigint, doc: "One pitcher; all without.", default: null}
columns:
  whiff_percent: Of the swings.
  csw_percent: Of all pitches.
*/
SELECT
    pitch_type_code                                                             AS pitch_type,
    pitch_type_description                                                      AS pitch_name,
    count(*)                                                                    AS pitches,
    count(*) FILTER (WHERE is_swing)                                            AS swings,
    count(*) FILTER (WHERE is_whiff)                                            AS whiffs,
    count(*) FILTER (WHERE is_called_strike)                                    AS called_strikes,
    round(100.0 * count(*) FILTER (WHERE is_whiff)
          / nullif(count(*) FILTER (WHERE is_swing), 0), 1)                     AS whiff_percent,
    round(100.0 * count(*) FILTER (WHERE is_whiff OR is_called_strike) / count(*), 1) AS csw_percent,
    round(avg(start_speed)::numeric, 1)                                         AS average_speed
FROM mart.pitches
WHERE (:game_pk IS NULL OR game_pk = :game_pk)
  AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
  AND (:pitcher_id IS NULL OR pitcher_id = :pitcher_id)
GROUP BY pitch_type_code, pitch_type_description
ORDER BY csw_percent DESC, pitches DESC, pitch_type
