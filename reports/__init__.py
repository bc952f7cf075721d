"""What was found: observations become verdicts, report files, terminal text and an exit code."""
