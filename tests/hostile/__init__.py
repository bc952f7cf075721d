"""The suite against servers that are broken or mean harm."""
