/*
doc: Another database's function, and one that changes something.
engines: [postgres]
*/
SELECT ifnull(inning, 0) AS inning,  -- error[V109]
       nextval('metadata.raw_id_seq') AS next  -- error[V109]
FROM game.live_game_plays
