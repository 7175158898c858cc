"""`python -m secondunit` is the command line."""

from secondunit.cli.main import run

run()
