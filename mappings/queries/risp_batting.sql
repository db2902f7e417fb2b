/*
question: "11 Performance with RISP"
doc: >-
  Batting with runners in scoring position, on second or third before the event that ended the plate appearance, as MLB
  counts. The feed's menOnBase and postOn* say where runners are after the play.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "One team at bat; all without.", default: null}
  by_batter: {type: boolean, doc: "A row per batter instead of one per team.", default: "false"}
columns:
  batter: NULL but with by_batter.
  official: As MLB writes it.
  average: With runners in scoring position.
  other_average: Without.
*/
SELECT
    p.batting_team_id                                                           AS team_id,
    max(t.name)                                                                 AS team,
    CASE WHEN :by_batter THEN p.batter_name END                                 AS batter,
    concat(count(*) FILTER (WHERE p.is_risp AND p.is_hit), '-for-',
           count(*) FILTER (WHERE p.is_risp))                                   AS official,
    count(*) FILTER (WHERE p.is_risp)                                           AS at_bats,
    count(*) FILTER (WHERE p.is_risp AND p.is_hit)                              AS hits,
    round(1.0 * count(*) FILTER (WHERE p.is_risp AND p.is_hit)
          / nullif(count(*) FILTER (WHERE p.is_risp), 0), 3)                    AS average,
    round(1.0 * count(*) FILTER (WHERE NOT p.is_risp AND p.is_hit)
          / nullif(count(*) FILTER (WHERE NOT p.is_risp), 0), 3)                AS other_average
FROM mart.plate_appearances p
LEFT JOIN game.live_game_teams t
  ON t.game_pk = p.game_pk AND t.game_date = p.game_date AND t.team_id = p.batting_team_id
WHERE p.is_at_bat
  AND (:game_pk IS NULL OR p.game_pk = :game_pk)
  AND (:season IS NULL OR p.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
  AND (:team_id IS NULL OR p.batting_team_id = :team_id)
GROUP BY p.batting_team_id, CASE WHEN :by_batter THEN p.batter_id END, CASE WHEN :by_batter THEN p.batter_name END
ORDER BY average DESC NULLS LAST, at_bats DESC, team_id, batter
