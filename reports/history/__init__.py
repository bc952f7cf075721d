"""The memory of many runs: reports become past runs, and those a history with a page of its own."""
