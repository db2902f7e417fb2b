"""The intermediate representation, in three frozen levels: mapping, plan, catalog (and what feeds them)."""
