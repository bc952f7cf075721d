"""Scenarios of the additions to the contract, a folder for each profile."""
