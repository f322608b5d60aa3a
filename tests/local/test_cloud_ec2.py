"""Networks, routes and security groups through their lives, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ARN = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

HTTPS = {"protocol": "tcp", "fromPort": 443, "toPort": 443}
WEB = {**HTTPS, "cidrBlocks": ["0.0.0.0/0"], "description": "HTTPS from everywhere"}


@pytest.fixture
def vpc(aws: Any) -> Any:
    return aws.create(VPC, {"cidrBlock": "10.0.0.0/16"}).id


@pytest.fixture
def subnet(aws: Any, vpc: str) -> Any:
    return aws.create(SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.1.0/24"}).id


# --- Networks ---


def test_a_vpc_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            VPC,
            {
                "cidrBlock": "10.0.0.0/16",
                "enableDnsHostnames": True,
                "enableDnsSupport": True,
                "tags": {"a": "1", "b": "2"},
            },
            {
                "cidrBlock": "10.0.0.0/16",
                "enableDnsSupport": False,
                "enableDnsHostnames": False,
                "enableNetworkAddressUsageMetrics": True,
                "tags": {"a": "3"},
            },
            {"cidrBlock": "10.1.0.0/16"},
            "{id}",
            {
                "enableDnsHostnames": True,
                "enableDnsSupport": True,
                "instanceTenancy": "default",
                "ownerId": ACCOUNT,
                "tagsAll": {"a": "1", "b": "2"},
            },
        ),
    )


def test_a_vpc_tells_what_came_with_it(aws: Any, cloud: Cloud) -> None:
    inputs = {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": False, "tags": {"a": "1"}}
    planned = aws.plan(VPC, inputs)
    assert planned["mainRouteTableId"] == UNKNOWN
    assert planned["enableDnsHostnames"] == UNKNOWN
    made = aws.create(VPC, inputs)
    assert made.outputs["arn"] == f"{ARN}:vpc/{made.id}"
    assert made.outputs["enableDnsSupport"] is False
    for name, kind in (
        ("mainRouteTableId", "rtb-"),
        ("defaultRouteTableId", "rtb-"),
        ("defaultNetworkAclId", "acl-"),
        ("defaultSecurityGroupId", "sg-"),
    ):
        assert made.outputs[name].startswith(kind)
    changed = aws.update(made, {**inputs, "tags": {"b": "2"}, "enableDnsHostnames": True})
    ec2 = cloud.client("ec2")
    (told,) = ec2.describe_vpcs(VpcIds=[made.id])["Vpcs"]
    assert told["Tags"] == [{"Key": "b", "Value": "2"}]
    assert changed.outputs["enableDnsHostnames"] is True
    hostnames = ec2.describe_vpc_attribute(VpcId=made.id, Attribute="enableDnsHostnames")
    assert hostnames["EnableDnsHostnames"]["Value"] is True


def test_a_vpc_can_leave_dedicated_hosts_but_not_come_to_them(aws: Any) -> None:
    shared = {"cidrBlock": "10.0.0.0/16"}
    dedicated = {**shared, "instanceTenancy": "dedicated"}
    made = aws.create(VPC, dedicated)
    assert not aws.diff(made, shared).replaces
    assert aws.update(made, shared).outputs["instanceTenancy"] == "default"
    assert aws.diff(aws.create(VPC, shared), dedicated).replaces == ["instanceTenancy"]


def test_a_subnet_lives(aws: Any, vpc: str) -> None:
    subnet = {"vpcId": vpc, "cidrBlock": "10.0.1.0/24", "availabilityZone": "us-east-1b"}
    live(
        aws,
        Life(
            SUBNET,
            {**subnet, "mapPublicIpOnLaunch": True, "tags": {"a": "1"}},
            {
                **subnet,
                "enableResourceNameDnsARecordOnLaunch": True,
                "privateDnsHostnameTypeOnLaunch": "resource-name",
                "tags": {"b": "2"},
            },
            {**subnet, "availabilityZone": "us-east-1c"},
            "{id}",
            {
                "availabilityZone": "us-east-1b",
                "mapPublicIpOnLaunch": True,
                "privateDnsHostnameTypeOnLaunch": "ip-name",
                "vpcId": vpc,
            },
        ),
    )


def test_a_subnet_tells_what_aws_chose(aws: Any, vpc: str) -> None:
    made = aws.create(SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.1.0/24"})
    assert made.outputs["arn"] == f"{ARN}:subnet/{made.id}"
    assert made.outputs["availabilityZone"].startswith("us-east-1")
    assert made.outputs["availabilityZoneId"].startswith("use1-az")
    changed = {"privateDnsHostnameTypeOnLaunch": "resource-name", "mapPublicIpOnLaunch": True}
    updated = aws.update(made, {**made.inputs, **changed})
    assert {name: updated.outputs[name] for name in changed} == changed


# --- Gateways and routes ---


def test_an_internet_gateway_lives(aws: Any, vpc: str) -> None:
    other = aws.create(VPC, {"cidrBlock": "10.1.0.0/16"}).id
    made = aws.create(GATEWAY, {"vpcId": vpc, "tags": {"a": "1"}})
    assert made.outputs["arn"] == f"{ARN}:internet-gateway/{made.id}"
    assert made.outputs["vpcId"] == vpc
    aws.delete(made)
    moved = {"vpcId": other, "tags": {"b": "2"}}
    live(
        aws,
        Life(
            GATEWAY,
            {"vpcId": vpc, "tags": {"a": "1"}},
            moved,
            {**moved, "region": "eu-west-1"},
            "{id}",
            {"ownerId": ACCOUNT, "tagsAll": {"a": "1"}},
        ),
    )


def test_a_gateway_is_attached_when_it_is_told_to(aws: Any, vpc: str, cloud: Cloud) -> None:
    made = aws.create(GATEWAY, {})
    assert "vpcId" not in made.outputs
    attached = aws.update(made, {"vpcId": vpc})
    (told,) = cloud.client("ec2").describe_internet_gateways()["InternetGateways"]
    assert [each["VpcId"] for each in told["Attachments"]] == [vpc]
    assert not aws.diff(attached, {}).diffs


@pytest.fixture
def table(aws: Any, vpc: str) -> Any:
    return aws.create(ROUTE_TABLE, {"vpcId": vpc}).id


@pytest.fixture
def gateway(aws: Any, vpc: str) -> Any:
    return aws.create(GATEWAY, {"vpcId": vpc}).id


def test_a_route_table_lives(aws: Any, vpc: str) -> None:
    other = aws.create(VPC, {"cidrBlock": "10.1.0.0/16"}).id
    live(
        aws,
        Life(
            ROUTE_TABLE,
            {"vpcId": vpc, "tags": {"a": "1"}},
            {"vpcId": vpc, "tags": {"b": "2"}},
            {"vpcId": other},
            "{id}",
            {"ownerId": ACCOUNT},
        ),
    )


def test_a_route_lives(aws: Any, table: str, gateway: str) -> None:
    route = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway}
    made = aws.create(ROUTE, route)
    assert made.id == f"r-{table}_0.0.0.0/0"
    assert made.outputs["origin"] == "CreateRoute"
    assert made.outputs["state"] == "active"
    assert not aws.diff(made, route).diffs
    assert aws.read(made).outputs == made.outputs
    assert aws.imported(ROUTE, f"{table}_0.0.0.0/0").outputs == made.outputs

    there = aws.create(VPC, {"cidrBlock": "10.1.0.0/16"}).id
    other = aws.create(GATEWAY, {"vpcId": there})
    replaced = aws.diff(made, {**route, "destinationCidrBlock": "192.0.2.0/24"})
    assert replaced.replaces == ["destinationCidrBlock"]
    assert aws.diff(made, {**route, "gatewayId": other.id}).diffs == ["gatewayId"]
    assert "belong to different networks" in refusal(
        aws.update, made, {**route, "gatewayId": other.id}
    )
    aws.delete(made)
    assert aws.read(made) is None
    aws.delete(made)


def test_a_route_can_lead_to_another_gateway(
    aws: Any, table: str, gateway: str, vpc: str, cloud: Cloud
) -> None:
    route = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway}
    made = aws.create(ROUTE, route)
    ec2 = cloud.client("ec2")
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    other = aws.create(GATEWAY, {"vpcId": vpc}).id
    updated = aws.update(made, {**route, "gatewayId": other})
    assert updated.outputs["gatewayId"] == other
    (told,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert {each["GatewayId"] for each in told["Routes"]} == {"local", other}


def test_a_route_table_association_lives(aws: Any, vpc: str, table: str, subnet: str) -> None:
    other = aws.create(ROUTE_TABLE, {"vpcId": vpc}).id
    elsewhere = aws.create(SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.2.0/24"}).id
    live(
        aws,
        Life(
            ASSOCIATION,
            {"subnetId": subnet, "routeTableId": table},
            {"subnetId": subnet, "routeTableId": other},
            {"subnetId": elsewhere, "routeTableId": table},
            "{id}",
            imports=f"{subnet}/{table}",
        ),
    )


def test_a_route_table_goes_with_its_associations(
    aws: Any, table: str, subnet: str, cloud: Cloud
) -> None:
    made = aws.create(ASSOCIATION, {"subnetId": subnet, "routeTableId": table})
    aws.delete(aws.imported(ROUTE_TABLE, table))
    assert aws.read(made) is None
    tables = cloud.client("ec2").describe_route_tables()["RouteTables"]
    assert table not in [each["RouteTableId"] for each in tables]


# --- Security groups ---


def test_a_security_group_lives(aws: Any, vpc: str) -> None:
    peer = aws.create(GROUP, {"vpcId": vpc, "name": "peer"}).id
    live(
        aws,
        Life(
            GROUP,
            {
                "name": "entrance",
                "description": "HTTPS",
                "vpcId": vpc,
                "ingress": [
                    WEB,
                    {**HTTPS, "ipv6CidrBlocks": ["::/0"], "self": True},
                    {"protocol": "icmp", "fromPort": -1, "toPort": -1, "securityGroups": [peer]},
                ],
                "egress": [
                    {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]}
                ],
                "tags": {"a": "1"},
            },
            {
                "name": "entrance",
                "description": "HTTPS",
                "vpcId": vpc,
                "ingress": [{**WEB, "cidrBlocks": ["192.0.2.0/24", "198.51.100.0/24"]}],
                "egress": [],
                "tags": {"b": "2"},
            },
            {"name": "entrance", "description": "HTTP", "vpcId": vpc},
            "{id}",
            {"vpcId": vpc, "ownerId": ACCOUNT},
            by_name=True,
        ),
    )


def test_a_group_lets_nothing_out_unless_it_is_told_to(aws: Any, vpc: str, cloud: Cloud) -> None:
    made = aws.create(GROUP, {"vpcId": vpc})
    assert made.outputs["description"] == "Managed by Pulumi"
    assert made.outputs["egress"] == made.outputs["ingress"] == []
    assert aws.plan(GROUP, {"vpcId": vpc})["egress"] == UNKNOWN
    (told,) = cloud.client("ec2").describe_security_groups(GroupIds=[made.id])["SecurityGroups"]
    assert told["IpPermissionsEgress"] == []
    out = {"protocol": "all", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    opened = aws.update(made, {"vpcId": vpc, "egress": [out]})
    assert opened.outputs["egress"] == [{**out, "protocol": "-1"}]
    assert not aws.diff(opened, {"vpcId": vpc}).diffs, "what it is not told it leaves"
    assert aws.update(opened, {"vpcId": vpc, "egress": []}).outputs["egress"] == []


@pytest.mark.parametrize(
    "written",
    [
        [
            {**WEB, "cidrBlocks": ["192.0.2.0/24"]},
            {**WEB, "protocol": "6", "cidrBlocks": ["198.51.100.0/24"]},
        ],
        [{**WEB, "cidrBlocks": ["198.51.100.0/24", "192.0.2.0/24"]}],
    ],
)
def test_rules_are_the_same_however_they_are_grouped(
    aws: Any, vpc: str, written: list[Any]
) -> None:
    together = [{**WEB, "cidrBlocks": ["192.0.2.0/24", "198.51.100.0/24"]}]
    group = {"vpcId": vpc, "ingress": together}
    made = aws.create(GROUP, group)
    assert not aws.diff(made, {**group, "ingress": written}).diffs
    apart = aws.create(GROUP, {**group, "name": "apart", "ingress": written})
    assert not aws.diff(apart, {**group, "name": "apart"}).diffs
    wider = [{**each, "toPort": 444} for each in written]
    assert aws.diff(made, {**group, "ingress": wider}).diffs == ["ingress"]
    fewer = [{**WEB, "cidrBlocks": ["192.0.2.0/24"]}]
    narrowed = aws.update(made, {**group, "ingress": fewer})
    assert narrowed.outputs["ingress"] == fewer


def test_a_group_named_by_prefix_keeps_its_name(aws: Any, vpc: str) -> None:
    made = aws.create(GROUP, {"vpcId": vpc, "namePrefix": "web-"})
    assert made.outputs["name"].startswith("web-")
    assert not aws.diff(made, {"vpcId": vpc, "namePrefix": "web-"}).diffs


@pytest.mark.parametrize("token", [INGRESS, EGRESS])
def test_a_rule_of_its_own_lives(aws: Any, vpc: str, token: str) -> None:
    group = aws.create(GROUP, {"vpcId": vpc, "name": "entrance"})
    other = aws.create(GROUP, {"vpcId": vpc, "name": "other"}).id
    rule = {"securityGroupId": group.id, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    live(
        aws,
        Life(
            token,
            {**rule, "cidrIpv4": "0.0.0.0/0", "description": "the web", "tags": {"a": "1"}},
            {**rule, "cidrIpv4": "192.0.2.0/24", "ipProtocol": "6", "toPort": 444},
            {**rule, "cidrIpv6": "::/0"},
            "{id}",
            {"cidrIpv4": "0.0.0.0/0", "description": "the web", "tagsAll": {"a": "1"}},
        ),
    )
    named = {"securityGroupId": group.id, "ipProtocol": "-1", "referencedSecurityGroupId": other}
    made = aws.create(token, {**named, "description": "peers"})
    assert made.outputs["arn"] == f"{ARN}:security-group-rule/{made.id}"
    assert made.outputs["securityGroupRuleId"] == made.id
    assert made.outputs["description"] == "peers"
    assert "fromPort" not in made.outputs
    updated = aws.update(made, {**named, "description": "friends"})
    assert updated.outputs["description"] == "friends"
    assert updated.outputs["referencedSecurityGroupId"] == other
    side = {INGRESS: EGRESS, EGRESS: INGRESS}[token]
    assert aws.imported(side, made.id) is None


def test_rules_of_their_own_do_not_quarrel_with_their_group(aws: Any, vpc: str) -> None:
    group = aws.create(GROUP, {"vpcId": vpc})
    rule = {"securityGroupId": group.id, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    aws.create(EGRESS, rule)
    refreshed = aws.read(group)
    assert [each["protocol"] for each in refreshed.outputs["egress"]] == ["-1"]
    assert refreshed.inputs == group.inputs
    assert not aws.diff(refreshed, {"vpcId": vpc}).diffs


# --- What AWS refuses ---


def test_what_ec2_refuses_is_refused(
    aws: Any, vpc: str, subnet: str, table: str, gateway: str
) -> None:
    there = aws.create(VPC, {"cidrBlock": "10.1.0.0/16"}).id
    elsewhere = aws.create(ROUTE_TABLE, {"vpcId": there}).id
    detached = aws.create(GATEWAY, {}).id
    aws.create(GROUP, {"vpcId": vpc, "name": "taken"})
    route = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway}
    aws.create(ROUTE, route)
    for token, inputs, why in (
        (VPC, {}, "MissingParameter"),
        (SUBNET, {"vpcId": vpc}, "MissingParameter"),
        (SUBNET, {"vpcId": "vpc-0", "cidrBlock": "10.0.2.0/24"}, "InvalidVpcID.NotFound"),
        (SUBNET, {"vpcId": vpc, "cidrBlock": "10.1.2.0/24"}, "InvalidSubnet.Range"),
        (SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.2.0/29"}, "InvalidSubnet.Range"),
        (SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.1.128/25"}, "InvalidSubnet.Conflict"),
        (
            SUBNET,
            {"vpcId": vpc, "cidrBlock": "10.0.2.0/24", "availabilityZone": "eu-west-1a"},
            "parameter availabilityZone is invalid",
        ),
        (ROUTE_TABLE, {"vpcId": "vpc-0"}, "InvalidVpcID.NotFound"),
        (ROUTE, route, "RouteAlreadyExists"),
        (ROUTE, {**route, "gatewayId": "igw-0"}, "InvalidGatewayID.NotFound"),
        (ROUTE, {**route, "gatewayId": detached}, "belong to different networks"),
        (ROUTE, {**route, "routeTableId": elsewhere}, "belong to different networks"),
        (ROUTE, {**route, "destinationCidrBlock": "10.0.0.0/16"}, "equal to or more specific"),
        (ROUTE, {**route, "destinationCidrBlock": "10.0.1.0/24"}, "equal to or more specific"),
        (ASSOCIATION, {"subnetId": subnet, "routeTableId": elsewhere}, "different networks"),
        (ASSOCIATION, {"subnetId": "subnet-0", "routeTableId": table}, "InvalidSubnetID.NotFound"),
        (GROUP, {"vpcId": "vpc-0"}, "InvalidVpcID.NotFound"),
        (GROUP, {"vpcId": vpc, "name": "taken"}, "InvalidGroup.Duplicate"),
        (GROUP, {"vpcId": vpc, "description": "it's > 1"}, "Invalid security group description"),
        (
            INGRESS,
            {"securityGroupId": "sg-0", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"},
            "InvalidGroup.NotFound",
        ),
    ):
        assert why in refusal(aws.create, token, inputs), (token, inputs)


def test_a_network_has_one_gateway_and_a_subnet_one_table(
    aws: Any, vpc: str, subnet: str, table: str, gateway: str
) -> None:
    with pytest.raises(aws.PartlyMade, match="already has an internet gateway attached"):
        aws.create(GATEWAY, {"vpcId": vpc})
    aws.create(ASSOCIATION, {"subnetId": subnet, "routeTableId": table})
    other = aws.create(ROUTE_TABLE, {"vpcId": vpc}).id
    message = refusal(aws.create, ASSOCIATION, {"subnetId": subnet, "routeTableId": other})
    assert "Resource.AlreadyAssociated" in message
    del gateway


def test_a_rule_lets_through_what_no_other_does(aws: Any, vpc: str) -> None:
    group = aws.create(GROUP, {"vpcId": vpc, "ingress": [WEB]})
    rule = {"securityGroupId": group.id, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    message = refusal(aws.create, INGRESS, {**rule, "cidrIpv4": "0.0.0.0/0", "description": "me"})
    assert "InvalidPermission.Duplicate" in message
    dangling = {**HTTPS, "securityGroups": ["sg-0"]}
    with pytest.raises(aws.PartlyMade, match=r"InvalidGroup\.NotFound"):
        aws.create(GROUP, {"name": "b", "vpcId": vpc, "ingress": [dangling]})


def test_what_is_in_use_stays(aws: Any, vpc: str, subnet: str, cloud: Cloud) -> None:
    network = aws.imported(VPC, vpc)
    assert "DependencyViolation" in refusal(aws.delete, network)
    aws.delete(aws.imported(SUBNET, subnet))
    for token in (GATEWAY, GROUP, ROUTE_TABLE):
        made = aws.create(token, {"vpcId": vpc})
        assert "DependencyViolation" in refusal(aws.delete, network), token
        aws.delete(made)
    ec2 = cloud.client("ec2")
    for delete, what, code in (
        (
            ec2.delete_route_table,
            {"RouteTableId": network.outputs["mainRouteTableId"]},
            "DependencyViolation",
        ),
        (
            ec2.delete_security_group,
            {"GroupId": network.outputs["defaultSecurityGroupId"]},
            "CannotDelete",
        ),
    ):
        with pytest.raises(ec2.exceptions.ClientError, match=code):
            delete(**what)
    aws.delete(network)
    assert aws.read(network) is None


def test_a_group_that_another_names_stays(aws: Any, vpc: str) -> None:
    named = aws.create(GROUP, {"vpcId": vpc, "name": "named"})
    naming = {"vpcId": vpc, "name": "naming"}
    other = aws.create(GROUP, {**naming, "egress": [{**HTTPS, "securityGroups": [named.id]}]})
    assert "has a dependent object" in refusal(aws.delete, named)
    aws.update(other, {**naming, "egress": [{**HTTPS, "self": True}]})
    aws.delete(named)
    aws.delete(other)
    assert aws.read(named) is None
    assert aws.read(other) is None


def test_a_subnet_with_an_interface_in_it_stays(aws: Any, subnet: str, cloud: Cloud) -> None:
    ec2, made = cloud.client("ec2"), aws.imported(SUBNET, subnet)
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    assert "DependencyViolation" in refusal(aws.delete, made)
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    aws.delete(made)
    assert aws.read(made) is None


RULED = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}


@pytest.mark.parametrize(
    ("token", "inputs", "failing"),
    [
        (VPC, {"cidrBlock": "10.0.0.1/16"}, "cidrBlock"),
        (VPC, {"cidrBlock": "10.0.0.0/8"}, "cidrBlock"),
        (VPC, {"cidrBlock": "10.0.0.0/29"}, "cidrBlock"),
        (VPC, {"cidrBlock": "10.0.0.0/16", "instanceTenancy": "host"}, "instanceTenancy"),
        (
            VPC,
            {"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": True},
            "assignGeneratedIpv6CidrBlock",
        ),
        (SUBNET, {"vpcId": "v", "cidrBlock": "10.0.0.1/24"}, "cidrBlock"),
        (SUBNET, {"vpcId": "v", "ipv6Native": True}, "ipv6Native"),
        (
            SUBNET,
            {"vpcId": "v", "availabilityZone": "a", "availabilityZoneId": "b"},
            "availabilityZone",
        ),
        (ROUTE_TABLE, {"vpcId": "v", "routes": [{"cidrBlock": "0.0.0.0/0"}]}, "routes"),
        (ROUTE, {"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0"}, "gatewayId"),
        (ROUTE, {"routeTableId": "r", "gatewayId": "igw-1"}, "destinationCidrBlock"),
        (
            ROUTE,
            {"routeTableId": "r", "gatewayId": "igw-1", "destinationCidrBlock": "10.0.0.1/8"},
            "destinationCidrBlock",
        ),
        (ROUTE, {"routeTableId": "r", "natGatewayId": "nat-1"}, "natGatewayId"),
        (ASSOCIATION, {"routeTableId": "r"}, "subnetId"),
        (GROUP, {"name": "sg-mine"}, "name"),
        (GROUP, {"ingress": [HTTPS]}, "ingress"),
        (GROUP, {"ingress": [{**WEB, "cidrBlocks": ["0.0.0.1/0"]}]}, "ingress.cidrBlocks"),
        (GROUP, {"egress": [{**HTTPS, "ipv6CidrBlocks": ["::1/0"]}]}, "egress.ipv6CidrBlocks"),
        (GROUP, {"egress": [{**HTTPS, "prefixListIds": ["pl-1"]}]}, "egress.prefixListIds"),
        (GROUP, {"egress": [{**WEB, "protocol": "-1"}]}, "egress.fromPort"),
        (GROUP, {"ingress": [{**WEB, "description": "it's"}]}, "ingress.description"),
        (GROUP, {"revokeRulesOnDelete": True}, "revokeRulesOnDelete"),
        (INGRESS, RULED, ""),
        (INGRESS, {**RULED, "cidrIpv4": "0.0.0.0/0", "cidrIpv6": "::/0"}, ""),
        (INGRESS, {**RULED, "cidrIpv4": "10.0.0.1/8"}, "cidrIpv4"),
        (EGRESS, {**RULED, "cidrIpv6": "10.0.0.0/8"}, "cidrIpv6"),
        (EGRESS, {**RULED, "toPort": 65536, "cidrIpv4": "0.0.0.0/0"}, "toPort"),
    ],
)
def test_bad_networks_fail_at_check(
    aws: Any, token: str, inputs: dict[str, Any], failing: str
) -> None:
    _, failures = aws.check(token, inputs)
    assert [name for name, _ in failures] == [failing]


def test_a_check_waits_for_what_is_unknown(aws: Any) -> None:
    unknown = {
        "cidrBlocks": [UNKNOWN],
        "description": UNKNOWN,
        "fromPort": UNKNOWN,
        "toPort": UNKNOWN,
    }
    for token, inputs in (
        (VPC, {"cidrBlock": UNKNOWN, "instanceTenancy": UNKNOWN}),
        (SUBNET, {"vpcId": UNKNOWN, "cidrBlock": UNKNOWN, "availabilityZone": UNKNOWN}),
        (
            ROUTE,
            {"routeTableId": UNKNOWN, "destinationCidrBlock": UNKNOWN, "gatewayId": UNKNOWN},
        ),
        (GROUP, {"vpcId": UNKNOWN, "ingress": UNKNOWN}),
        (GROUP, {"ingress": [UNKNOWN], "egress": [{**unknown, "protocol": "-1"}]}),
        (INGRESS, {**RULED, "fromPort": UNKNOWN, "cidrIpv4": UNKNOWN}),
    ):
        assert aws.check(token, inputs)[1] == []
