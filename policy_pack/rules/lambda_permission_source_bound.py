from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policy_pack.accounts import account_of
from policy_pack.resource_policies import FUNCTION_PERMISSIONS, is_service
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, rule

_BUCKETS: Final = "s3.amazonaws.com"
_RULE = "arn:aws:events:eu-west-1:123456789012:rule/nightly"


@rule(
    title="Lambda permissions tie AWS services to their source",
    types=FUNCTION_PERMISSIONS,
    severity=Severity.MEDIUM,
    fix=(
        "Set source_arn to what calls the function, or source_account; for S3 set source_account "
        "beside the bucket's ARN, which holds no account."
    ),
    controls=(fsbp("Lambda.1"), owasp("A01:2021")),
    passes=[
        {"principal": "events.amazonaws.com", "sourceArn": _RULE},
        {
            "principal": "apigateway.amazonaws.com",
            "sourceArn": "arn:aws:apigateway:eu-west-1::/restapis/a",
        },
        {"principal": "events.amazonaws.com", "sourceAccount": UNKNOWN},
        {"principal": "sns.amazonaws.com", "sourceAccount": "123456789012"},
        {
            "principal": "s3.amazonaws.com",
            "sourceArn": "arn:aws:s3:::a-bucket",
            "sourceAccount": "123456789012",
        },
        {"principal": "alexa-appkit.amazon.com", "eventSourceToken": "amzn1.ask.skill.1"},
        {"principal": "arn:aws:iam::123456789012:role/caller"},
    ],
    fails=[
        {"principal": "events.amazonaws.com"},
        {"principal": "events.amazonaws.com", "sourceArn": "*"},
        {"principal": "events.amazonaws.com", "sourceArn": "arn:aws:events:*:*:rule/*"},
        {"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::a-bucket"},
        {"principal": "s3.amazonaws.com", "sourceArn": UNKNOWN},
    ],
    undecided=[
        {"principal": UNKNOWN},
        {"principal": "events.amazonaws.com", "sourceArn": UNKNOWN},
    ],
    omission="Lambda refuses a permission for nobody.",
)
def check(permission: Resource) -> Iterator[str]:
    """Stop the confused deputy: a service that runs the function for any account that asks it to.

    A bucket's name can be taken by somebody else once the bucket is gone, so an S3 source needs its
    account as well.

    Source: AWS Lambda Developer Guide, "Granting Lambda function access to AWS services"; Security
    Hub, "Lambda.1".
    """
    principal = permission.get("principal")
    if not is_service(principal) or permission.has("eventSourceToken"):
        return
    if permission.has("sourceAccount"):
        return
    if principal == _BUCKETS:
        yield "S3 may run the function for a bucket of any account."
    elif not permission.has("sourceArn"):
        yield "A service may run the function on anyone's behalf."
    elif not _has_account(str(permission.get("sourceArn"))):
        yield "A service may run the function for a source of any account."


def _has_account(arn: str) -> bool:
    """Tell whether an ARN names an account, or a resource whose ARN holds none."""
    return bool(account_of(arn).strip("*?")) or "*" not in arn
