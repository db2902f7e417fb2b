/*
question: "20 Platoon splits"
doc: >-
  Batting by the side of the plate on which the batter stood and the hand that threw. A switch hitter counts on the side
  where he stood.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  batter_id: {type: bigint, doc: "One batter; all without.", default: null}
  pitcher_id: {type: bigint, doc: "One pitcher; all without.", default: null}
columns:
  stand: L or R.
  p_throws: L or R.
  is_platoon: Whether the batter has the advantage of the other side.
*/
WITH counted AS (
    SELECT
        stand,
        p_throws,
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
    FROM mart.plate_appearances
    WHERE is_plate_appearance
      AND (:game_pk IS NULL OR game_pk = :game_pk)
      AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:batter_id IS NULL OR batter_id = :batter_id)
      AND (:pitcher_id IS NULL OR pitcher_id = :pitcher_id)
    GROUP BY stand, p_throws
)
SELECT
    stand,
    p_throws,
    stand <> p_throws AS is_platoon,
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
ORDER BY stand, p_throws
