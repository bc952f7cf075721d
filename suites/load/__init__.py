"""Load: many users at once who work as the guide says, and oracles that look at every exchange of theirs."""
