"""Where moto answers what AWS never would: one module a service, each says what AWS answers."""

from __future__ import annotations

from local.cloud.corrections import (
    apigateway,
    apigatewayv2,
    appsync,
    cloudfront,
    cloudtrail,
    cloudwatch,
    cognito,
    ec2,
    elbv2,
    iam,
    kms,
    logs,
    s3,
    sns,
    wafv2,
)
from local.cloud.corrections.registry import correct

__all__ = [
    "apigateway",
    "apigatewayv2",
    "appsync",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "cognito",
    "correct",
    "ec2",
    "elbv2",
    "iam",
    "kms",
    "logs",
    "s3",
    "sns",
    "wafv2",
]
