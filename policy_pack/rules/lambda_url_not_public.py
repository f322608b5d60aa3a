from __future__ import annotations

from collections.abc import Iterator

from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Lambda function URLs ask for a signature",
    types=("aws:lambda/functionUrl:FunctionUrl",),
    severity=Severity.HIGH,
    fix=(
        "Set authorization_type='AWS_IAM'; for the public put a CloudFront distribution with a web "
        "ACL and an origin access control, or a REST API, before it."
    ),
    controls=(prowler("awslambda_function_url_public"), owasp("A01:2021")),
    passes=[{"authorizationType": "AWS_IAM"}],
    fails=[{"authorizationType": "NONE"}, {}],
    undecided=[{"authorizationType": UNKNOWN}],
)
def check(url: Resource) -> Iterator[str]:
    """Let nobody call a function around the web ACL: a function URL cannot carry one.

    With `AWS_IAM` only signed requests get in, and CloudFront signs those that its web ACL let
    pass. Whom the function's own policy allows is not judged here.

    Source: AWS Lambda API Reference, `FunctionUrlAuthType`; AWS Networking & Content Delivery Blog,
    "Secure your Lambda function URLs using Amazon CloudFront origin access control".
    """
    if url.get("authorizationType") != "AWS_IAM":
        yield "The function URL answers everyone, and cannot carry a web ACL."
