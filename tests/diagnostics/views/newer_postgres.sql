/*
doc: What PostgreSQL 15 does not have.
engines: [postgres]
*/
SELECT
    any_value(event) AS event,  -- error[V112]
    bool_or(described IS JSON) AS is_json,  -- error[V112]
    JSON_ARRAYAGG(inning)::text AS innings  -- error[V112]
FROM (
    SELECT  -- the place of a subquery without a name is its first column
        event, inning, description AS described  -- error[V112]
    FROM game.live_game_plays
)
