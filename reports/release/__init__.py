"""One answer to "may this be released?", out of what a run, a contract, released clients and a comparison found."""
