"""What can carry a web ACL, and what stands in for what cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import pulumi

from secure_components.arguments import check_value
from secure_components.place import Place

COGNITO: Final = "Cognito user pool"
_LOAD_BALANCER: Final = "load balancer"
_AMPLIFY: Final = "Amplify app"

_KINDS: Final = {
    "aws:lb/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:alb/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:applicationloadbalancing/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:elasticloadbalancingv2/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:apigateway/stage:Stage": "API Gateway REST stage",
    "aws:appsync/graphQLApi:GraphQLApi": "AppSync API",
    "aws:cognito/userPool:UserPool": COGNITO,
    "aws:apprunner/service:Service": "App Runner service",
    "aws:verifiedaccess/instance:Instance": "Verified Access instance",
    "aws:amplify/app:App": _AMPLIFY,
}
_KINDS_BY_ARN: Final = (
    (
        re.compile(r"arn:[a-z-]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer/app/.+"),
        _LOAD_BALANCER,
    ),
    (re.compile(r"arn:[a-z-]+:apigateway:[^:]+::/restapis/[^/]+/stages/[^/]+"), "REST stage"),
    (re.compile(r"arn:[a-z-]+:appsync:[^:]+:\d{12}:apis/.+"), "AppSync API"),
    (re.compile(r"arn:[a-z-]+:cognito-idp:[^:]+:\d{12}:userpool/.+"), COGNITO),
    (re.compile(r"arn:[a-z-]+:apprunner:[^:]+:\d{12}:service/.+"), "App Runner service"),
    (re.compile(r"arn:[a-z-]+:ec2:[^:]+:\d{12}:verified-access-instance/.+"), "Verified Access"),
    (re.compile(r"arn:[a-z-]+:amplify:[^:]+:\d{12}:apps/.+"), _AMPLIFY),
)

_INSTEAD: Final = (
    (
        ("aws:cloudfront/distribution:Distribution", "cloudfront:"),
        (
            "is a CloudFront distribution, which is not associated: set its web_acl_id to the "
            "web_acl_arn of a firewall with scope='cloudfront'"
        ),
    ),
    (
        ("aws:apigatewayv2/", "apigateway:/apis/"),
        (
            "is an HTTP or WebSocket API, which cannot carry a web ACL: use a REST API, or put a "
            "CloudFront distribution with a firewall before it"
        ),
    ),
    (
        ("aws:apigateway/restApi:RestApi", "aws:apigateway/deployment:Deployment"),
        "is no stage of the REST API, which carries the web ACL: give the aws.apigateway.Stage",
    ),
    (
        ("aws:lambda/function", "lambda:"),
        (
            "cannot carry a web ACL: require AWS_IAM on its URL, and put a CloudFront distribution "
            "with a firewall, or a REST API, before it"
        ),
    ),
    (
        ("aws:elb/", "aws:elasticloadbalancing/", "elasticloadbalancing:loadbalancer/"),
        (
            "is no application load balancer, and no other can carry a web ACL: use one, or put a "
            "CloudFront distribution with a firewall before it"
        ),
    ),
)

Endpoint = pulumi.Input[str] | pulumi.Resource


def kind_of(endpoint: Endpoint, scope: str) -> str:
    """Return what an endpoint is; empty for an ARN that is not known yet.

    Args:
        endpoint: The resource or its ARN.
        scope: The firewall's scope.

    Raises:
        ValueError: It cannot carry a web ACL, or not one of this scope; says what to do.
    """
    if isinstance(endpoint, pulumi.Resource):
        kind = _KINDS.get(endpoint.pulumi_resource_type, "")
        what = endpoint.pulumi_resource_type
    elif isinstance(endpoint, str):
        kind = next((kind for form, kind in _KINDS_BY_ARN if form.fullmatch(endpoint)), "")
        what = _service_and_resource(endpoint)
    else:
        return ""
    if not kind:
        for kinds, instead in _INSTEAD:
            if what.startswith(kinds):
                raise ValueError(instead)
        supported = ", ".join(sorted(set(_KINDS.values())))
        raise ValueError(f"is nothing that can carry a web ACL; give one of: {supported}")
    if (kind == _AMPLIFY) != (scope == "cloudfront"):
        wanted = "cloudfront" if kind == _AMPLIFY else "regional"
        raise ValueError(f"is a kind of endpoint that needs a firewall with scope='{wanted}'")
    return kind


def arn_of(
    endpoint: Endpoint, place: pulumi.Output[Place], who: tuple[str, str, str], scope: str
) -> pulumi.Input[str]:
    """Return the ARN that a web ACL is associated with.

    Args:
        endpoint: The resource or its ARN, checked by `kind_of`.
        place: Where the firewall is made.
        who: Component, resource name and argument, for messages.
        scope: The firewall's scope.
    """
    if not isinstance(endpoint, pulumi.Resource):
        return check_value(*who, endpoint, _accepts(scope), "the ARN of an endpoint of this scope")
    made: Any = endpoint
    if endpoint.pulumi_resource_type == "aws:verifiedaccess/instance:Instance":
        return pulumi.Output.all(place, made.id).apply(
            lambda known: known[0].arn("ec2", f"verified-access-instance/{known[1]}")
        )
    if _KINDS[endpoint.pulumi_resource_type] != _LOAD_BALANCER:
        arn: pulumi.Output[str] = made.arn
        return arn
    # The kind of a load balancer may be an output; a preview foretells it.
    kind = check_value(
        *who,
        made.load_balancer_type,
        lambda known: known in (None, "application"),
        "an application load balancer: no other can carry a web ACL, so put a CloudFront "
        "distribution with a firewall before it",
    )
    return pulumi.Output.all(kind, made.arn).apply(lambda known: str(known[1]))


def _accepts(scope: str) -> Callable[[str], bool]:
    def accepts(arn: str) -> bool:
        try:
            kind_of(arn, scope)
        except ValueError:
            return False
        return True

    return accepts


def _service_and_resource(arn: str) -> str:
    """Return `SERVICE:RESOURCE` of an ARN, as `lambda:function:name`."""
    parts = arn.split(":", 5)
    return f"{parts[2]}:{parts[5]}" if len(parts) == len(("arn", "", "", "", "", "")) else ""
