"""The AWS provider: the table of its types, one module a service.

To add a type, write down its calls; ``docs/local-cloud.md`` shows how. Functions stand in the table
only where AWS itself is irregular.
"""

from __future__ import annotations

import importlib.metadata
from typing import Final

from local.cloud.aws import (
    accessanalyzer,
    account,
    acm,
    apigateway,
    apigatewayv2,
    appsync,
    athena,
    budgets,
    cloudfront,
    cloudtrail,
    cloudwatch,
    cognito,
    config,
    ec2,
    ec2_defaults,
    ec2_flow_logs,
    ec2_groups,
    elbv2,
    elbv2_listeners,
    elbv2_targets,
    events,
    firehose,
    fms,
    functions,
    glue,
    guardduty,
    iam,
    iam_service_roles,
    inspector2,
    kms,
    logs,
    logs_delivery,
    macie2,
    organizations,
    s3,
    securityhub,
    sns,
    ssoadmin,
    wafv2,
)
from local.cloud.aws_api import AwsSession
from local.cloud.provider import Provider

_SERVICES: Final = (
    accessanalyzer,
    account,
    acm,
    apigateway,
    apigatewayv2,
    appsync,
    athena,
    budgets,
    cloudfront,
    cloudtrail,
    cloudwatch,
    cognito,
    config,
    ec2,
    ec2_defaults,
    ec2_flow_logs,
    ec2_groups,
    elbv2,
    elbv2_listeners,
    elbv2_targets,
    events,
    firehose,
    fms,
    glue,
    guardduty,
    iam,
    iam_service_roles,
    inspector2,
    kms,
    logs,
    logs_delivery,
    macie2,
    organizations,
    s3,
    securityhub,
    sns,
    ssoadmin,
    wafv2,
)

AWS: Final = Provider(
    name="aws",
    version=importlib.metadata.version("pulumi_aws"),
    resources={each.token: each for service in _SERVICES for each in service.RESOURCES},
    functions=functions.FUNCTIONS,
    connect=AwsSession,
)
"""The AWS provider."""
