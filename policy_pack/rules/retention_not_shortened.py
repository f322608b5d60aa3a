from __future__ import annotations

from policy_pack.aws import DATABASE_INSTANCES, LOG_GROUPS
from policy_pack.changes import RETENTIONS, Strength, changes, hidden, of_type, types_of
from policy_pack.rule import Findings, Resource, Severity, Stack, every, finding, owasp, rule


@rule(
    title="No change lets go sooner what is kept",
    types=types_of(RETENTIONS),
    severity=Severity.HIGH,
    fix="Leave it as long as it was, or have the change exempted until a day.",
    controls=(owasp("A09:2021"),),
    passes=[
        *changes(RETENTIONS, lambda row: (row.weak, row.strong)),
        {"logs": (LOG_GROUPS[0], {"retentionInDays": 400}, {})},  # for ever
        {"logs": (LOG_GROUPS[0], {"retentionInDays": 400}, {"retentionInDays": 400})},
        {"logs": (LOG_GROUPS[0], {"retentionInDays": 400}, None)},
    ],
    fails=[
        *changes(RETENTIONS, lambda row: (row.strong, row.weak)),
        {"logs": (LOG_GROUPS[0], {}, {"retentionInDays": 3653})},
        {"orders": (DATABASE_INSTANCES[0], {"backupRetentionPeriod": 35}, {})},
    ],
    undecided=[
        *changes(RETENTIONS, lambda row: (row.strong, hidden(row))),
        *changes(RETENTIONS, lambda row: (hidden(row), row.weak)),
    ],
)
def check(earlier: Resource, now: Resource | None, _stack: Stack) -> Findings:
    """See it when logs, backups or the time to take a deletion back are cut: that is for good.

    Other rules ask for a least time, which a change from seven years to one satisfies. Of the
    lifecycle of a bucket, the rule that deletes first counts. What is taken away as a whole is not
    judged here.
    """
    if now is not None:
        yield from every(of_type(RETENTIONS, earlier.type), lambda one: _judge(one, earlier, now))


def _judge(one: Strength, earlier: Resource, now: Resource) -> Findings:
    if one.of(now) < one.of(earlier):
        yield finding("'{name}' lets go sooner than it did.", name=one.name)
