"""The only media I/O: frames, movies, colour, USD, documents. Untrusted files are decoded in a child process."""
