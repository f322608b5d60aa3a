"""A REST API behind AWS WAF, with a tighter limit on log-ins.

The API answers by itself, so that the template is whole: replace the integration by your own. Who
called it and what failed is logged, encrypted, for a year.
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

region = aws.get_region_output().region
account = aws.get_caller_identity_output().account_id
STAGE, ACCESS = "v1", "/apis/rest-api/access"
# API Gateway's own name of the group. It would make one without a key, which keeps logs for ever.
execution = pulumi.Output.format("API-Gateway-Execution-Logs_{0}/{1}", api.id, STAGE)


def policy(*statements: dict[str, object]) -> pulumi.Output[str]:
    """Return a policy document."""
    return pulumi.Output.from_input(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
    ).apply(json.dumps)


logs_key = aws.kms.Key(
    "logs-key",
    description="Encrypts the logs of the API",
    enable_key_rotation=True,
    policy=policy(
        {
            "Sid": "AccountAdministers",
            "Principal": {"AWS": pulumi.Output.format("arn:aws:iam::{0}:root", account)},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "CloudWatchLogsEncrypts",
            "Principal": {"Service": pulumi.Output.format("logs.{0}.amazonaws.com", region)},
            "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": [
                        pulumi.Output.format(
                            "arn:aws:logs:{0}:{1}:log-group:{2}", region, account, group
                        )
                        for group in (ACCESS, "API-Gateway-Execution-Logs_*")
                    ],
                },
            },
        },
    ),
)
access_log = aws.cloudwatch.LogGroup(
    "access", name=ACCESS, kms_key_id=logs_key.arn, retention_in_days=365
)
execution_log = aws.cloudwatch.LogGroup(
    "execution", name=execution, kms_key_id=logs_key.arn, retention_in_days=365
)
logs_role = aws.iam.Role(
    "logs-role",
    description="Lets API Gateway write logs",
    assume_role_policy=policy(
        {
            "Sid": "ApiGatewayAssumes",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ),
)
logs_role_policy = aws.iam.RolePolicyAttachment(
    "logs-role-policy",
    role=logs_role.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
)
# An account has one for each region, which all of its APIs use: leave it out where it is there.
logging = aws.apigateway.Account(
    "logging",
    cloudwatch_role_arn=logs_role.arn,
    opts=pulumi.ResourceOptions(depends_on=[logs_role_policy]),
)
stage = aws.apigateway.Stage(
    "v1",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=STAGE,
    xray_tracing_enabled=True,
    access_log_settings={
        "destination_arn": access_log.arn,
        "format": json.dumps(
            {
                name: f"$context.{name}"
                for name in (
                    "requestId",
                    "requestTimeEpoch",
                    "httpMethod",
                    "resourcePath",
                    "status",
                    "error.message",
                    "identity.sourceIp",
                    "identity.userArn",
                )
            }
        ),
    },
    opts=pulumi.ResourceOptions(depends_on=[logging]),
)
# Errors alone, and without data tracing, which would log bodies.
aws.apigateway.MethodSettings(
    "v1-settings",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={"logging_level": "ERROR", "metrics_enabled": True},
    opts=pulumi.ResourceOptions(depends_on=[execution_log]),
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
