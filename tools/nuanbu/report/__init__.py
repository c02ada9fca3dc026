"""What a run did, as a table and as a page."""

from nuanbu.report.figures import summary
from nuanbu.report.write import write_report

__all__ = ["summary", "write_report"]
