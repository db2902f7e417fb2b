/*
doc: A SELECT that locks.
*/
SELECT game_pk  -- error[V101]
FROM game.live_game_plays FOR UPDATE
