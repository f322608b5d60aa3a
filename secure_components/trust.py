"""Whom among people a role trusts, and under which conditions: the statements of its trust policy.

Sources: IAM User Guide, "AWS global condition context keys", "Configuring MFA-protected API
access", "IAM and AWS STS condition context keys", "IAM and AWS STS quotas"; IAM Identity Center
User Guide, "Referencing permission sets in resource policies".

What MFA is worth depends on the door. Only a call of `AssumeRole` with the credentials of an IAM
user can carry MFA: AWS cannot tell whether a provider of SAML or OIDC asked for it, and says that
federated users "cannot access AWS resources controlled by MFA". A role of Identity Center is one
that AWS enters by SAML, so `aws:MultiFactorAuthPresent` is not set there (our inference from both
pages): ask for MFA in Identity Center, or in the provider. `principals` alone are held to MFA here.
"""

# No `from __future__ import annotations`: Pulumi's component host reads these as they stand.

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict

import pulumi

from secure_components.arguments import check_value, fits, matches, number, refuse, unique
from secure_components.documents import Statement, Statements, document
from secure_components.patterns import ACCOUNT, ORGANIZATION, PRINCIPAL_ARN
from secure_components.place import Place

_PERMISSION_SET: Final = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
_SAML: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:saml-provider/[\w.-]{1,128}", re.ASCII)
_OIDC: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/([\w./:-]+)", re.ASCII)
_EXTERNAL_ID: Final = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_ORGANIZATION_PATH: Final = re.compile(r"o-[a-z0-9]{10,32}/r-[a-z0-9]{4,32}/(ou-[a-z0-9-]+/)*\*?")
_TAG_KEY: Final = re.compile(r"[\w .:/=+@-]{1,128}", re.ASCII)
_SOURCE_IDENTITY: Final = re.compile(r"(?=.{2,64}$)[\w+=,.@-]{2,}\*?", re.ASCII)
_PLAIN: Final = re.compile(r"[^*?$\s]{1,256}")
"""No wildcard, and no variable of a policy."""

_SAML_AUDIENCES: Final[Mapping[str, str]] = {
    "aws": "https://signin.aws.amazon.com/saml",
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}
_SUFFIX: Final = "?" * 16
"""What ends a role's name of Identity Center: 16 characters, so that `View` is not `View_All`."""
_NOTHING: Final[Mapping[str, Mapping[str, Any]]] = {}
_PRIVATE: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    )
)
_WIDEST: Final = {4: 8, 6: 32}
_LONGEST: Final = 2048
"""IAM's quota of a trust policy, where none was asked to be raised."""


class IdentityCenterTrust(TypedDict):
    """The people who hold a permission set of IAM Identity Center.

    They are recognised by the role that AWS made for it, which carries no sign of MFA.
    """

    permission_sets: Sequence[str]
    """Names of permission sets, as they stand in Identity Center."""

    account_ids: NotRequired[Sequence[str]]
    """Accounts that the sets are assigned to; the role's own when absent."""


class SamlTrust(TypedDict):
    """The people of a SAML provider, which itself has to ask for MFA."""

    provider_arn: pulumi.Input[str]
    """ARN of the provider in IAM."""

    audiences: NotRequired[Sequence[str]]
    """Sign-in endpoints that the assertion may be for (`saml:aud`); AWS's own when absent."""


class OidcTrust(TypedDict):
    """Single subjects of an OIDC provider, which itself has to ask for MFA."""

    provider_arn: pulumi.Input[str]
    """ARN of the provider in IAM."""

    audiences: Sequence[str]
    """Audiences of the token (`aud`), exactly."""

    subjects: Sequence[str]
    """Subjects of the token (`sub`), exactly: a wildcard is refused."""


class PrincipalsTrust(TypedDict):
    """Named users, roles or accounts, who must have used MFA a short while ago."""

    account_ids: NotRequired[Sequence[str]]
    """Accounts whose administrators say who may, beside their own IAM policies."""

    arns: NotRequired[Sequence[str]]
    """ARNs of users or roles. The IAM User Guide says that a session of `AssumeRole` carries no
    MFA, so a role that is named here is refused by AWS unless that has changed."""

    mfa_max_age_in_seconds: NotRequired[int]
    """Seconds since MFA was used, 300 to 43,200; an hour when absent. That it was used at all is
    always asked for."""

    external_id: NotRequired[str]
    """External id that the caller must give: for a third party's account."""


class TrustArgs(TypedDict):
    """Whom a role trusts. One of the first four at least; the others hold for all of them."""

    identity_center: NotRequired[IdentityCenterTrust]
    """Permission sets of IAM Identity Center."""

    saml: NotRequired[SamlTrust]
    """A SAML provider."""

    oidc: NotRequired[OidcTrust]
    """An OIDC provider."""

    principals: NotRequired[PrincipalsTrust]
    """Users, roles or accounts."""

    source_ips: NotRequired[Sequence[str]]
    """Public IPv4 or IPv6 ranges that the call must come from, as `198.51.100.0/24`; at most a /8
    or /32. A call through a VPC endpoint has no public address, and is refused."""

    organization_id: NotRequired[str]
    """Organization that the caller's account must be in. Not with `saml` or `oidc`, whose callers
    have no account."""

    organization_paths: NotRequired[Sequence[str]]
    """Organizational units, one of which the caller's account must be in, as
    `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*`. Not with `saml` or `oidc`."""

    session_tags: NotRequired[Sequence[str]]
    """Keys of session tags that a caller may set; none when absent."""

    source_identity: NotRequired[Sequence[str]]
    """Source identities, one of which a session must have, as `jane@example.com` or `eng-*`; it
    stands in every record of the trail. None may be set when absent."""


def check_trust(component: str, name: str, path: str, trust: TrustArgs) -> None:
    """Refuse a trust that is empty, contradicts itself or holds what AWS would not take.

    Args:
        component: The component's class name, for messages.
        name: The component's resource name, for messages.
        path: The argument that holds the trust.
        trust: What the caller gave; its names and types are checked already.

    Raises:
        ArgumentError: An argument is not allowed. An `Output` is checked when it resolves.
    """
    who = (component, name)
    if not any(door in trust for door in _DOORS):
        refuse(*who, path, f"trusts nobody; give one of {', '.join(_DOORS)}")
    _check_identity_center(who, f"{path}.identity_center", trust)
    _check_saml(who, f"{path}.saml", trust)
    _check_oidc(who, f"{path}.oidc", trust)
    _check_principals(who, f"{path}.principals", trust)
    for address in _texts(who, f"{path}.source_ips", trust.get("source_ips")):
        _check_address(who, f"{path}.source_ips", address)
    organization = "an organization's id, as o-a1b2c3d4e5"
    matches(
        who, f"{path}.organization_id", trust.get("organization_id"), ORGANIZATION, organization
    )
    unit = "paths of units, as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"
    _all(
        who, f"{path}.organization_paths", trust.get("organization_paths"), _ORGANIZATION_PATH, unit
    )
    for key in ("organization_id", "organization_paths"):
        if key in trust and ("saml" in trust or "oidc" in trust):
            refuse(*who, f"{path}.{key}", "does not go with saml or oidc: those callers have none")
    tag = "tag keys of 1 to 128 characters"
    _all(who, f"{path}.session_tags", trust.get("session_tags"), _TAG_KEY, tag)
    identity = "2 to 64 letters, digits and +=,.@_-; after two of them it may end in *"
    _all(who, f"{path}.source_identity", trust.get("source_identity"), _SOURCE_IDENTITY, identity)


def trust_document(  # noqa: PLR0913, PLR0917  who asks, and what of
    component: str,
    name: str,
    path: str,
    place: pulumi.Output[Place],
    trust: TrustArgs,
    also: Mapping[str, Mapping[str, Any]] = _NOTHING,
) -> pulumi.Output[str]:
    """Return the trust policy of a trust that `check_trust` let pass.

    Args:
        component: The component's class name, for messages.
        name: The component's resource name, for messages.
        path: The argument that holds the trust.
        place: Where the role is.
        trust: What the caller gave.
        also: Conditions that everybody who is let in must meet besides.

    Raises:
        ArgumentError: The policy is longer than IAM takes, when it resolves.
    """

    def written(resolved: Sequence[Any]) -> str:
        at, saml_arn, oidc_arn = resolved
        statements = trust_statements(at, trust, saml_arn, oidc_arn)
        text = document([_narrowed(one, also) for one in statements])
        if len(re.sub(r"\s", "", text)) > _LONGEST:
            refuse(component, name, path, f"makes a policy over IAM's {_LONGEST:,} characters")
        return text

    return pulumi.Output.all(
        place,
        trust["saml"]["provider_arn"] if "saml" in trust else "",
        trust["oidc"]["provider_arn"] if "oidc" in trust else "",
    ).apply(written)


def trust_statements(
    place: Place, trust: TrustArgs, saml_arn: str = "", oidc_arn: str = ""
) -> Statements:
    """Return the statements of a trust policy; the ARNs are those of its providers, resolved."""
    doors = [
        (_identity_center(place, trust["identity_center"]) if "identity_center" in trust else None),
        (_saml(place, trust["saml"], saml_arn) if "saml" in trust else None),
        (_oidc(trust["oidc"], oidc_arn) if "oidc" in trust else None),
        (_principals(place, trust["principals"]) if "principals" in trust else None),
    ]
    return [one for door in doors if door for one in _held(door, trust)]


def _narrowed(statement: Statement, also: Mapping[str, Mapping[str, Any]]) -> Statement:
    """Return a statement that lets in only whom further conditions let in too."""
    if statement["Effect"] != "Allow":
        return statement
    condition = {operator: dict(keys) for operator, keys in statement["Condition"].items()}
    for operator, keys in also.items():
        condition.setdefault(operator, {}).update(keys)
    return {**statement, "Condition": condition}


# --- The doors ---


_DOORS: Final = ("identity_center", "saml", "oidc", "principals")


def _identity_center(place: Place, trust: IdentityCenterTrust) -> Statement:
    accounts = trust.get("account_ids", [place.account])
    reserved = f"arn:{place.partition}:iam::{{}}:role/aws-reserved/sso.amazonaws.com"
    return {
        "Sid": "IdentityCenter",
        "Effect": "Allow",
        "Principal": {"AWS": [_root(place, account) for account in accounts]},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnLike": {
                # The region is left out of the path where Identity Center is in us-east-1.
                "aws:PrincipalArn": [
                    f"{reserved.format(account)}{region}/AWSReservedSSO_{one}_{_SUFFIX}"
                    for account in accounts
                    for one in trust["permission_sets"]
                    for region in ("", "/*")
                ]
            }
        },
    }


def _saml(place: Place, trust: SamlTrust, provider_arn: str) -> Statement:
    audiences = trust.get("audiences", [_SAML_AUDIENCES.get(place.partition, "unknown")])
    return {
        "Sid": "Saml",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"saml:aud": list(audiences)}},
    }


def _oidc(trust: OidcTrust, provider_arn: str) -> Statement:
    issuer = provider_arn.partition("/")[2]
    return {
        "Sid": "Oidc",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{issuer}:aud": list(trust["audiences"]),
                f"{issuer}:sub": list(trust["subjects"]),
            }
        },
    }


def _principals(place: Place, trust: PrincipalsTrust) -> Statement:
    accounts = [_root(place, account) for account in trust.get("account_ids", ())]
    condition: dict[str, dict[str, Any]] = {
        # Never with IfExists, which lets pass whoever carries no sign of MFA at all.
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {
            "aws:MultiFactorAuthAge": str(trust.get("mfa_max_age_in_seconds", 3600))
        },
    }
    if "external_id" in trust:
        condition["StringEquals"] = {"sts:ExternalId": trust["external_id"]}
    return {
        "Sid": "Principals",
        "Effect": "Allow",
        "Principal": {"AWS": [*accounts, *trust.get("arns", ())]},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }


def _root(place: Place, account: str) -> str:
    return f"arn:{place.partition}:iam::{account}:root"


def _held(door: Statement, trust: TrustArgs) -> Statements:
    """Return the statements of one door, held to what holds for all."""
    actions = [door["Action"]]
    condition = {operator: dict(keys) for operator, keys in door["Condition"].items()}

    def hold(operator: str, key: str, value: object) -> None:
        condition.setdefault(operator, {})[key] = value

    if "source_ips" in trust:
        hold("IpAddress", "aws:SourceIp", list(trust["source_ips"]))
    if "organization_id" in trust:
        hold("StringEquals", "aws:PrincipalOrgID", trust["organization_id"])
    if "organization_paths" in trust:
        paths = list(trust["organization_paths"])
        hold("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", paths)
    if "source_identity" in trust:
        actions.append("sts:SetSourceIdentity")
        hold("StringLike", "sts:SourceIdentity", list(trust["source_identity"]))
    if "session_tags" not in trust:
        return [{**door, "Action": actions, "Condition": condition}]
    return [
        {**door, "Action": [*actions, "sts:TagSession"], "Condition": condition},
        # A deny: that all keys are of some, asked for in an allow, holds for a request without any.
        {
            "Sid": f"Deny{door['Sid']}OtherTags",
            "Effect": "Deny",
            "Principal": door["Principal"],
            "Action": "sts:TagSession",
            "Condition": {
                "ForAnyValue:StringNotEquals": {"aws:TagKeys": list(trust["session_tags"])}
            },
        },
    ]


# --- Checks ---

_Who = tuple[str, str]


def _check_identity_center(who: _Who, path: str, trust: TrustArgs) -> None:
    if "identity_center" in trust:
        given = trust["identity_center"]
        sets = "names of permission sets, without a wildcard"
        _all(who, f"{path}.permission_sets", given["permission_sets"], _PERMISSION_SET, sets)
        _accounts(who, f"{path}.account_ids", given.get("account_ids"))


def _check_saml(who: _Who, path: str, trust: TrustArgs) -> None:
    if "saml" in trust:
        given = trust["saml"]
        form = "the ARN of a SAML provider"
        check_value(*who, f"{path}.provider_arn", given["provider_arn"], fits(_SAML), form)
        endpoints = "sign-in endpoints, without a wildcard"
        _all(who, f"{path}.audiences", given.get("audiences"), _PLAIN, endpoints)


def _check_oidc(who: _Who, path: str, trust: TrustArgs) -> None:
    if "oidc" in trust:
        given = trust["oidc"]
        form = "the ARN of an OIDC provider"
        check_value(*who, f"{path}.provider_arn", given["provider_arn"], fits(_OIDC), form)
        exact = "texts without a wildcard"
        _all(who, f"{path}.audiences", given["audiences"], _PLAIN, exact)
        _all(who, f"{path}.subjects", given["subjects"], _PLAIN, exact)


def _check_principals(who: _Who, path: str, trust: TrustArgs) -> None:
    if "principals" in trust:
        given = trust["principals"]
        if "account_ids" not in given and "arns" not in given:
            refuse(*who, path, "names nobody; give account_ids or arns")
        _accounts(who, f"{path}.account_ids", given.get("account_ids"))
        arns = "ARNs of users or roles, without a wildcard"
        _all(who, f"{path}.arns", given.get("arns"), PRINCIPAL_ARN, arns)
        age = given.get("mfa_max_age_in_seconds")
        number(who, f"{path}.mfa_max_age_in_seconds", age, 300, 43_200, "seconds")
        form = "2 to 1,224 letters, digits and +=,.@:/_-"
        matches(who, f"{path}.external_id", given.get("external_id"), _EXTERNAL_ID, form)


def _check_address(who: _Who, path: str, address: str) -> None:
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        refuse(*who, path, "is not allowed; give ranges as 198.51.100.0/24 or 2001:db8::/48")
    if network.prefixlen < _WIDEST[network.version]:
        refuse(*who, path, "is too wide; give ranges of at most a /8, or a /32 of IPv6")
    if any(network.version == one.version and network.overlaps(one) for one in _PRIVATE):
        refuse(*who, path, "is private; AWS sees public addresses alone")


def _accounts(who: _Who, path: str, accounts: Sequence[str] | None) -> None:
    _all(who, path, accounts, ACCOUNT, "account ids of 12 digits")


def _all(
    who: _Who, path: str, given: Sequence[str] | None, pattern: re.Pattern[str], allowed: str
) -> None:
    """Refuse a list that is given and empty, names something twice, or holds another form."""
    for one in _texts(who, path, given):
        matches(who, path, one, pattern, allowed)


def _texts(who: _Who, path: str, given: Sequence[str] | None) -> Sequence[str]:
    if given is None:
        return ()
    if not given:
        refuse(*who, path, "is empty; leave it out, or name one")
    unique(who, path, given)
    return given
