"""Stories of batches that are cancelled."""
