/*
doc: A statement that changes something.
*/
DELETE FROM game.live_game_plays  -- error[V101]
