"""Proof in both directions: each fault of the mock is noticed, and each liberty is left in peace."""
