"""Proof in both directions: each fault of the mock is noticed, and each variation is left in peace."""
