-- file: queries/parameters.sql
/*
doc: One that is not declared, one that is not used, one of no type.
params:
  game_pk: {type: bigint}
  inning: {type: bigint}  # error[V110]
  half: {type: txt}  # error[M108]
*/
SELECT game_pk FROM game.live_game_plays
WHERE game_pk = :game_pk AND half_inning = :half AND inning = :innning  -- error[V110]
