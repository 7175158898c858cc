"""The command line: a thin front of the one door."""
