/*
doc: Pitches over a speed.
params: {speed: {type: double precision, default: "95"}, game_pk: {type: bigint, default: null, doc: One game.}}
*/
SELECT pitch_index, speed FROM mart.fast WHERE speed > :speed AND (game_pk = :game_pk OR :game_pk IS NULL)
