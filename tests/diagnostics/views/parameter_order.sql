/*
doc: A parameter that must be given behind one that need not.
params:
  inning: {type: bigint, default: null}
  game_pk: {type: bigint}  # error[V110]
*/
SELECT game_pk FROM game.live_game_plays WHERE game_pk = :game_pk AND (inning = :inning OR :inning IS NULL)
