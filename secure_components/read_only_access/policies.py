"""The policies of a read-only role, by pure functions: a test expands them over all actions.

Three layers, each a deny, over what AWS's managed policies grant:

1. a ceiling: `NotAction` with the reviewed readings (`readings.py`), so that whatever AWS adds
   later, a write above all, is denied until it is reviewed;
2. what hands out data or credentials (`denials.DATA`);
3. on request, what describes a secret (`denials.METADATA`).

IAM takes no wildcard for the service of an action, so that "all that is no `Get*`" cannot be said
once; the ceiling names it service by service. It does not fit one managed policy. A deny by
`NotAction` can be shared out all the same: each share names its own services' readings, and lets
the others' actions pass, which another share holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from secure_components.documents import Statement, Statements
from secure_components.place import Place
from secure_components.read_only_access.allowances import KINDS, Allowed, denying, granting
from secure_components.read_only_access.denials import DATA, METADATA, Denial
from secure_components.read_only_access.readings import READINGS

VERSION: Final = "1"
"""Of the reviewed lists. It stands on the policies as a tag; a change of the lists raises it."""

BASE: Final = ("job-function/ViewOnlyAccess", "SecurityAudit")
"""AWS's managed policies that grant what is left."""

SHARES: Final = 3
"""Managed policies that the ceiling takes: each is a child, whose name is a promise."""

MANAGED_LIMIT: Final = 6_144
"""Characters of a managed policy, without white space (IAM and AWS STS quotas)."""
INLINE_LIMIT: Final = 10_240
"""Of a permission set's inline policy, without white space (IAM Identity Center quotas)."""

ALL: Final = {"Resource": "*"}


def base_arn(place: Place, base: str) -> str:
    """Return the ARN of one of AWS's managed policies."""
    return f"arn:{place.partition}:iam::aws:policy/{base}"


def ceiling(share: int, allowed: Allowed) -> Statements:
    """Return one share of the ceiling, by action: of `SHARES`, counted from 0."""
    own = set(_shares()[share])
    passing = [
        f"{service}:{reading}"
        for service, readings in READINGS.items()
        for reading in (readings.split() if service in own else ["*"])
    ]
    return [_ceiling([*passing, *_granted(allowed, own)])]


def ceiling_of_services() -> Statements:
    """Return the ceiling by service alone, for where it has to be short."""
    return [_ceiling([f"{service}:*" for service in READINGS])]


def data_denials(allowed: Allowed) -> Statements:
    """Return what denies data and credentials, but for what is allowed by name."""
    held = {pattern for kind in allowed for pattern in KINDS[kind].denials}
    return [
        _denial("DenyData", (one for one in DATA if one.actions not in held)),
        *denying(allowed),
    ]


def metadata_denials() -> Statements:
    """Return what denies the settings that may hold a secret."""
    return [_denial("DenyMetadata", METADATA)]


def permission_set(allowed: Allowed, *, metadata: bool) -> Statements:
    """Return the inline policy of a permission set, which holds all of it."""
    return [
        *ceiling_of_services(),
        *data_denials(allowed),
        *(metadata_denials() if metadata else []),
        *granting(allowed),
    ]


def size(text: str) -> int:
    """Return what IAM counts of a policy: its characters without white space."""
    return len(re.sub(r"\s", "", text))


def _ceiling(passing: Sequence[str]) -> Statement:
    return {"Sid": "DenyAllButReviewed", "Effect": "Deny", "NotAction": passing, **ALL}


def _denial(sid: str, denials: Iterable[Denial]) -> Statement:
    return {"Sid": sid, "Effect": "Deny", "Action": [one.actions for one in denials], **ALL}


def _granted(allowed: Allowed, services: set[str]) -> list[str]:
    return [
        action
        for kind in allowed
        for action in KINDS[kind].actions
        if action.partition(":")[0] in services
    ]


def _shares() -> list[list[str]]:
    """Share the services out, in their order, so that the shares are about as long."""
    lengths = {
        service: sum(len(service) + len(reading) + 4 for reading in readings.split())
        for service, readings in READINGS.items()
    }
    shares: list[list[str]] = [[] for _ in range(SHARES)]
    total, seen = sum(lengths.values()), 0
    for service, length in lengths.items():
        shares[seen * SHARES // total].append(service)
        seen += length
    return shares
