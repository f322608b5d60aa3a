"""Where a component's resources are: what every ARN is made of."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class Place:
    """A partition, region and account of AWS.

    Attributes:
        partition: As `aws`, `aws-cn`, `aws-us-gov`.
        dns_suffix: As `amazonaws.com`.
        region: As `eu-west-1`.
        account: Twelve digits.
    """

    partition: str
    dns_suffix: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource here."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def bucket_arn(self, bucket: str) -> str:
        """Return the ARN of a bucket, which names neither region nor account."""
        return f"arn:{self.partition}:s3:::{bucket}"


def place_of(parent: pulumi.Resource, region: str | None = None) -> pulumi.Output[Place]:
    """Return where children of a component are made: the provider's region, or a given one."""
    invoke = pulumi.InvokeOptions(parent=parent)
    partition = aws.get_partition_output(opts=invoke)
    return pulumi.Output.all(
        partition.partition,
        partition.dns_suffix,
        region or aws.get_region_output(opts=invoke).region,
        aws.get_caller_identity_output(opts=invoke).account_id,
    ).apply(lambda parts: Place(*parts))
