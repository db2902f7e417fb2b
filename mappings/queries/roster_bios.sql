/*
question: "22 Age, handedness, birthplace of game roster"
doc: Who was on the rosters of a game, how old he was on that day, and where he comes from.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "One team; all without.", default: null}
columns:
  age: Years on the day of the game.
  bats: L, R or S (both).
  throws: L, R or S (both).
  birthplace: City, state and country, as far as they are known.
*/
SELECT
    p.game_date,
    p.game_pk,
    t.abbreviation                                                          AS team,
    p.player_id,
    p.full_name                                                             AS player,
    p.jersey_number,
    p.position_abbreviation                                                 AS position,
    extract(year FROM age(p.game_date, p.birth_date))::integer              AS age,
    p.bat_side_code                                                         AS bats,
    p.pitch_hand_code                                                       AS throws,
    nullif(concat_ws(', ', p.birth_city, p.birth_state_province, p.birth_country), '') AS birthplace,
    p.mlb_debut_date
FROM game.live_game_players p
LEFT JOIN game.live_game_teams t ON t.game_pk = p.game_pk AND t.game_date = p.game_date AND t.team_id = p.team_id
WHERE (:game_pk IS NULL OR p.game_pk = :game_pk)
  AND (:season IS NULL OR p.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
  AND (:team_id IS NULL OR p.team_id = :team_id)
ORDER BY p.game_date, p.game_pk, p.is_home, player, p.player_id
