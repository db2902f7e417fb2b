/*
doc: >-
  The games of the present baseball day. It is a day of the United States: it ends when the last games on the
  Pacific coast do, which is 03:00 in Los Angeles.
engines: [postgres]
columns:
  baseball_day: The day that the view takes for today.
*/
SELECT day.baseball_day, games.*
FROM (SELECT (now() AT TIME ZONE 'America/Los_Angeles' - interval '3 hours')::date AS baseball_day) day
JOIN schedule.games games ON games.official_date = day.baseball_day
