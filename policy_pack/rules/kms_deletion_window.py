from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import KEYS
from policy_pack.rule import UNKNOWN, Resource, Severity, at_least, finding, owasp, rule


@rule(
    title="KMS keys wait a month before they are deleted",
    types=KEYS,
    severity=Severity.LOW,
    fix="Leave deletion_window_in_days out, or set it to {days} or more.",
    controls=(owasp("A04:2021"),),
    passes=[{}, {"deletionWindowInDays": 30}],
    fails=[{"deletionWindowInDays": 29}, {"deletionWindowInDays": 7}],
    undecided=[{"deletionWindowInDays": UNKNOWN}],
    omission="AWS waits 30 days where nothing is said.",
    settings={"days": at_least(30, "Least days that a deleted key waits.", minimum=7, asks={})},
)
def check(key: Resource, *, days: int) -> Iterator[str]:
    """Leave time to see that a key was still needed: what it encrypted is lost with it.

    AWS waits 7 to 30 days; a deletion can be cancelled in that time, and use of the key meanwhile
    can be alarmed on. That the longest is wanted is our inference.

    Source: AWS KMS Developer Guide, "Deleting AWS KMS keys".
    """
    if key.number("deletionWindowInDays", default=30) < days:
        yield finding("The key is deleted for good after less than {days} days.", days=days)
