/*
doc: The umpires of each game; another name of game.live_game_officials.
*/
SELECT game_pk, official_type, official_id, full_name, official_link, raw_id, captured_at
FROM game.live_game_officials
