/*
question: "1 Pitch mix by pre-pitch count"
doc: >-
  What is thrown at each count, and how often. The count is the one before the pitch; the API says the one after it.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  pitcher_id: {type: bigint, doc: "One pitcher; all without.", default: null}
columns:
  balls: Balls before the pitch.
  strikes: Strikes before the pitch.
  percent: Of all pitches at this count.
  average_speed: Miles per hour.
*/
WITH thrown AS (
    SELECT balls_before, strikes_before, pitch_type_code, pitch_type_description,
           count(*)         AS pitches,
           avg(start_speed) AS average_speed
    FROM mart.pitches
    WHERE (:game_pk IS NULL OR game_pk = :game_pk)
      AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:pitcher_id IS NULL OR pitcher_id = :pitcher_id)
    GROUP BY balls_before, strikes_before, pitch_type_code, pitch_type_description
)
SELECT
    balls_before           AS balls,
    strikes_before         AS strikes,
    pitch_type_code        AS pitch_type,
    pitch_type_description AS pitch_name,
    pitches,
    round(100.0 * pitches / sum(pitches) OVER (PARTITION BY balls_before, strikes_before), 1) AS percent,
    round(average_speed::numeric, 1)                                                          AS average_speed
FROM thrown
ORDER BY balls, strikes, pitches DESC, pitch_type
