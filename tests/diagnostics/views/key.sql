/*
doc: A key that is not returned.
materialized: [game_pk, at_bat_index]  # error[V104]
*/
SELECT game_pk FROM game.live_game_plays
