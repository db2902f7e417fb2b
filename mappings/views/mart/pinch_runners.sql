/*
doc: One row per runner who was replaced during a plate appearance; from then on the other one stands on his base.
*/
SELECT game_pk, at_bat_index, player_out_id, min(event_index) AS event_index, min(player_in_id) AS player_in_id
FROM game.live_game_lineup_changes
WHERE change_type = 'offensive_substitution' AND player_in_id IS NOT NULL AND player_out_id IS NOT NULL
GROUP BY game_pk, at_bat_index, player_out_id
