"""Names of tables as changes show them."""


def short(table: str) -> str:
    """Return a table's name without its schema."""
    return table.partition(".")[2]
