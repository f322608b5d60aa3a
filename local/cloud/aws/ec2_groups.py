"""EC2 security groups: what may pass through a network."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from local.cloud.aws.ec2 import TAGS, check_cidr, tagged
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_PROTOCOLS: Final = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
"""How AWS tells a protocol that may be written in another way."""

_SOURCES: Final = {
    "cidrBlocks": ("IpRanges", "CidrIp"),
    "ipv6CidrBlocks": ("Ipv6Ranges", "CidrIpv6"),
    "securityGroups": ("UserIdGroupPairs", "GroupId"),
}
"""Where the API has what a rule's block lists."""

_ITSELF: Final = "{id}"
_DESCRIPTION: Final = re.compile(r"[\w .:/()#,@\[\]+=&;{}!$*-]{0,255}", re.ASCII)

_Atom = tuple[str, int, int, str, str, str]
"""One thing that may pass: protocol, ports, a kind of source, the source, and a description."""

_EVERYTHING: Final[set[_Atom]] = {("-1", 0, 0, "cidrBlocks", "0.0.0.0/0", "")}


def _protocol(text: str) -> str:
    return _PROTOCOLS.get(text.lower(), text.lower())


def _atoms(rules: object) -> set[_Atom]:
    """Split rules, which may be grouped in many ways, into what each lets pass."""
    atoms: set[_Atom] = set()
    for rule in cast("list[Mapping[str, Any]]", rules or []):
        protocol = _protocol(str(rule["protocol"]))
        ports = (int(rule["fromPort"]), int(rule["toPort"]))
        sources = {name: list(rule.get(name) or []) for name in _SOURCES}
        if rule.get("self"):
            sources["securityGroups"].append(_ITSELF)
        text = str(rule.get("description") or "")
        for kind, listed in sources.items():
            atoms |= {(protocol, *ports, kind, each, text) for each in listed}
    return atoms


def _canonical(rules: object) -> str:
    return json.dumps(sorted(_atoms(rules)))


def _permissions(atoms: set[_Atom], itself: str) -> list[dict[str, Any]]:
    """Write down atoms as the API takes them."""
    permissions = []
    for protocol, low, high, kind, source, text in sorted(atoms):
        member, key = _SOURCES[kind]
        described = {key: itself if source == _ITSELF else source}
        if text:
            described["Description"] = text
        ports = {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
        permissions.append({"IpProtocol": protocol, **ports, member: [described]})
    return permissions


def _blocks(permissions: Sequence[Mapping[str, Any]], itself: str) -> list[dict[str, Any]]:
    """Read what the API tells as the official provider does: a block a description and ports."""
    blocks: dict[tuple[str, int, int, str], dict[str, Any]] = {}
    for each in permissions:
        ports = {"fromPort": each.get("FromPort", 0), "toPort": each.get("ToPort", 0)}
        for kind, (member, key) in _SOURCES.items():
            for source in each.get(member, []):
                text = source.get("Description", "")
                same = (each["IpProtocol"], *ports.values(), text)
                block = blocks.setdefault(same, {"protocol": each["IpProtocol"], **ports})
                if text:
                    block["description"] = text
                if source[key] == itself:
                    block["self"] = True
                else:
                    block.setdefault(kind, []).append(source[key])
    return list(blocks.values())


def _told_group(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    (group,) = answer["SecurityGroups"]
    return {
        **group,
        "ingress": _blocks(group["IpPermissions"], group["GroupId"]),
        "egress": _blocks(group["IpPermissionsEgress"], group["GroupId"]),
    }


def _rules(name: str) -> Facet:
    def choose(old: Properties, new: Properties) -> list[Call]:
        before, after = _atoms(old.get(name)), _atoms(new.get(name))
        return [
            _authorization(f"{verb}SecurityGroup{name.capitalize()}", atoms)
            for verb, atoms in (("Revoke", before - after), ("Authorize", after - before))
            if atoms
        ]

    return Facet((name,), choose=choose)


def _authorization(operation: str, atoms: set[_Atom]) -> Call:
    def permissions(known: Properties) -> object:
        return _permissions(atoms, str(known["id"]))

    return Call(operation, {"GroupId": "{id}", "IpPermissions": permissions}, only=())


def _check_group(group: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_security_group``."""
    for name in ("name", "namePrefix"):
        if str(group.get(name) or "").startswith("sg-"):
            yield CheckFailure(name, "must not begin with sg-.")
    for name in ("ingress", "egress"):
        rules = group.get(name)
        for rule in rules if isinstance(rules, list) else []:
            if isinstance(rule, Mapping):
                yield from _check_rule(rule, name)


def _check_rule(rule: Mapping[str, Any], where: str) -> Iterator[CheckFailure]:
    for name, version in (("cidrBlocks", 4), ("ipv6CidrBlocks", 6)):
        listed = rule.get(name)
        for each in listed if isinstance(listed, list) else []:
            path = f"{where}.{name}"
            yield from check_cidr({path: each}, path, version=version)
    if rule.get("prefixListIds"):
        yield CheckFailure(
            f"{where}.prefixListIds", "is not in the local cloud: list CIDR blocks instead."
        )
    elif not any(rule.get(name) for name in (*_SOURCES, "self")):
        yield CheckFailure(where, f"needs one of {', '.join(sorted(_SOURCES))} and self in a rule.")
    ports = [rule["fromPort"], rule["toPort"]]
    if _protocol(str(rule["protocol"])) == "-1" and any(
        each and not is_unknown(each) for each in ports
    ):
        yield CheckFailure(f"{where}.fromPort", "and toPort must be 0 with protocol -1.")
    text = rule.get("description")
    if text and not is_unknown(text) and not _DESCRIPTION.fullmatch(str(text)):
        yield CheckFailure(
            f"{where}.description",
            "must have at most 255 characters, of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*.",
        )


def _require_group(api: Api, group: Properties) -> None:
    """Refuse a network that is not there, and what AWS does not take as a description.

    Source: the API reference of ``CreateSecurityGroup``.
    """
    if group.get("vpcId"):
        cast("AwsApi", api).send("ec2", "DescribeVpcs", {"VpcIds": [group["vpcId"]]})
    if not _DESCRIPTION.fullmatch(str(group.get("description") or "")):
        raise ApiError(
            "CreateSecurityGroup",
            "InvalidParameterValue",
            "Invalid security group description. Valid descriptions are strings less than 256 "
            "characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )


_SECURITY_GROUP: Final = Resource(
    token="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    id="{id}",
    create=Call("CreateSecurityGroup", tagged("security-group")),
    read=Call(
        "DescribeSecurityGroups",
        {"GroupIds": ["{id}"]},
        only=(),
        result=_told_group,
        absent=("InvalidGroup.NotFound",),
    ),
    delete=Call("DeleteSecurityGroup", {"GroupId": "{id}"}, only=()),
    names={"id": "GroupId", "name": "GroupName"},
    name=AutoName("name", limit=255, prefix_property="namePrefix"),
    defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
    computed=("egress", "ingress", "vpcId"),
    immutable=("description", "name", "namePrefix", "vpcId"),
    sets=("egress", "ingress"),
    normal={"egress": _canonical, "ingress": _canonical},
    local=("namePrefix", "revokeRulesOnDelete"),
    unsupported={"revokeRulesOnDelete": "delete the rules that name the group first"},
    derived={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
    facets=(
        # As the official provider: what AWS lets out by default is not let out.
        Facet((), choose=lambda *_: [_authorization("RevokeSecurityGroupEgress", _EVERYTHING)]),
        _rules("ingress"),
        _rules("egress"),
        TAGS,
    ),
    check=_check_group,
    require=_require_group,
)


# --- Rules of security groups, each a resource ---

_KINDS: Final = {
    "cidrIpv4": ("IpRanges", "CidrIp"),
    "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "prefixListId": ("PrefixListIds", "PrefixListId"),
    "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}
_SAID: Final = {
    "cidrIpv4": "CidrIpv4",
    "cidrIpv6": "CidrIpv6",
    "description": "Description",
    "fromPort": "FromPort",
    "ipProtocol": "IpProtocol",
    "referencedSecurityGroupId": "ReferencedGroupId",
    "toPort": "ToPort",
}
"""How the API says all that a rule lets pass, save when it makes one: there a permission does."""


def _kind(rule: Properties) -> list[str]:
    return [name for name in _KINDS if rule.get(name)]


def _of_another_kind(olds: Properties, news: Properties) -> Sequence[str]:
    return [] if _kind(olds) == _kind(news) else [*_kind(olds), *_kind(news)]


def _permission(rule: Properties) -> object:
    (kind,) = _kind(rule)
    member, key = _KINDS[kind]
    source = {key: rule[kind]}
    if rule.get("description"):
        source["Description"] = rule["description"]
    ports = {f"{n[0].upper()}{n[1:]}": rule.get(n) for n in ("fromPort", "toPort")}
    given = {name: port for name, port in ports.items() if port is not None}
    return [{"IpProtocol": _protocol(str(rule["ipProtocol"])), **given, member: [source]}]


def _modification(rule: Properties) -> object:
    given = {n: rule[name] for name, n in _SAID.items() if rule.get(name) is not None}
    given["IpProtocol"] = _protocol(str(given["IpProtocol"]))
    return [{"SecurityGroupRuleId": rule["id"], "SecurityGroupRule": given}]


def _check_single_rule(rule: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_vpc_security_group_ingress_rule``."""
    yield from check_cidr(rule, "cidrIpv4")
    yield from check_cidr(rule, "cidrIpv6", version=6)
    if len(_kind(rule)) != 1:
        yield CheckFailure("", f"needs exactly one of {', '.join(sorted(_KINDS))}.")
    highest = 65535
    for name in ("fromPort", "toPort"):
        port = rule.get(name)
        if isinstance(port, int) and not -1 <= port <= highest:
            yield CheckFailure(name, "must be from -1 to 65535.")


def _single_rule(side: str) -> Resource:
    """Return the type of a rule that stands apart from its group."""

    def told(answer: Any) -> dict[str, Any] | None:  # noqa: ANN401  as boto3 gives it
        (rule,) = answer["SecurityGroupRules"]
        if rule["IsEgress"] != (side == "Egress"):
            return None
        return {**rule, "ReferencedGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId")}

    name = f"ecurityGroup{side}Rule"
    return Resource(
        token=f"aws:vpc/s{name}:S{name}",
        service="ec2",
        id="{id}",
        create=Call(
            f"AuthorizeSecurityGroup{side}",
            {
                "GroupId": "{securityGroupId}",
                "IpPermissions": _permission,
                **tagged("security-group-rule"),
            },
            only=(),
            result="SecurityGroupRules[0]",
        ),
        read=Call(
            "DescribeSecurityGroupRules",
            {"SecurityGroupRuleIds": ["{id}"]},
            only=(),
            result=told,
            absent=("InvalidSecurityGroupRuleId.NotFound",),
        ),
        update=Call(
            "ModifySecurityGroupRules",
            {"GroupId": "{securityGroupId}", "SecurityGroupRules": _modification},
            only=(),
        ),
        delete=Call(
            f"RevokeSecurityGroup{side}",
            {"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
            only=(),
        ),
        names={
            **{name: (each, "IpPermissions") for name, each in _SAID.items()},
            "id": "SecurityGroupRuleId",
            "securityGroupId": "GroupId",
        },
        immutable=("securityGroupId",),
        replaced=_of_another_kind,
        empty={"fromPort": -1, "toPort": -1},
        normal={"ipProtocol": _protocol},
        unsupported={"prefixListId": "use cidrIpv4"},
        derived={"arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}"},
        facets=(TAGS,),
        check=_check_single_rule,
    )


RESOURCES: Final = (_SECURITY_GROUP, _single_rule("Ingress"), _single_rule("Egress"))
