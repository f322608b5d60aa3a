from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import MODEL_LOGS
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
)

_ROLE = "arn:aws:iam::123456789012:role/bedrock-logs"
_LOG_GROUP = {"logGroupName": "/bedrock/invocations", "roleArn": _ROLE}


def _logs(**logging: object) -> dict[str, Any]:
    return {"loggingConfig": logging}


@rule(
    title="Bedrock's invocation logs hold what was asked and answered",
    types=MODEL_LOGS,
    severity=Severity.MEDIUM,
    fix=(
        "Give logging_config a cloudwatch_config or an s3_config, and leave "
        "text_data_delivery_enabled out."
    ),
    controls=(
        prowler("bedrock_model_invocation_logging_enabled"),
        prowler("bedrock_model_invocation_logging_text_data_enabled"),
        owasp("A09:2021"),
    ),
    passes=[
        _logs(cloudwatchConfig=_LOG_GROUP),
        _logs(s3Config={"bucketName": UNKNOWN}, textDataDeliveryEnabled=True),
    ],
    fails=[
        {},
        _logs(textDataDeliveryEnabled=True),
        _logs(cloudwatchConfig=_LOG_GROUP, textDataDeliveryEnabled=False),
    ],
    undecided=[
        {"loggingConfig": UNKNOWN},
        _logs(cloudwatchConfig=_LOG_GROUP, textDataDeliveryEnabled=UNKNOWN),
    ],
    level=EnforcementLevel.ADVISORY,
)
def check(logs: Resource) -> Iterator[str]:
    """Keep what a model was made to do, so that an injected prompt can be followed afterwards.

    Whether a region logs at all no stack shows that does not set it up. The logs hold what people
    wrote: encrypt them, and let few read them. To keep it out of them may be right, so that the
    finding is advice.
    """
    if not logs.has("loggingConfig", "cloudwatchConfig") and not logs.has(
        "loggingConfig", "s3Config"
    ):
        yield "Invocations of models are logged nowhere."
    if logs.get("loggingConfig", "textDataDeliveryEnabled", default=True) is not True:
        yield "What models are asked and answer is not logged."
