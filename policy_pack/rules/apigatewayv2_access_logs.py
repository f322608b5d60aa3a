from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import HTTP_API_STAGES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:/apis/shop"


@rule(
    title="HTTP and WebSocket APIs keep access logs",
    types=HTTP_API_STAGES,
    severity=Severity.MEDIUM,
    fix="Set access_log_settings with a log group's ARN as destination_arn, and a format.",
    controls=(prowler("apigatewayv2_api_access_logging_enabled"), owasp("A09:2021")),
    passes=[
        {"accessLogSettings": {"destinationArn": _ARN, "format": "$context.requestId"}},
        {"accessLogSettings": {"destinationArn": UNKNOWN, "format": "$context.requestId"}},
    ],
    fails=[{}, {"accessLogSettings": {}}, {"accessLogSettings": {"format": "$context.requestId"}}],
    undecided=[{"accessLogSettings": UNKNOWN}],
)
def check(stage: Resource) -> Iterator[str]:
    """Keep who called what, so that an attack can be followed afterwards."""
    if not stage.has("accessLogSettings", "destinationArn"):
        yield "The stage keeps no access log."
