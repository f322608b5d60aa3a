from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_RULESETS, RULESETS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule, scorecard


def _ruleset(*names: object, target: str = "branch", **changes: object) -> dict[str, object]:
    conditions = {"refName": {"includes": list(names), "excludes": []}}
    return {"target": target, "enforcement": "active", "conditions": conditions, **changes}


@rule(
    title="Rulesets are in force",
    types=(*RULESETS, *ORGANIZATION_RULESETS),
    severity=Severity.HIGH,
    fix="Set enforcement='active', and name branches or tags in conditions.",
    controls=(scorecard("Branch-Protection"), owasp("A08:2021")),
    passes=[
        _ruleset("~DEFAULT_BRANCH"),
        _ruleset(UNKNOWN, target="tag"),
        {"target": "push", "enforcement": "active"},
    ],
    fails=[
        _ruleset("~ALL", enforcement="evaluate"),
        _ruleset("~ALL", enforcement="disabled"),
        _ruleset(),
        _ruleset(conditions=None),
        {},
    ],
    undecided=[_ruleset("~ALL", enforcement=UNKNOWN), _ruleset(conditions=UNKNOWN)],
)
def check(ruleset: Resource) -> Iterator[str]:
    """Leave no ruleset that looks like protection and is none.

    One that evaluates only records what it would have refused, which is right while it is tried
    out: exempt it for that time. One that is disabled does not even that, and one that names no
    branch and no tag is for nothing.

    Source: provider documentation, `enforcement` and `conditions`; GitHub Docs, "About rulesets".
    """
    if ruleset.get("enforcement") != "active":
        yield "The ruleset refuses nothing."
    elif ruleset.get("target") != "push" and not ruleset.has("conditions", "refName", "includes"):
        yield "The ruleset is for no branch and no tag."
