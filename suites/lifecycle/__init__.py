"""Generated sequences of operations, against a small model."""
