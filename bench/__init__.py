"""How fast Second Unit is, and how fast others are beside it: `make bench`, docs/benchmarks.md."""
