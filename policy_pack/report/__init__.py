"""Reports for machines: JSON of our own, SARIF for code scanning, JUnit for CI.

`docs/reports.md` describes them. A report never shows as passed what did not pass, and holds
nothing that changes from run to run by itself, such as a time: two reports can be compared.
"""

from policy_pack.exported import StateError
from policy_pack.report.files import write
from policy_pack.report.state import run

__all__ = ["StateError", "run", "write"]
