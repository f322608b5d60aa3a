"""A REST API behind AWS WAF, with a tighter limit on log-ins.

The API answers by itself, so that the template is whole: replace the integration by your own.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

import secure_components as secure

api = aws.apigateway.RestApi(
    "api",
    description="A REST API",
    endpoint_configuration={"types": "REGIONAL"},
)
health = aws.apigateway.Resource(
    "health", rest_api=api.id, parent_id=api.root_resource_id, path_part="health"
)
get_health = aws.apigateway.Method(
    "get-health",
    rest_api=api.id,
    resource_id=health.id,
    http_method="GET",
    authorization="AWS_IAM",
)
answer = aws.apigateway.Integration(
    "get-health-answer",
    rest_api=api.id,
    resource_id=health.id,
    http_method=get_health.http_method,
    type="MOCK",
    request_templates={"application/json": json.dumps({"statusCode": 200})},
)
deployment = aws.apigateway.Deployment(
    "deployment",
    rest_api=api.id,
    # A deployment is a copy: what is new in it must be named here, or it is never deployed.
    triggers={"integration": answer.id},
    opts=pulumi.ResourceOptions(depends_on=[answer]),
)
stage = aws.apigateway.Stage(
    "v1",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name="v1",
    xray_tracing_enabled=True,
)

firewall = secure.WebApplicationFirewall(
    "firewall",
    {
        "protects": [stage],
        "rate_limits": {
            "login": {
                "limit": 20,
                "window_in_seconds": 60,
                "path_prefix": "/v1/login",
                "response": {"code": 429, "headers": {"Retry-After": "60"}},
            },
        },
    },
)

pulumi.export("url", stage.invoke_url)
pulumi.export("web_acl_arn", firewall.web_acl_arn)
pulumi.export("capacity", firewall.capacity)
