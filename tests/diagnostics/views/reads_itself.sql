/*
doc: A view that needs itself.
*/
SELECT game_pk FROM mart.reads_itself  -- error[V107]
