/*
doc: The fastest pitches of a game, as a share of the fastest.
question: "0 How fast?"
params: {game_pk: {type: bigint, doc: The game.}}
*/
SELECT pitch_index, speed, 'a 100% :game_pk' AS said FROM game.over(90, :game_pk) ORDER BY speed DESC
