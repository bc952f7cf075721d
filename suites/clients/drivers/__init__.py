"""Programs that run inside the environment of a client, with nothing else there."""
