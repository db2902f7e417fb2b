"""`python -m compiler` is `mlbc`."""

from compiler.cli import main

main()
