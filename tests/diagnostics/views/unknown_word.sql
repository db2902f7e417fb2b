/*
doc: A head with a word that means nothing.
materialised: [game_pk]  # error[M104]
*/
SELECT game_pk FROM game.live_game_metadata
