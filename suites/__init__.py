"""How a service is tested: oracles that watch all traffic, and the tests that cause it."""
