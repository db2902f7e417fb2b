/*
question: "19 Probables vs actual starters"
doc: Who was announced to start, and who did.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  changed: {type: boolean, doc: "Only where another one started.", default: "false"}
columns:
  starter: The first pitcher of the team; NULL before the game.
  as_announced: NULL where one of them is not known.
*/
WITH sides AS (
    SELECT t.game_pk, t.game_date, t.team_id, t.abbreviation, t.is_home,
           p.player_id AS probable_id, p.full_name AS probable, a.player_id AS starter_id, b.full_name AS starter
    FROM game.live_game_teams t
    LEFT JOIN game.live_game_probables p
      ON p.game_pk = t.game_pk AND p.game_date = t.game_date AND p.is_home = t.is_home
    LEFT JOIN game.live_game_pitchers a
      ON a.game_pk = t.game_pk AND a.game_date = t.game_date AND a.team_id = t.team_id AND a.appearance_order = 1
    LEFT JOIN game.live_game_boxscore_players b
      ON b.game_pk = a.game_pk AND b.game_date = a.game_date AND b.team_id = a.team_id AND b.player_id = a.player_id
    WHERE (:game_pk IS NULL OR t.game_pk = :game_pk)
      AND (:season IS NULL OR t.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
)
SELECT
    game_date,
    game_pk,
    abbreviation AS team,
    probable,
    starter,
    probable_id = starter_id AS as_announced
FROM sides
WHERE NOT :changed OR probable_id <> starter_id
ORDER BY game_date, game_pk, is_home
