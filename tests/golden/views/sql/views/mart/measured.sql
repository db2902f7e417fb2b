/*
doc: One row per pitch that was measured.
*/
SELECT game_pk, pitch_index, speed, strikes FROM game.pitches WHERE speed IS NOT NULL
