-- file: views/mart.pitches.sql  error[V102]
/*
doc: A view without a schema.
*/
SELECT game_pk FROM game.live_game_metadata
