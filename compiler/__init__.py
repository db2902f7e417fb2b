"""The schema compiler: Swagger documents, mappings and observed facts in; tables, models and transforms out."""
