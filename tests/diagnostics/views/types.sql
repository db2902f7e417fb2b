/*
doc: What cannot be compared, added, or be a condition.
*/
SELECT
    p.inning = 'nine' AS a,  -- error[V108]
    p.inning = '9' AS fine,
    p.event > p.inning AS b,  -- error[V108]
    p.event + 1 AS c,  -- error[V108]
    CASE WHEN p.outs THEN 1 END AS d,  -- error[V108]
    coalesce(p.event, 0) AS e,  -- error[V108]
    p.start_time = '2024-07-12' AS good
FROM game.live_game_plays p
WHERE p.inning  -- error[V108]
