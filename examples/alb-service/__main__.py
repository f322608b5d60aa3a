"""A service behind a load balancer with TLS and AWS WAF.

The certificate waits until your DNS holds the record that AWS asks for. The target group is empty:
add your service to it. To take it all down, first update with `enable_deletion_protection=False`.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

import secure_components as secure

config = pulumi.Config()
domain = config.get("domain") or "service.example.org"
region = aws.get_region_output().region
account = aws.get_caller_identity_output().account_id

network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
routes = aws.ec2.RouteTable("routes", vpc_id=network.id)
outward = aws.ec2.Route(
    "outward",
    route_table_id=routes.id,
    destination_cidr_block="0.0.0.0/0",
    gateway_id=gateway.id,
)
subnets = []
for index, zone in enumerate("ab"):
    subnet = aws.ec2.Subnet(
        f"public-{zone}",
        vpc_id=network.id,
        cidr_block=f"10.0.{index}.0/24",
        availability_zone=pulumi.Output.concat(region, zone),
    )
    aws.ec2.RouteTableAssociation(
        f"public-{zone}-routes", subnet_id=subnet.id, route_table_id=routes.id
    )
    subnets.append(subnet)

# Who talked to whom. An account with a `secure_components.AccountBaseline` names the network in its
# `vpcs` instead.
FLOWS = "/aws/vpc-flow-logs/alb-service"
flows_arn = pulumi.Output.format("arn:aws:logs:{0}:{1}:log-group:{2}", region, account, FLOWS)


def policy(*statements: dict[str, object]) -> pulumi.Output[str]:
    """Return a policy document."""
    return pulumi.Output.from_input(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
    ).apply(json.dumps)


flows_key = aws.kms.Key(
    "flows-key",
    description="Encrypts the flow logs",
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
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": flows_arn}},
        },
    ),
)
flows = aws.cloudwatch.LogGroup(
    "flows", name=FLOWS, kms_key_id=flows_key.arn, retention_in_days=365
)
flows_role = aws.iam.Role(
    "flows-role",
    description="Lets VPC flow logs write to their log group",
    assume_role_policy=policy(
        {
            "Sid": "FlowLogsAssume",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    ),
)
aws.iam.RolePolicy(
    "flows-role-policy",
    role=flows_role.name,
    policy=policy(
        {
            "Sid": "WriteRecords",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            "Resource": [flows_arn, pulumi.Output.format("{0}:*", flows_arn)],
        },
        {
            "Sid": "FindGroup",
            "Action": "logs:DescribeLogGroups",
            "Resource": pulumi.Output.format("arn:aws:logs:{0}:{1}:log-group:*", region, account),
        },
    ),
)
aws.ec2.FlowLog(
    "flow-log",
    vpc_id=network.id,
    traffic_type="ALL",
    log_destination=flows.arn,
    iam_role_arn=flows_role.arn,
)

entrance = aws.ec2.SecurityGroup(
    "entrance",
    description="HTTPS from everywhere, to the service alone",
    vpc_id=network.id,
    ingress=[
        {
            "description": "HTTPS, and HTTP to be sent there",
            "protocol": "tcp",
            "from_port": port,
            "to_port": port,
            "cidr_blocks": ["0.0.0.0/0"],
        }
        for port in (80, 443)
    ],
    egress=[
        {
            "description": "The service",
            "protocol": "tcp",
            "from_port": 8080,
            "to_port": 8080,
            "cidr_blocks": [network.cidr_block],
        },
    ],
)

# Who asked for what. Elastic Load Balancing writes with S3's own encryption alone.
logs = aws.s3.Bucket("logs")
logs_private = aws.s3.BucketPublicAccessBlock(
    "logs-public-access-block",
    bucket=logs.bucket,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.BucketOwnershipControls(
    "logs-ownership", bucket=logs.bucket, rule={"object_ownership": "BucketOwnerEnforced"}
)
aws.s3.BucketVersioning(
    "logs-versioning", bucket=logs.bucket, versioning_configuration={"status": "Enabled"}
)
aws.s3.BucketLifecycleConfiguration(
    "logs-lifecycle",
    bucket=logs.bucket,
    rules=[
        {
            "id": "retention",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": 365},
            "noncurrent_version_expiration": {"noncurrent_days": 30},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
        },
    ],
)
logs_arn = pulumi.Output.format("arn:aws:s3:::{0}", logs.bucket)
logs_policy = aws.s3.BucketPolicy(
    "logs-policy",
    bucket=logs.bucket,
    policy=policy(
        {
            "Sid": "LoadBalancersWrite",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.format("{0}/AWSLogs/{1}/*", logs_arn, account),
            "Condition": {
                "ArnLike": {
                    "aws:SourceArn": pulumi.Output.format(
                        "arn:aws:elasticloadbalancing:{0}:{1}:loadbalancer/*", region, account
                    ),
                },
            },
        },
        {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [logs_arn, pulumi.Output.format("{0}/*", logs_arn)],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ),
    opts=pulumi.ResourceOptions(depends_on=[logs_private]),
)

balancer = aws.lb.LoadBalancer(
    "balancer",
    load_balancer_type="application",
    security_groups=[entrance.id],
    subnets=[subnet.id for subnet in subnets],
    drop_invalid_header_fields=True,
    enable_deletion_protection=True,
    access_logs={"enabled": True, "bucket": logs.bucket},
    opts=pulumi.ResourceOptions(depends_on=[outward, logs_policy]),
)
service = aws.lb.TargetGroup(
    "service",
    port=8080,
    protocol="HTTP",
    target_type="ip",
    vpc_id=network.id,
    health_check={"path": "/health"},
)

certificate = aws.acm.Certificate("certificate", domain_name=domain, validation_method="DNS")
issued = aws.acm.CertificateValidation("certificate-issued", certificate_arn=certificate.arn)
aws.lb.Listener(
    "https",
    load_balancer_arn=balancer.arn,
    port=443,
    protocol="HTTPS",
    ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificate_arn=issued.certificate_arn,
    default_actions=[{"type": "forward", "target_group_arn": service.arn}],
)
aws.lb.Listener(
    "http",
    load_balancer_arn=balancer.arn,
    port=80,
    protocol="HTTP",
    default_actions=[
        {
            "type": "redirect",
            "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"},
        },
    ],
)

firewall = secure.WebApplicationFirewall("firewall", {"protects": [balancer]})

pulumi.export("address", balancer.dns_name)
pulumi.export("web_acl_arn", firewall.web_acl_arn)
pulumi.export("capacity", firewall.capacity)
