/*
doc: What a JSON path finds in the newest live feed of a game, one row per value. A path that does not fit finds nothing.
params:
  game_pk: {type: bigint, doc: "The game."}
  path: {type: jsonpath, doc: "A JSON path, such as $.gameData.venue.name."}
*/
SELECT jsonb_path_query(latest.data, :path, '{}', true) AS value
FROM game.latest_live latest
WHERE latest.game_pk = :game_pk
