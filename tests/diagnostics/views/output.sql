/*
doc: A column without a name, two of one name, one that needs quotes.
*/
SELECT
    p.game_pk,
    m.game_pk,  -- error[V106]
    max(p.inning),  -- error[V106]
    min(p.inning) AS "firstInning"  -- error[V106]
FROM game.live_game_plays p
JOIN game.live_game_metadata m ON m.game_pk = p.game_pk
GROUP BY p.game_pk, m.game_pk
