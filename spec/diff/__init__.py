"""What changed between two contracts, and whether it breaks those who rely on the old one."""
