/*
question: "4 Plate umpire called-strike accuracy"
doc: >-
  How often the plate umpire called what the pitch was. Counted are called strikes and balls that were tracked;
  pitchouts, automatic balls and strikes, and those given on purpose are not calls. A pitch is in the zone if any part
  of the ball touches it: the plate is 17 inches wide, the ball has a radius of 1.45 inches, top and bottom are those of
  the batter. A call that a challenge overturned counts as it stands after it.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
columns:
  called: Pitches that he had to call.
  missed_strikes: Balls that were in the zone.
  missed_balls: Strikes that were outside.
  accuracy: Percent of right calls.
  worst_miss: Inches between the zone and the ball of the worst called strike.
*/
WITH constants AS (
    SELECT 1.45 / 12 AS radius, 17.0 / 2 / 12 AS half_plate
), called AS (
    SELECT
        p.game_pk, p.game_date, p.is_called_strike,
        greatest(abs(p.plate_x) - half_plate, p.plate_z - p.sz_top, p.sz_bot - p.plate_z) - radius AS outside
    FROM mart.pitches p
    CROSS JOIN constants
    WHERE p.call_code IN ('C', 'B', '*B')
      AND p.plate_x IS NOT NULL AND p.plate_z IS NOT NULL AND p.sz_top IS NOT NULL AND p.sz_bot IS NOT NULL
      AND (:game_pk IS NULL OR p.game_pk = :game_pk)
      AND (:season IS NULL OR p.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
)
SELECT
    o.official_id                                                                     AS umpire_id,
    o.full_name                                                                       AS umpire,
    count(DISTINCT c.game_pk)                                                         AS games,
    count(*)                                                                          AS called,
    count(*) FILTER (WHERE c.is_called_strike = (c.outside <= 0))                     AS correct,
    count(*) FILTER (WHERE NOT c.is_called_strike AND c.outside <= 0)                 AS missed_strikes,
    count(*) FILTER (WHERE c.is_called_strike AND c.outside > 0)                      AS missed_balls,
    round(100.0 * count(*) FILTER (WHERE c.is_called_strike = (c.outside <= 0)) / count(*), 1) AS accuracy,
    round((12 * max(c.outside) FILTER (WHERE c.is_called_strike AND c.outside > 0))::numeric, 1) AS worst_miss
FROM called c
LEFT JOIN game.live_game_officials o
  ON o.game_pk = c.game_pk AND o.game_date = c.game_date AND o.official_type = 'Home Plate'
GROUP BY o.official_id, o.full_name
ORDER BY accuracy DESC, called DESC, umpire_id
