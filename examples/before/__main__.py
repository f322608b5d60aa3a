"""What teams write in a hurry: it works, and the policy pack blocks it.

`findings.yaml` declares every finding. The same from components is in `examples/quickstart` (the
audit trail), for the endpoints in `rest-api`, `alb-service`, `cloudfront-site`, `appsync-api` and
`cognito-pool`, and for the repository in `repository`.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pulumi_github as github

# --- The audit trail ---

key = aws.kms.Key(
    "key",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AccountAdministers",
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
            ],
        }
    ),
)

logs = aws.s3.Bucket("logs", force_destroy=True)


def cloudtrail_may_write(bucket: str) -> str:
    """Return the bucket policy that many guides still show."""
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AclCheck",
                    "Effect": "Allow",
                    "Principal": cloudtrail,
                    "Action": "s3:GetBucketAcl",
                    "Resource": f"arn:aws:s3:::{bucket}",
                },
                {
                    "Sid": "Write",
                    "Effect": "Allow",
                    "Principal": cloudtrail,
                    "Action": "s3:PutObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                },
                {
                    "Sid": "SharedWithTheAuditors",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                },
            ],
        }
    )


policy = aws.s3.BucketPolicy(
    "logs-policy",
    bucket=logs.bucket,
    policy=logs.bucket.apply(cloudtrail_may_write),
)

events = aws.cloudwatch.LogGroup("events", retention_in_days=30)

audit = aws.cloudtrail.Trail(
    "audit",
    s3_bucket_name=logs.bucket,
    include_global_service_events=False,
    event_selectors=[{"read_write_type": "WriteOnly"}],
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)

# --- Endpoints without a firewall ---

api = aws.apigateway.RestApi("api", endpoint_configuration={"types": "REGIONAL"})
method = aws.apigateway.Method(
    "get-items",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method="GET",
    authorization="NONE",
)
integration = aws.apigateway.Integration(
    "get-items-answer",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method=method.http_method,
    type="MOCK",
)
deployment = aws.apigateway.Deployment(
    "deployment", rest_api=api.id, opts=pulumi.ResourceOptions(depends_on=[integration])
)
stage = aws.apigateway.Stage("stage", rest_api=api.id, deployment=deployment.id, stage_name="live")

network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16")
gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
region = aws.get_region_output().region
subnets = [
    aws.ec2.Subnet(
        f"subnet-{zone}",
        vpc_id=network.id,
        cidr_block=f"10.0.{index}.0/24",
        availability_zone=pulumi.Output.concat(region, zone),
    )
    for index, zone in enumerate("ab")
]
for name, kind in (("balancer", "application"), ("packets", "network")):
    aws.lb.LoadBalancer(
        name,
        load_balancer_type=kind,
        subnets=[subnet.id for subnet in subnets],
        opts=pulumi.ResourceOptions(depends_on=[gateway]),
    )

pages = aws.s3.Bucket("pages")
site = aws.cloudfront.Distribution(
    "site",
    enabled=True,
    origins=[{"origin_id": "pages", "domain_name": pages.bucket_regional_domain_name}],
    default_cache_behavior={
        "target_origin_id": "pages",
        "viewer_protocol_policy": "allow-all",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={"cloudfront_default_certificate": True},
)

graph = aws.appsync.GraphQLApi("graph", authentication_type="API_KEY")
people = aws.cognito.UserPool("people")
http = aws.apigatewayv2.Api("http", protocol_type="HTTP")

# --- A firewall in name only: it counts, lets the office do anything, and keeps no log ---

office = aws.wafv2.IpSet(
    "office", scope="REGIONAL", ip_address_version="IPV4", addresses=["0.0.0.0/1", "128.0.0.0/1"]
)
firewall = aws.wafv2.WebAcl(
    "firewall",
    scope="REGIONAL",
    default_action={"allow": {}},
    visibility_config={
        "cloudwatch_metrics_enabled": False,
        "metric_name": "firewall",
        "sampled_requests_enabled": True,
    },
    rules=[
        {
            "name": "office",
            "priority": 0,
            "action": {"allow": {}},
            "statement": {"ip_set_reference_statement": {"arn": office.arn}},
            "visibility_config": {
                "cloudwatch_metrics_enabled": False,
                "metric_name": "office",
                "sampled_requests_enabled": True,
            },
        },
        {
            "name": "common",
            "priority": 1,
            "override_action": {"count": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": "AWSManagedRulesCommonRuleSet",
                },
            },
            "visibility_config": {
                "cloudwatch_metrics_enabled": False,
                "metric_name": "common",
                "sampled_requests_enabled": True,
            },
        },
        {
            "name": "limit",
            "priority": 2,
            "action": {"block": {}},
            "statement": {
                "rate_based_statement": {"limit": 100_000, "aggregate_key_type": "IP"},
            },
            "visibility_config": {
                "cloudwatch_metrics_enabled": False,
                "metric_name": "limit",
                "sampled_requests_enabled": True,
            },
        },
    ],
)

# --- People who may do everything, and a pipeline that may become anybody ---

engineers = aws.iam.Role(
    "engineers",
    max_session_duration=43200,
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "Engineers",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "sts:AssumeRole",
            },
        }
    ),
)
aws.iam.RolePolicyAttachment(
    "engineers-administer",
    role=engineers.name,
    policy_arn="arn:aws:iam::aws:policy/AdministratorAccess",
)
aws.iam.RolePolicyAttachment(
    "engineers-read", role=engineers.name, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess"
)
pipeline = aws.iam.Role(
    "pipeline",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "GitHub",
                "Effect": "Allow",
                "Principal": {
                    "Federated": (
                        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
                    )
                },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}
                },
            },
        }
    ),
)
aws.iam.RolePolicy(
    "pipeline-deploys",
    role=pipeline.name,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "Deploy",
                "Effect": "Allow",
                "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
                "Resource": "*",
            },
        }
    ),
)
aws.iam.AccountPasswordPolicy("passwords", minimum_password_length=8)

# --- A repository without protection ---

repository = github.Repository("service", visibility="public", auto_init=True)
github.ActionsRepositoryPermissions("actions", repository=repository.name, allowed_actions="all")
github.WorkflowRepositoryPermissions(
    "workflows",
    repository=repository.name,
    default_workflow_permissions="write",
    can_approve_pull_request_reviews=True,
)
github.RepositoryDeployKey(
    "deploy",
    repository=repository.name,
    title="deploy",
    key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyaCoNiCiWVPu8zRy68cx6egtZCUAcn0eqv2G2hJvlq deploy",
    read_only=False,
)
github.RepositoryWebhook(
    "chat",
    repository=repository.name,
    events=["push"],
    configuration={
        "url": "http://hooks.example.org/push",
        "content_type": "json",
        "insecure_ssl": True,
    },
)
github.RepositoryEnvironment("production", repository=repository.name, environment="production")

pulumi.export("trail_arn", audit.arn)
pulumi.export("repository", repository.full_name)
pulumi.export("url", stage.invoke_url)
