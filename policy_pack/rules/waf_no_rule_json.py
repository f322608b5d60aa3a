from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import UNKNOWN, EnforcementLevel, Resource, Severity, owasp, rule
from policy_pack.waf import RULE_GROUPS


@rule(
    title="Changes to rules of AWS WAF from outside are seen",
    types=(*WEB_ACLS, *RULE_GROUPS),
    severity=Severity.LOW,
    fix=(
        "Write them as rules, or as resources aws.wafv2.WebAclRule; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A05:2021"),),
    passes=[{"rules": UNKNOWN}, {"rules": [{"priority": 0}], "ruleJson": "", "rulesJson": None}],
    fails=[
        {"ruleJson": "[]"},
        {"rulesJson": "[]"},
        {"ruleJson": UNKNOWN},
    ],
    omission="Rules that are not JSON are compared with what AWS has.",
    level=EnforcementLevel.ADVISORY,
)
def check(holder: Resource) -> Iterator[str]:
    """Know that nobody else will tell when a rule is taken out by hand.

    The provider compares `rule_json` and `rules_json` with nothing: neither a refresh nor an update
    shows or mends what was changed outside. Only statements that are nested more than three deep
    need them, so this advises.

    Source: Pulumi AWS 7.51, `aws.wafv2.WebAcl`, `aws.wafv2.RuleGroup`.
    """
    if holder.has("ruleJson") or holder.has("rulesJson"):
        yield "The rules are a JSON text, which is not compared with what AWS has."
