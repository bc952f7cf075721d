"""Lints the OpenAPI documents of `spec` with Redocly, which needs Node."""
