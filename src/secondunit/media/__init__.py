"""The only media I/O: frames, movies, colour, USD. Untrusted files are decoded in a child process."""
