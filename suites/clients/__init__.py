"""The released clients of the API, each driven against a target and held against the contract."""
