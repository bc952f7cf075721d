"""Generated requests for single operations."""
