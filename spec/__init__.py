"""What was promised: the contract as OpenAPI documents and requirements, and the code that loads them."""

__version__ = "2.0.2"
