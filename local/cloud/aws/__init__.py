"""The AWS provider: the table of its types, one module a service.

To add a type, write down its calls; ``docs/local-cloud.md`` shows how. Functions stand in the table
only where AWS itself is irregular.
"""

from __future__ import annotations

import importlib.metadata
from typing import Final

from local.cloud.aws import (
    acm,
    apigateway,
    apigatewayv2,
    appsync,
    cloudfront,
    cloudtrail,
    cloudwatch,
    cognito,
    ec2,
    ec2_groups,
    elbv2,
    elbv2_listeners,
    elbv2_targets,
    firehose,
    fms,
    functions,
    iam,
    kms,
    logs,
    s3,
    sns,
    wafv2,
)
from local.cloud.aws_api import AwsSession
from local.cloud.provider import Provider

_SERVICES: Final = (
    acm,
    apigateway,
    apigatewayv2,
    appsync,
    cloudfront,
    cloudtrail,
    cloudwatch,
    cognito,
    ec2,
    ec2_groups,
    elbv2,
    elbv2_listeners,
    elbv2_targets,
    firehose,
    fms,
    iam,
    kms,
    logs,
    s3,
    sns,
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
