"""Proof in both directions: each deviation of the mock is noticed, and each liberty is left in peace."""
