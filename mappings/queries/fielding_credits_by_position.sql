/*
question: "13 Fielding credits by position"
doc: Put-outs, assists and errors, play by play, by the position of the fielder at that moment.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  by_player: {type: boolean, doc: "A row per position and player.", default: "false"}
columns:
  player: NULL but with by_player.
  assists: Outfield assists are among them.
  fielded: Balls that he fielded without another credit.
  others: All other credits, such as interference and deflections.
*/
SELECT
    c.position_abbreviation                                                         AS position,
    CASE WHEN :by_player THEN p.full_name END                                       AS player,
    count(*) FILTER (WHERE c.credit = 'f_putout')                                   AS put_outs,
    count(*) FILTER (WHERE c.credit IN ('f_assist', 'f_assist_of'))                 AS assists,
    count(*) FILTER (WHERE c.credit LIKE '%error')                                  AS errors,
    count(*) FILTER (WHERE c.credit = 'f_fielded_ball')                             AS fielded,
    count(*) FILTER (WHERE c.credit NOT IN ('f_putout', 'f_assist', 'f_assist_of', 'f_fielded_ball')
                       AND c.credit NOT LIKE '%error')                              AS others
FROM game.live_game_fielding_credits c
LEFT JOIN game.live_game_players p
  ON p.game_pk = c.game_pk AND p.game_date = c.game_date AND p.player_id = c.player_id
WHERE (:game_pk IS NULL OR c.game_pk = :game_pk)
  AND (:season IS NULL OR c.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
GROUP BY c.position_code, c.position_abbreviation,
         CASE WHEN :by_player THEN c.player_id END, CASE WHEN :by_player THEN p.full_name END
ORDER BY c.position_code, put_outs DESC, player
