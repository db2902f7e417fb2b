/*
doc: Columns that are called otherwise.
columns: {inning: The inning., innning: Twice.}  # error[V104]
*/
SELECT
    p.game_pk,
    p.innings AS inning,  -- error[V104]
    half,  -- error[V104]
    q.game_pk AS other,  -- error[V104]
    (SELECT max(e.pitch_nr)  -- error[V104]
     FROM game.live_game_pitch_events e WHERE e.at_bat_index = p.at_bat_idx) AS pitches  -- error[V104]
FROM game.live_game_plays p
WHERE other = 1  -- error[V104]
