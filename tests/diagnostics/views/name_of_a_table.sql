-- file: views/game/live_game_plays.sql  error[V102]
/*
doc: A view that is called as a table is.
*/
SELECT game_pk FROM game.live_game_metadata
