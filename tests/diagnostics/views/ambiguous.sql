/*
doc: A column of two tables.
*/
SELECT p.game_pk, captured_at  -- error[V105]
FROM game.live_game_plays p
JOIN game.live_game_metadata m ON m.game_pk = p.game_pk
