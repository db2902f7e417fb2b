/*
doc: One row per game, the newest state of its live feed as the API sent it, with the columns that one asks for most.
engines: [postgres]
columns:
  timecode: "The state of the game that the response shows: YYYYMMDD_HHMMSS, UTC."
  data: The whole response.
*/
-- The newest response is chosen without looking into any: a game that is followed live has hundreds of them.
WITH newest AS (
    SELECT DISTINCT ON (game_pk) game_pk, raw_id, captured_at
    FROM game.live_game_v1
    WHERE status_code = 200 AND game_pk IS NOT NULL AND data IS NOT NULL
    ORDER BY game_pk, timecode DESC NULLS LAST, captured_at DESC, sha256 DESC
)
SELECT
    n.game_pk,
    r.game_date,
    r.timecode,
    r.captured_at,
    r.ingested_at,
    r.raw_id,
    r.data #>> '{gameData,status,abstractGameState}' AS abstract_game_state,
    r.data #>> '{gameData,status,detailedState}' AS detailed_state,
    (r.data #>> '{gameData,teams,away,id}')::bigint AS away_team_id,
    (r.data #>> '{gameData,teams,home,id}')::bigint AS home_team_id,
    (r.data #>> '{liveData,linescore,teams,away,runs}')::bigint AS away_runs,
    (r.data #>> '{liveData,linescore,teams,home,runs}')::bigint AS home_runs,
    (r.data #>> '{liveData,linescore,currentInning}')::bigint AS current_inning,
    r.data #>> '{liveData,linescore,inningHalf}' AS inning_half,
    r.data
FROM newest n
JOIN game.live_game_v1 r ON r.raw_id = n.raw_id AND r.captured_at = n.captured_at
