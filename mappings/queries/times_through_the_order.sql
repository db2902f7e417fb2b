/*
question: "3 Times through the order"
doc: >-
  How batters do against starters when they see them for the first, second, third time in a game. A plate appearance
  that another pitcher ends is his.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  pitcher_id: {type: bigint, doc: "One starter; all without.", default: null}
columns:
  time: 1 for the first plate appearance of a batter against the starter, 2 for the second.
*/
WITH faced AS (
    SELECT p.event_type, p.is_at_bat, p.is_hit,
           row_number() OVER (PARTITION BY p.game_pk, p.pitcher_id, p.batter_id ORDER BY p.at_bat_index) AS time
    FROM mart.plate_appearances p
    JOIN game.live_game_pitchers s
      ON s.game_pk = p.game_pk AND s.game_date = p.game_date AND s.player_id = p.pitcher_id AND s.appearance_order = 1
    WHERE p.is_plate_appearance
      AND (:game_pk IS NULL OR p.game_pk = :game_pk)
      AND (:season IS NULL OR p.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:pitcher_id IS NULL OR p.pitcher_id = :pitcher_id)
), counted AS (
    SELECT
        time,
        count(*)                                                            AS plate_appearances,
        count(*) FILTER (WHERE is_at_bat)                                   AS at_bats,
        count(*) FILTER (WHERE is_hit)                                      AS hits,
        count(*) FILTER (WHERE event_type = 'double')                       AS doubles,
        count(*) FILTER (WHERE event_type = 'triple')                       AS triples,
        count(*) FILTER (WHERE event_type = 'home_run')                     AS home_runs,
        count(*) FILTER (WHERE event_type IN ('walk', 'intent_walk'))       AS walks,
        count(*) FILTER (WHERE event_type = 'hit_by_pitch')                 AS hit_by_pitch,
        count(*) FILTER (WHERE event_type LIKE 'sac_fly%')                  AS sac_flies,
        count(*) FILTER (WHERE event_type LIKE 'strikeout%')                AS strike_outs
    FROM faced
    GROUP BY time
)
SELECT
    time,
    plate_appearances,
    at_bats,
    hits,
    home_runs,
    walks,
    strike_outs,
    round(1.0 * hits / nullif(at_bats, 0), 3)                                               AS average,
    round(1.0 * (hits + walks + hit_by_pitch)
          / nullif(at_bats + walks + hit_by_pitch + sac_flies, 0), 3)                       AS on_base,
    round(1.0 * (hits + doubles + 2 * triples + 3 * home_runs) / nullif(at_bats, 0), 3)     AS slugging
FROM counted
ORDER BY time
