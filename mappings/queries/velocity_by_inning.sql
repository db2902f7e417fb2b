/*
question: "9 Velocity decay by inning"
doc: >-
  How fast each pitch of each pitcher is, inning by inning, against what he threw in his first inning of the same game,
  so that games in which he stayed long do not weigh more in late innings.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  pitcher_id: {type: bigint, doc: "One pitcher; all without.", default: null}
  pitch_type: {type: text, doc: "A code, such as FF; all without.", default: null}
columns:
  average_speed: Miles per hour.
  change: Miles per hour against the first inning in which he threw this pitch, the same game.
*/
WITH innings AS (
    SELECT
        game_pk, pitcher_id, pitcher_name, pitch_type_code, inning,
        count(*)         AS pitches,
        sum(start_speed) AS speeds
    FROM mart.pitches
    WHERE start_speed IS NOT NULL
      AND (:game_pk IS NULL OR game_pk = :game_pk)
      AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:pitcher_id IS NULL OR pitcher_id = :pitcher_id)
      AND (:pitch_type IS NULL OR pitch_type_code = :pitch_type)
    GROUP BY game_pk, pitcher_id, pitcher_name, pitch_type_code, inning
), compared AS (
    SELECT
        i.*,
        first_value(speeds / pitches) OVER (
            PARTITION BY game_pk, pitcher_id, pitch_type_code ORDER BY inning
        ) AS first_speed
    FROM innings i
)
SELECT
    pitcher_id,
    max(pitcher_name)                                                            AS pitcher,
    pitch_type_code                                                              AS pitch_type,
    inning,
    count(DISTINCT game_pk)                                                      AS games,
    sum(pitches)                                                                 AS pitches,
    round((sum(speeds) / sum(pitches))::numeric, 1)                              AS average_speed,
    round((sum(speeds - pitches * first_speed) / sum(pitches))::numeric, 1)      AS change
FROM compared
GROUP BY pitcher_id, pitch_type_code, inning
ORDER BY pitcher, pitcher_id, pitch_type, inning
