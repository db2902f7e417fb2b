"""Avro: schemas as nodes, their resolution by rule, and by really writing and reading."""
