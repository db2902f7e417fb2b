SELECT game_pk FROM game.live_game_plays  -- error[V101]
