"""EC2: what a region does unless told otherwise, and the default group of a network."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

from local.cloud.aws.ec2 import TAGS
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

# --- EBS ---


def _encrypts(_: Properties, new: Properties) -> list[Call]:
    on = new.get("enabled", True)
    return [Call(f"{'Enable' if on else 'Disable'}EbsEncryptionByDefault", only=())]


_READ_ENCRYPTION: Final = Call("GetEbsEncryptionByDefault", only=())

_ENCRYPTION: Final = Resource(
    token="aws:ebs/encryptionByDefault:EncryptionByDefault",
    service="ec2",
    id="{region}",
    # Every region has the setting: making it is setting it.
    create=_READ_ENCRYPTION,
    read=_READ_ENCRYPTION,
    delete=Call("DisableEbsEncryptionByDefault", only=()),
    names={"enabled": "EbsEncryptionByDefault"},
    defaults={"enabled": True},
    facets=(Facet((), choose=_encrypts), Facet(("enabled",), choose=_encrypts, created=True)),
)

_UNBLOCK: Final = Call("DisableSnapshotBlockPublicAccess", only=())


def _blocks(_: Properties, new: Properties) -> list[Call]:
    if new["state"] == "unblocked":
        return [_UNBLOCK]
    return [Call("EnableSnapshotBlockPublicAccess", {"State": "{state}"}, only=())]


def _check_block(block: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_ebs_snapshot_block_public_access``."""
    states = ("block-all-sharing", "block-new-sharing", "unblocked")
    if not is_unknown(block.get("state")) and block.get("state") not in states:
        yield CheckFailure("state", f"must be one of {', '.join(states)}.")


_READ_BLOCK: Final = Call("GetSnapshotBlockPublicAccessState", only=())

_SNAPSHOT_BLOCK: Final = Resource(
    token="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    service="ec2",
    id="{region}",
    create=_READ_BLOCK,
    read=_READ_BLOCK,
    delete=_UNBLOCK,
    facets=(Facet(("state",), choose=_blocks),),
    check=_check_block,
)


# --- Instance metadata ---

_NONE: Final = "no-preference"
_METADATA: Final = {
    "httpEndpoint": _NONE,
    "httpPutResponseHopLimit": -1,
    "httpTokens": _NONE,
    "instanceMetadataTags": _NONE,
}
_NO_PREFERENCES: Final = {f"{name[0].upper()}{name[1:]}": v for name, v in _METADATA.items()}
_SET_METADATA: Final = Call("ModifyInstanceMetadataDefaults")

_METADATA_DEFAULTS: Final = Resource(
    token="aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
    service="ec2",
    id="{region}",
    create=_SET_METADATA,
    # AWS leaves out what has no preference; the provider fills it in again.
    read=Call(
        "GetInstanceMetadataDefaults",
        only=(),
        result=lambda answer: {**_NO_PREFERENCES, **answer.get("AccountLevel", {})},
    ),
    update=_SET_METADATA,
    delete=Call("ModifyInstanceMetadataDefaults", _NO_PREFERENCES, only=()),
    defaults=_METADATA,
)


# --- Default security groups ---

_GROUP: Final = {"GroupId": "{id}"}
_OF_VPC: Final = {
    "Filters": [
        {"Name": "vpc-id", "Values": ["{vpcId}"]},
        {"Name": "group-name", "Values": ["default"]},
    ]
}
_NO_RULES: Final = "it makes default groups without rules alone: use aws.ec2.SecurityGroup"


def _revoke(way: str, rules: str) -> Call:
    """Return the call that takes all rules of a way from the group, if it has any."""
    found = f"SecurityGroups[0].{rules}"
    return Call(
        f"RevokeSecurityGroup{way}",
        _GROUP,
        only=(),
        fetch=Call(
            "DescribeSecurityGroups",
            {"GroupIds": ["{id}"]},
            result=f"{found}[0] && {{IpPermissions: {found}}}",
        ),
        optional=True,
    )


_CLOSE: Final = (_revoke("Ingress", "IpPermissions"), _revoke("Egress", "IpPermissionsEgress"))


def _require_vpc(api: Api, group: Properties) -> None:
    vpc = str(group.get("vpcId"))
    found = cast("AwsApi", api).send(
        "ec2", "DescribeVpcs", {"VpcIds": [vpc]}, absent=("InvalidVpcID.NotFound",)
    )
    if not found:
        raise ApiError(
            "DescribeSecurityGroups", "InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist"
        )


def _check_group(group: Properties) -> Iterator[CheckFailure]:
    if not group.get("vpcId"):
        yield CheckFailure("vpcId", "is required: the local cloud does not look for the default.")


_DEFAULT_GROUP: Final = Resource(
    token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    service="ec2",
    id="{id}",
    # AWS made it along with the network; the provider takes it over, and its rules away.
    create=Call("DescribeSecurityGroups", _OF_VPC, only=(), result="SecurityGroups[0]"),
    read=Call(
        "DescribeSecurityGroups",
        {"GroupIds": ["{id}"]},
        only=(),
        result="SecurityGroups[0].{GroupId: GroupId, GroupName: GroupName, VpcId: VpcId, "
        "Description: Description, OwnerId: OwnerId, Tags: Tags}",
        absent=("InvalidGroup.NotFound",),
    ),
    names={"id": "GroupId", "name": "GroupName"},
    defaults={"revokeRulesOnDelete": False},
    immutable=("vpcId",),
    local=("revokeRulesOnDelete",),
    unsupported={"egress": _NO_RULES, "ingress": _NO_RULES},
    derived={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
    facets=(
        Facet(("vpcId",), created=True),  # a template of the create call has it
        Facet((), choose=lambda *_: _CLOSE),
        replace(TAGS, created=False),
    ),
    check=_check_group,
    require=_require_vpc,
)

RESOURCES: Final = (_ENCRYPTION, _SNAPSHOT_BLOCK, _METADATA_DEFAULTS, _DEFAULT_GROUP)
