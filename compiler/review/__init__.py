"""Two states of `generated/` -> what changed, for a person who reviews it: per table, and per artefact.

items      what a review says: groups of changes, migrations, counts of files
catalog    changes of the catalog, as `migrate.differ` finds them
surfaces   Avro schemas, models, views and Spark tables, as the gate compares them, in both directions
code       functions and queries that do something else in the same columns
assemble   all of these, in the order of a reader
text       for a terminal;  markdown: for a comment of a pull request
"""

from compiler.review.assemble import review
from compiler.review.items import Artefact, Files, Group, Item, Migration, Review, Sign

__all__ = ["Artefact", "Files", "Group", "Item", "Migration", "Review", "Sign", "review"]
