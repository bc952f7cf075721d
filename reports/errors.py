"""What is wrong with a file or a value that was given. Each message is a sentence that says why, and what to do."""

from spec.usage import WrongUsage


class InvalidReport(WrongUsage):
    """A file is not a whole report of this suite."""


class MissingReport(InvalidReport):
    """There is no such file, or it cannot be read."""


class EmptyReport(InvalidReport):
    """The file is empty."""


class ForeignFile(InvalidReport):
    """The file is something other than a report."""


class TruncatedReport(InvalidReport):
    """The end of the report is missing."""


class OtherVersion(InvalidReport):
    """The report has a version of the format that this suite does not read."""


class MalformedReport(InvalidReport):
    """A field of the report does not follow the format."""


class ChangedReport(InvalidReport):
    """The report was changed after it was written."""


class UnsuitableReport(WrongUsage):
    """A report is valid, and is not one that serves the purpose."""


class UnsuitableBaseline(UnsuitableReport):
    """A report cannot be a baseline."""


class MismatchedShards(UnsuitableReport):
    """Reports are not all of the shards of one run."""


class InvalidWaiver(WrongUsage):
    """A waiver, or a file of waivers, is not valid."""


class UnknownName(WrongUsage):
    """No requirement and no violation has that name."""
