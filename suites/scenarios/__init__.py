"""Hand-written stories, one idea each."""
