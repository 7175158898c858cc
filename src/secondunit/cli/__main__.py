"""`python -m secondunit.cli` is the command line."""

from secondunit.cli.main import run

run()
