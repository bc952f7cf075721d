"""Judges traffic that others have caused: recordings of it, and what passes through a proxy."""
