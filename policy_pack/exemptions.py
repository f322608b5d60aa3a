"""Exemptions: one rule, few resources, with a reason, an owner and an end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final

_TEXT = {"type": "string", "minLength": 1}
SCHEMA: Final[Mapping[str, Any]] = {
    "type": "array",
    "description": (
        "Findings of this rule that do not count until a day. Every one in force is told."
    ),
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["resource", "reason", "owner", "expires"],
        "properties": {
            "resource": _TEXT | {"description": "URN of the resource, or a glob that names it."},
            "finding": _TEXT | {"description": "Name of one finding, where the rule names them."},
            "reason": _TEXT | {"description": "Why the finding is accepted."},
            "owner": _TEXT | {"description": "Who answers for it."},
            "expires": _TEXT | {"description": "Its last day, as 2027-01-31 (UTC)."},
        },
    },
}
"""JSON Schema of a rule's `exemptions`."""


class ExemptionError(Exception):
    """An exemption cannot be granted. The message tells why, and the way out."""


@dataclass(frozen=True)
class Exemption:
    """Findings that do not count, until a day.

    Attributes:
        rule: The rule's id.
        resource: URN or glob, as `*::aws:s3/bucket:Bucket::assets`.
        finding: Name of the one finding that is exempted; empty for all of the rule.
        reason: Why it is accepted.
        owner: Who answers for it.
        expires: Its last day.
    """

    rule: str
    resource: str
    finding: str
    reason: str
    owner: str
    expires: date

    def covers(self, urn: str, finding: str = "") -> bool:
        """Tell whether it is for a finding of a resource, be it in force or not."""
        return fnmatchcase(urn, self.resource) and self.finding in {"", finding}

    def concerns(self, stack: str, project: str) -> bool:
        """Tell whether it can be for a resource of a stack: one file may serve several stacks."""
        own, _, rest = self.resource.partition("::")
        if not (rest and own.startswith("urn:pulumi:")):
            return True
        return fnmatchcase(f"urn:pulumi:{stack}", own) and fnmatchcase(
            project, rest.partition("::")[0]
        )

    def in_force(self, today: date) -> bool:
        """Tell whether the last day has not passed."""
        return today <= self.expires


def read(rule: str, entry: Mapping[str, Any], *, today: date, longest: int) -> Exemption:
    """Return the exemption that an entry of a rule's configuration grants.

    Args:
        rule: The rule's id.
        entry: The entry, valid by `SCHEMA`.
        today: The day, by UTC.
        longest: Days that an exemption may last from today.

    Raises:
        ExemptionError: The text is blank, the day unreadable or too far ahead, or the resource any.
    """
    for key in ("reason", "owner"):
        if not entry[key].strip():
            raise ExemptionError(f"{key}: is blank; say it in words")
    # A pattern that names no resource is no exemption but another level of the rule.
    if not re.search(r"[^*?\[\]!:]", entry["resource"].rpartition("::")[2]):
        raise ExemptionError(
            "resource: names no resource, only wildcards; end it with a name, as "
            "'*::aws:s3/bucket:Bucket::assets-*', or set the rule's enforcementLevel"
        )
    try:
        expires = date.fromisoformat(entry["expires"])
    except ValueError:
        raise ExemptionError(
            f"expires: '{entry['expires']}' is no day; write it as {today.isoformat()}"
        ) from None
    latest = today + timedelta(days=longest)
    if expires > latest:
        raise ExemptionError(
            f"expires: {expires} is more than {longest} days ahead; {latest} is the last day that "
            "can be granted today"
        )
    return Exemption(
        rule=rule,
        resource=entry["resource"],
        finding=entry.get("finding", ""),
        reason=entry["reason"].strip(),
        owner=entry["owner"].strip(),
        expires=expires,
    )
