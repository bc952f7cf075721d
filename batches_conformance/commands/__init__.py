"""The subcommands, one module each: it reads the words, and calls what does the work."""
