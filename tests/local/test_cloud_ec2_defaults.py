"""What a region's EC2 does unless told otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ENCRYPTION = "aws:ebs/encryptionByDefault:EncryptionByDefault"
SNAPSHOTS = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
METADATA = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
HERE, THERE = "us-east-1", "eu-west-1"

LIVES = [
    Life(
        ENCRYPTION,
        {"enabled": True},
        {"enabled": False},
        {"enabled": True, "region": THERE},
        HERE,
        {"enabled": True},
        gone=False,
    ),
    Life(ENCRYPTION, {}, {"enabled": False}, None, HERE, {"enabled": True}, gone=False),
    Life(
        SNAPSHOTS,
        {"state": "block-all-sharing"},
        {"state": "unblocked"},
        {"state": "unblocked", "region": THERE},
        HERE,
        {"state": "block-all-sharing"},
        gone=False,
    ),
    Life(
        METADATA,
        {"httpTokens": "required", "httpPutResponseHopLimit": 2},
        {"httpTokens": "optional", "httpEndpoint": "enabled"},
        {"httpTokens": "required", "region": THERE},
        HERE,
        {"httpTokens": "required", "httpPutResponseHopLimit": 2, "httpEndpoint": "no-preference"},
        gone=False,
    ),
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.token)
def test_resource_lives(aws: Any, life: Life) -> None:
    live(aws, life)


def test_settings_are_of_their_region_and_go(aws: Any, cloud: Cloud) -> None:
    here, there = cloud.client("ec2"), cloud.client("ec2", THERE)
    made = [
        aws.create(ENCRYPTION, {"region": THERE}),
        aws.create(SNAPSHOTS, {"state": "block-new-sharing", "region": THERE}),
        aws.create(METADATA, {"httpTokens": "required", "region": THERE}),
    ]
    assert there.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert there.get_snapshot_block_public_access_state()["State"] == "block-new-sharing"
    told = there.get_instance_metadata_defaults()["AccountLevel"]
    assert told == {"HttpTokens": "required", "ManagedBy": "account"}
    assert not here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert here.get_snapshot_block_public_access_state()["State"] == "unblocked"
    for each in made:
        aws.delete(each)
    assert not there.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert there.get_snapshot_block_public_access_state()["State"] == "unblocked"
    assert "HttpTokens" not in there.get_instance_metadata_defaults()["AccountLevel"]


def test_a_setting_that_was_on_is_switched_off_at_creation(aws: Any, cloud: Cloud) -> None:
    client = cloud.client("ec2")
    client.enable_ebs_encryption_by_default()
    client.enable_snapshot_block_public_access(State="block-all-sharing")
    aws.create(ENCRYPTION, {"enabled": False})
    aws.create(SNAPSHOTS, {"state": "unblocked"})
    assert not client.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert client.get_snapshot_block_public_access_state()["State"] == "unblocked"


def test_nothing_is_left_after_a_reset(cloud: Cloud) -> None:
    client = cloud.client("ec2")
    client.modify_instance_metadata_defaults(HttpTokens="required")
    client.enable_snapshot_block_public_access(State="block-all-sharing")
    cloud.reset()
    assert "HttpTokens" not in client.get_instance_metadata_defaults()["AccountLevel"]
    assert client.get_snapshot_block_public_access_state()["State"] == "unblocked"


def test_states_that_are_none_are_refused(aws: Any) -> None:
    _, failures = aws.check(SNAPSHOTS, {"state": "blocked"})
    assert failures == [
        ("state", "must be one of block-all-sharing, block-new-sharing, unblocked.")
    ]
    assert "HttpTokens" in refusal(aws.create, METADATA, {"httpTokens": "maybe"})


# --- Default security groups ---


@pytest.fixture
def network(aws: Any, cloud: Cloud) -> str:
    """Make a network and return its id."""
    del aws
    return str(cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def test_a_default_group_lives(aws: Any, cloud: Cloud, network: str) -> None:
    other = cloud.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    live(
        aws,
        Life(
            GROUP,
            {"vpcId": network, "tags": {"a": "1"}},
            {"vpcId": network, "tags": {"b": "2"}},
            {"vpcId": other},
            "{id}",
            {"name": "default", "vpcId": network},
            gone=False,
        ),
    )


def test_a_default_group_loses_its_rules(aws: Any, cloud: Cloud, network: str) -> None:
    client = cloud.client("ec2")

    def rules() -> list[Any]:
        filters = [{"Name": "vpc-id", "Values": [network]}]
        (group,) = client.describe_security_groups(Filters=filters)["SecurityGroups"]
        return [*group["IpPermissions"], *group["IpPermissionsEgress"]]

    assert rules()
    made = aws.create(GROUP, {"vpcId": network, "ingress": [], "egress": []})
    assert rules() == []
    assert not aws.diff(made, {"vpcId": network, "ingress": [], "egress": []}).diffs
    aws.create(GROUP, {"vpcId": network})


def test_a_default_group_needs_a_network_and_takes_no_rules(aws: Any) -> None:
    assert "InvalidVpcID.NotFound" in refusal(aws.create, GROUP, {"vpcId": "vpc-0123456789abcdef0"})
    _, failures = aws.check(GROUP, {})
    assert failures[0][0] == "vpcId"
    rule = {"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}
    _, failures = aws.check(GROUP, {"vpcId": "vpc-0123456789abcdef0", "ingress": [rule]})
    assert failures[0][0] == "ingress"
