"""Scenarios of batches that are cancelled."""
