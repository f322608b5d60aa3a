from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import REST_STAGES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule

_ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:/apis/shop"


@rule(
    title="REST APIs keep access logs",
    types=REST_STAGES,
    severity=Severity.MEDIUM,
    fix="Set access_log_settings with a log group's ARN as destination_arn, and a format.",
    controls=(owasp("A09:2021"),),
    passes=[
        {"accessLogSettings": {"destinationArn": _ARN, "format": "$context.requestId"}},
        {"accessLogSettings": {"destinationArn": UNKNOWN, "format": "$context.requestId"}},
    ],
    fails=[{}, {"accessLogSettings": {}}, {"accessLogSettings": {"format": "$context.requestId"}}],
    undecided=[{"accessLogSettings": UNKNOWN}],
)
def check(stage: Resource) -> Iterator[str]:
    """Keep who called what, so that an attack can be followed afterwards.

    Execution logs, which `apigateway-execution-logs` asks for, tell it of errors alone at the level
    ERROR.
    """
    if not stage.has("accessLogSettings", "destinationArn"):
        yield "The stage keeps no access log."
