/*
doc: One row per game of the present baseball day (see schedule.today) whose live feed is loaded, with its score.
engines: [postgres]
columns:
  baseball_day: The day that the view takes for today.
*/
SELECT day.baseball_day, games.*
FROM (SELECT (now() AT TIME ZONE 'America/Los_Angeles' - interval '3 hours')::date AS baseball_day) day
JOIN game.summary games ON games.official_date = day.baseball_day
