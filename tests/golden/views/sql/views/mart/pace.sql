/*
doc: Seconds between the first and the last pitch.
engines: [postgres]
*/
SELECT game_pk, extract(epoch FROM max(at) - min(at))::double precision AS seconds FROM game.pitches GROUP BY game_pk
