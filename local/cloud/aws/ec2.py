"""EC2: networks, their routes, and what the whole service shares."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_IPV4_ALONE: Final = "its networks have IPv4 alone, so leave it out"
_CIDR_ALONE: Final = "it has no address manager, so give a CIDR block"
TAGS: Final = tags(
    Call("CreateTags", {"Resources": ["{id}"]}),
    Call("DeleteTags", {"Resources": ["{id}"]}),
    "Tags",
    with_keys=True,
)


def tagged(kind: str) -> Properties:
    """Return the parameter that tags what is created, which is of a kind."""

    def specifications(known: Properties) -> object:
        given = cast("Mapping[str, str]", known.get("tags") or {})
        pairs = [{"Key": name, "Value": value} for name, value in given.items()]
        return [{"ResourceType": kind, "Tags": pairs}] if pairs else None

    return {"TagSpecifications": specifications}


def _attribute(name: str, call: str, parameters: Properties, read: Call | None = None) -> Facet:
    """Return the facet of a boolean that no call but its own sets."""
    value = {f"{name[0].upper()}{name[1:]}": {"Value": lambda known: bool(known.get(name))}}
    put = Call(call, {**parameters, **value}, only=())
    return Facet((name,), choose=lambda *_: [put], read=read)


def check_cidr(
    properties: Properties, name: str, *, version: int = 4, sizes: tuple[int, int] = (0, 128)
) -> Iterator[CheckFailure]:
    """From the official provider's own validation of networks."""
    value = properties.get(name)
    if value is None or is_unknown(value):
        return
    try:
        network = ipaddress.ip_network(str(value), strict=True)
    except ValueError:
        network = None
    low, high = sizes
    fits = network and network.version == version and low <= network.prefixlen <= high
    if not fits:
        limits = f", of /{low} to /{high}" if sizes != (0, 128) else ""
        yield CheckFailure(
            name, f"must be an IPv{version} network such as 10.0.0.0/16, without host bits{limits}."
        )


# --- Networks ---


def _check_vpc(vpc: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_vpc``."""
    yield from check_cidr(vpc, "cidrBlock", sizes=(16, 28))
    tenancy = vpc.get("instanceTenancy")
    if not is_unknown(tenancy) and tenancy not in ("default", "dedicated"):
        yield CheckFailure("instanceTenancy", "must be default or dedicated.")


def _require_cidr(api: Api, network: Properties) -> None:
    """Refuse a network without addresses.

    Source: the API references of ``CreateVpc`` and ``CreateSubnet``.
    """
    del api
    if not network.get("cidrBlock"):
        raise ApiError(
            "CreateVpc or CreateSubnet",
            "MissingParameter",
            "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
        )


def _tenancy(olds: Properties, news: Properties) -> Sequence[str]:
    leaves = (olds.get("instanceTenancy"), news.get("instanceTenancy")) == ("dedicated", "default")
    return () if leaves else ("instanceTenancy",)


def _vpc_attribute(name: str) -> Facet:
    read = Call(
        "DescribeVpcAttribute",
        {"VpcId": "{id}", "Attribute": name},
        only=(),
        result=f"{name[0].upper()}{name[1:]}.Value",
        into=name,
    )
    return _attribute(name, "ModifyVpcAttribute", {"VpcId": "{id}"}, read)


def _default_of(call: str, default: str, result: str, *names: str) -> Facet:
    """Return the facet that tells what AWS made along with a network."""
    filters = [
        {"Name": "vpc-id", "Values": ["{id}"]},
        {"Name": default.partition("=")[0], "Values": [default.partition("=")[2]]},
    ]
    told = ", ".join(f"{name}: {result}" for name in names)
    return Facet(names, read=Call(call, {"Filters": filters}, only=(), result=f"{{{told}}}"))


_VPC: Final = Resource(
    token="aws:ec2/vpc:Vpc",
    service="ec2",
    id="{id}",
    create=Call("CreateVpc", tagged("vpc"), result="Vpc"),
    read=Call(
        "DescribeVpcs",
        {"VpcIds": ["{id}"]},
        only=(),
        result="Vpcs[0]",
        absent=("InvalidVpcID.NotFound",),
    ),
    delete=Call("DeleteVpc", {"VpcId": "{id}"}, only=()),
    names={"id": "VpcId"},
    defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
    computed=("enableDnsHostnames", "enableNetworkAddressUsageMetrics"),
    immutable=("cidrBlock",),
    replaced=_tenancy,
    empty={"enableDnsSupport": True},
    unsupported={
        "assignGeneratedIpv6CidrBlock": _IPV4_ALONE,
        "ipv4IpamPoolId": _CIDR_ALONE,
        "ipv4NetmaskLength": _CIDR_ALONE,
        "ipv6CidrBlock": _IPV4_ALONE,
        "ipv6CidrBlockNetworkBorderGroup": _IPV4_ALONE,
        "ipv6IpamPoolId": _IPV4_ALONE,
        "ipv6NetmaskLength": _IPV4_ALONE,
    },
    derived={"arn": "arn:aws:ec2:{region}:{account}:vpc/{id}"},
    facets=(
        _vpc_attribute("enableDnsSupport"),
        _vpc_attribute("enableDnsHostnames"),
        _vpc_attribute("enableNetworkAddressUsageMetrics"),
        Facet(("instanceTenancy",), put=Call("ModifyVpcTenancy", {"VpcId": "{id}"}), created=True),
        _default_of(
            "DescribeRouteTables",
            "association.main=true",
            "RouteTables[0].RouteTableId",
            "defaultRouteTableId",
            "mainRouteTableId",
        ),
        _default_of(
            "DescribeNetworkAcls",
            "default=true",
            "NetworkAcls[0].NetworkAclId",
            "defaultNetworkAclId",
        ),
        _default_of(
            "DescribeSecurityGroups",
            "group-name=default",
            "SecurityGroups[0].GroupId",
            "defaultSecurityGroupId",
        ),
        TAGS,
    ),
    check=_check_vpc,
    require=_require_cidr,
)


# --- Subnets ---


def _check_subnet(subnet: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_subnet``."""
    yield from check_cidr(subnet, "cidrBlock")
    if subnet.get("availabilityZone") and subnet.get("availabilityZoneId"):
        yield CheckFailure("availabilityZone", "conflicts with availabilityZoneId: set only one.")


def _require_subnet(api: Api, subnet: Properties) -> None:
    """Refuse sizes and places that AWS has not.

    Source: the VPC user guide, "Subnet CIDR blocks" (/16 to /28), and the API reference of
    ``CreateSubnet``.
    """
    _require_cidr(api, subnet)
    smallest = 28
    if ipaddress.ip_network(str(subnet["cidrBlock"])).prefixlen > smallest:
        raise ApiError(
            "CreateSubnet",
            "InvalidSubnet.Range",
            "The CIDR is invalid: a subnet is at least a /28.",
        )
    zone = subnet.get("availabilityZone")
    found = cast("AwsApi", api).send("ec2", "DescribeAvailabilityZones", {})["AvailabilityZones"]
    zones = sorted(each["ZoneName"] for each in found)
    if zone and zone not in zones:
        raise ApiError(
            "CreateSubnet",
            "InvalidParameterValue",
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently "
            f"only be created in the following availability zones: {', '.join(zones)}.",
        )


_NAMING: Final = "PrivateDnsNameOptionsOnLaunch"

_SUBNET: Final = Resource(
    token="aws:ec2/subnet:Subnet",
    service="ec2",
    id="{id}",
    create=Call("CreateSubnet", tagged("subnet"), result="Subnet"),
    read=Call(
        "DescribeSubnets",
        {"SubnetIds": ["{id}"]},
        only=(),
        result="Subnets[0] | merge(@, {"
        f"privateDnsHostnameTypeOnLaunch: {_NAMING}.HostnameType, "
        f"enableResourceNameDnsARecordOnLaunch: {_NAMING}.EnableResourceNameDnsARecord, "
        f"enableResourceNameDnsAaaaRecordOnLaunch: {_NAMING}.EnableResourceNameDnsAAAARecord}})",
        absent=("InvalidSubnetID.NotFound",),
    ),
    delete=Call("DeleteSubnet", {"SubnetId": "{id}"}, only=()),
    names={"id": "SubnetId"},
    defaults={
        "assignIpv6AddressOnCreation": False,
        "enableDns64": False,
        "enableResourceNameDnsARecordOnLaunch": False,
        "enableResourceNameDnsAaaaRecordOnLaunch": False,
        "ipv6Native": False,
        "mapPublicIpOnLaunch": False,
    },
    computed=("availabilityZone", "availabilityZoneId", "privateDnsHostnameTypeOnLaunch"),
    immutable=("availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId"),
    unsupported={
        "assignIpv6AddressOnCreation": _IPV4_ALONE,
        "customerOwnedIpv4Pool": "it has no Outposts, so leave it out",
        "enableDns64": _IPV4_ALONE,
        "enableLniAtDeviceIndex": "it has no Outposts, so leave it out",
        "enableResourceNameDnsAaaaRecordOnLaunch": _IPV4_ALONE,
        "ipv4IpamPoolId": _CIDR_ALONE,
        "ipv4NetmaskLength": _CIDR_ALONE,
        "ipv6CidrBlock": _IPV4_ALONE,
        "ipv6IpamPoolId": _IPV4_ALONE,
        "ipv6Native": _IPV4_ALONE,
        "ipv6NetmaskLength": _IPV4_ALONE,
        "mapCustomerOwnedIpOnLaunch": "it has no Outposts, so leave it out",
        "outpostArn": "it has no Outposts, so leave it out",
    },
    derived={"arn": "arn:aws:ec2:{region}:{account}:subnet/{id}"},
    facets=(
        _attribute("mapPublicIpOnLaunch", "ModifySubnetAttribute", {"SubnetId": "{id}"}),
        _attribute(
            "enableResourceNameDnsARecordOnLaunch", "ModifySubnetAttribute", {"SubnetId": "{id}"}
        ),
        Facet(
            ("privateDnsHostnameTypeOnLaunch",),
            put=Call("ModifySubnetAttribute", {"SubnetId": "{id}"}),
        ),
        TAGS,
    ),
    check=_check_subnet,
    require=_require_subnet,
)


# --- Internet gateways ---


def _attached(old: Properties, new: Properties) -> list[Call]:
    before, after = old.get("vpcId"), new.get("vpcId")
    gateway = {"InternetGatewayId": "{id}"}
    return [
        Call(f"{verb}InternetGateway", {**gateway, "VpcId": vpc}, only=())
        for verb, vpc in (("Detach", before), ("Attach", after))
        if vpc
    ]


def _detach(api: Api, gateway: Properties) -> None:
    if gateway.get("vpcId"):
        cast("AwsApi", api).send(
            "ec2",
            "DetachInternetGateway",
            {"InternetGatewayId": gateway["id"], "VpcId": gateway["vpcId"]},
            absent=("Gateway.NotAttached",),
        )


_INTERNET_GATEWAY: Final = Resource(
    token="aws:ec2/internetGateway:InternetGateway",
    service="ec2",
    id="{id}",
    create=Call(
        "CreateInternetGateway", tagged("internet-gateway"), only=(), result="InternetGateway"
    ),
    read=Call(
        "DescribeInternetGateways",
        {"InternetGatewayIds": ["{id}"]},
        only=(),
        result="InternetGateways[0] | merge(@, {VpcId: Attachments[0].VpcId})",
        absent=("InvalidInternetGatewayID.NotFound",),
    ),
    delete=Call("DeleteInternetGateway", {"InternetGatewayId": "{id}"}, only=()),
    names={"id": "InternetGatewayId"},
    computed=("vpcId",),
    derived={"arn": "arn:aws:ec2:{region}:{account}:internet-gateway/{id}"},
    facets=(Facet(("vpcId",), choose=_attached), TAGS),
    before_delete=_detach,
)


# --- Route tables ---


def _disassociate(api: Api, table: Properties) -> None:
    ec2 = cast("AwsApi", api)
    (found,) = ec2.send("ec2", "DescribeRouteTables", {"RouteTableIds": [table["id"]]})[
        "RouteTables"
    ]
    for each in found["Associations"]:
        if not each["Main"]:
            association = {"AssociationId": each["RouteTableAssociationId"]}
            ec2.send("ec2", "DisassociateRouteTable", association)


_ROUTE_TABLE: Final = Resource(
    token="aws:ec2/routeTable:RouteTable",
    service="ec2",
    id="{id}",
    create=Call("CreateRouteTable", tagged("route-table"), result="RouteTable"),
    read=Call(
        "DescribeRouteTables",
        {"RouteTableIds": ["{id}"]},
        only=(),
        # Routes are of a type of their own.
        result="RouteTables[0].{RouteTableId: RouteTableId, VpcId: VpcId, OwnerId: OwnerId, "
        "Tags: Tags}",
        absent=("InvalidRouteTableID.NotFound",),
    ),
    delete=Call("DeleteRouteTable", {"RouteTableId": "{id}"}, only=()),
    names={"id": "RouteTableId"},
    immutable=("vpcId",),
    unsupported={
        "propagatingVgws": "it has no virtual private gateways, so leave it out",
        "routes": "declare aws.ec2.Route instead",
    },
    derived={"arn": "arn:aws:ec2:{region}:{account}:route-table/{id}"},
    facets=(TAGS,),
    before_delete=_disassociate,
)


def _check_route(route: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_route``."""
    yield from check_cidr(route, "destinationCidrBlock")
    for name in ("destinationCidrBlock", "gatewayId"):
        if not route.get(name):
            yield CheckFailure(name, "is required: the local cloud has no other kind of route.")


def _require_route(api: Api, route: Properties) -> None:
    """Refuse a route that leads nowhere, or away from its own network.

    Source: the VPC user guide, "Route tables", and the errors that ``CreateRoute`` gives.
    """
    ec2, code = cast("AwsApi", api), "InvalidParameterValue"
    table, gateway = str(route["routeTableId"]), str(route["gatewayId"])
    tables = ec2.send("ec2", "DescribeRouteTables", {"RouteTableIds": [table]})["RouteTables"]
    gateways = ec2.send(
        "ec2",
        "DescribeInternetGateways",
        {"InternetGatewayIds": [gateway]},
        absent=("InvalidInternetGatewayID.NotFound",),
    )
    if gateways is None:
        raise ApiError(
            "CreateRoute",
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{gateway}' does not exist; the local cloud has internet gateways "
            "alone",
        )
    attached = gateways["InternetGateways"][0]["Attachments"]
    if tables[0]["VpcId"] not in [each["VpcId"] for each in attached]:
        raise ApiError(
            "CreateRoute",
            code,
            f"route table {table} and network gateway {gateway} belong to different networks",
        )
    destination = ipaddress.IPv4Network(str(route["destinationCidrBlock"]))
    for each in tables[0]["Routes"]:
        local = each.get("GatewayId") == "local"
        if local and destination.subnet_of(ipaddress.IPv4Network(each["DestinationCidrBlock"])):
            raise ApiError(
                "CreateRoute",
                code,
                f"The destination CIDR block {destination} is equal to or more specific than one "
                "of this VPC's CIDR blocks. This route can target only an interface or an "
                "instance.",
            )


_NO_TARGET: Final = "its routes lead to internet gateways alone: use gatewayId"

_ROUTE: Final = Resource(
    token="aws:ec2/route:Route",
    service="ec2",
    id="r-{routeTableId}_{destinationCidrBlock}",
    imports="{routeTableId}_{destinationCidrBlock}",
    create=Call("CreateRoute"),
    read=Call(
        "DescribeRouteTables",
        {"RouteTableIds": ["{routeTableId}"]},
        only=(),
        result="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'] | [0]",
        absent=("InvalidRouteTableID.NotFound",),
    ),
    update=Call("ReplaceRoute"),
    delete=Call(
        "DeleteRoute",
        only=("routeTableId", "destinationCidrBlock"),
        absent=("InvalidRoute.NotFound",),
    ),
    immutable=("destinationCidrBlock", "routeTableId"),
    unsupported={
        "destinationIpv6CidrBlock": _IPV4_ALONE,
        "destinationPrefixListId": "use destinationCidrBlock",
        **dict.fromkeys(
            (
                "carrierGatewayId",
                "coreNetworkArn",
                "egressOnlyGatewayId",
                "localGatewayId",
                "natGatewayId",
                "networkInterfaceId",
                "odbNetworkArn",
                "transitGatewayId",
                "vpcEndpointId",
                "vpcPeeringConnectionId",
            ),
            _NO_TARGET,
        ),
    },
    check=_check_route,
    require=_require_route,
)


def _check_association(association: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_route_table_association``."""
    if not association.get("subnetId"):
        yield CheckFailure("subnetId", "is required: the local cloud routes for subnets alone.")


def _require_association(api: Api, association: Properties) -> None:
    """Refuse a table of another network.

    Source: the API reference of ``AssociateRouteTable``: subnet and route table must be in the same
    VPC.
    """
    ec2 = cast("AwsApi", api)
    table, subnet = association["routeTableId"], association["subnetId"]
    (subnet_found,) = ec2.send("ec2", "DescribeSubnets", {"SubnetIds": [subnet]})["Subnets"]
    (table_found,) = ec2.send("ec2", "DescribeRouteTables", {"RouteTableIds": [table]})[
        "RouteTables"
    ]
    if subnet_found["VpcId"] != table_found["VpcId"]:
        raise ApiError(
            "AssociateRouteTable",
            "InvalidParameterValue",
            f"route table {table} and subnet {subnet} belong to different networks",
        )


# Its id is another after each update, so it is found by its subnet, which has one at most.
_OF_SUBNET: Final = {"Filters": [{"Name": "association.subnet-id", "Values": ["{subnetId}"]}]}
_ASSOCIATION: Final = "RouteTables[].Associations[] | [?SubnetId=='{subnetId}'] | [0]"
_ITS_ID: Final = Call(
    "DescribeRouteTables",
    _OF_SUBNET,
    result=f"{_ASSOCIATION}.{{AssociationId: RouteTableAssociationId}}",
)

_ROUTE_TABLE_ASSOCIATION: Final = Resource(
    token="aws:ec2/routeTableAssociation:RouteTableAssociation",
    service="ec2",
    id="{id}",
    imports="{subnetId}/{routeTableId}",
    create=Call("AssociateRouteTable"),
    read=Call("DescribeRouteTables", _OF_SUBNET, only=(), result=_ASSOCIATION),
    update=Call("ReplaceRouteTableAssociation", only=("routeTableId",), fetch=_ITS_ID),
    delete=Call("DisassociateRouteTable", only=(), fetch=_ITS_ID),
    names={"id": ("AssociationId", "RouteTableAssociationId")},
    immutable=("gatewayId", "subnetId"),
    unsupported={"gatewayId": "it routes for subnets alone: use subnetId"},
    check=_check_association,
    require=_require_association,
)


RESOURCES: Final = (
    _VPC,
    _SUBNET,
    _INTERNET_GATEWAY,
    _ROUTE_TABLE,
    _ROUTE,
    _ROUTE_TABLE_ASSOCIATION,
)
