/*
doc: Tables that are called otherwise, or have a schema.
*/
SELECT p.game_pk
FROM game.live_game_play p  -- error[V103]
JOIN live_game_plays q USING (game_pk)  -- error[V103]
