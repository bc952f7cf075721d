"""The command `batches-conformance`: everything that a person does with the suite, one word each."""
