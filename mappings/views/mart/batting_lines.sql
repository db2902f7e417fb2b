/*
doc: One row per player and game who came to bat or ran, as the boxscore has it, with his place in the order.
columns:
  game_date: The baseball day.
  batting_slot: 1 to 9.
  is_starter: Whether he was in the starting nine; one who came in later has another turn in his slot.
  position_abbreviation: His last position in the game.
*/
SELECT
    b.game_pk,
    b.team_id,
    b.player_id,
    m.official_date AS game_date,
    m.game_type,
    t.is_home,
    t.abbreviation AS team,
    o.abbreviation AS opponent,
    x.full_name AS player_name,
    CASE
        WHEN x.batting_order LIKE '1%' THEN 1
        WHEN x.batting_order LIKE '2%' THEN 2
        WHEN x.batting_order LIKE '3%' THEN 3
        WHEN x.batting_order LIKE '4%' THEN 4
        WHEN x.batting_order LIKE '5%' THEN 5
        WHEN x.batting_order LIKE '6%' THEN 6
        WHEN x.batting_order LIKE '7%' THEN 7
        WHEN x.batting_order LIKE '8%' THEN 8
        WHEN x.batting_order LIKE '9%' THEN 9
    END AS batting_slot,
    x.batting_order LIKE '%00' AS is_starter,
    x.position_abbreviation,
    b.plate_appearances,
    b.at_bats,
    b.runs,
    b.hits,
    b.doubles,
    b.triples,
    b.home_runs,
    b.total_bases,
    b.rbi,
    b.base_on_balls,
    b.intentional_walks,
    b.strike_outs,
    b.hit_by_pitch,
    b.sac_bunts,
    b.sac_flies,
    b.ground_into_double_play,
    b.stolen_bases,
    b.caught_stealing,
    b.left_on_base
FROM game.live_game_player_batting_stats b
JOIN game.live_game_metadata m ON m.game_pk = b.game_pk
LEFT JOIN game.live_game_teams t ON t.game_pk = b.game_pk AND t.team_id = b.team_id
LEFT JOIN game.live_game_teams o ON o.game_pk = b.game_pk AND o.team_id <> b.team_id
LEFT JOIN game.live_game_boxscore_players x
  ON x.game_pk = b.game_pk AND x.team_id = b.team_id AND x.player_id = b.player_id
