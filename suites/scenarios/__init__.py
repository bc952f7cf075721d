"""Hand-written scenarios, one idea each."""
