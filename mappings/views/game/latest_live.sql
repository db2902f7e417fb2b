/*
doc: One row per game, the newest state of its live feed as the API sent it, with the columns that one asks for most.
engines: [postgres]
columns:
  timecode: "The state of the game that the response shows: YYYYMMDD_HHMMSS, UTC."
  data: The whole response.
*/
SELECT DISTINCT ON (game_pk)
    game_pk,
    game_date,
    timecode,
    captured_at,
    ingested_at,
    raw_id,
    data #>> '{gameData,status,abstractGameState}' AS abstract_game_state,
    data #>> '{gameData,status,detailedState}' AS detailed_state,
    (data #>> '{gameData,teams,away,id}')::bigint AS away_team_id,
    (data #>> '{gameData,teams,home,id}')::bigint AS home_team_id,
    (data #>> '{liveData,linescore,teams,away,runs}')::bigint AS away_runs,
    (data #>> '{liveData,linescore,teams,home,runs}')::bigint AS home_runs,
    (data #>> '{liveData,linescore,currentInning}')::bigint AS current_inning,
    data #>> '{liveData,linescore,inningHalf}' AS inning_half,
    data
FROM game.live_game_v1
WHERE status_code = 200 AND game_pk IS NOT NULL AND data IS NOT NULL
ORDER BY game_pk, timecode DESC NULLS LAST, captured_at DESC, sha256 DESC
