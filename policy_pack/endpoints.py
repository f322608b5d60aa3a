"""How an endpoint is joined with the web ACL that protects it, for the rules about endpoints.

An endpoint is protected by an association of the stack, by its own `webAclId` if it is a CloudFront
distribution, or by a policy of AWS Firewall Manager that associates web ACLs by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Final

from policy_pack.rule import Malformed, Resource, Stack, Undecided, some, type_of

LOAD_BALANCERS: Final = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:elasticloadbalancingv2/loadBalancer:LoadBalancer",
    "aws:applicationloadbalancing/loadBalancer:LoadBalancer",
)
CLASSIC_LOAD_BALANCERS: Final = (
    "aws:elb/loadBalancer:LoadBalancer",
    "aws:elasticloadbalancing/loadBalancer:LoadBalancer",
)
REST_APIS: Final = ("aws:apigateway/restApi:RestApi",)
REST_STAGES: Final = ("aws:apigateway/stage:Stage",)
APPSYNC_APIS: Final = ("aws:appsync/graphQLApi:GraphQLApi", "aws:appsync/api:Api")
USER_POOLS: Final = ("aws:cognito/userPool:UserPool",)
APP_RUNNER_SERVICES: Final = ("aws:apprunner/service:Service",)
VERIFIED_ACCESS_INSTANCES: Final = ("aws:verifiedaccess/instance:Instance",)
AMPLIFY_APPS: Final = ("aws:amplify/app:App",)
DISTRIBUTIONS: Final = (
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudfront/multitenantDistribution:MultitenantDistribution",
)
DISTRIBUTION_TENANTS: Final = ("aws:cloudfront/distributionTenant:DistributionTenant",)

WEB_ACLS: Final = ("aws:wafv2/webAcl:WebAcl",)
ASSOCIATIONS: Final = ("aws:wafv2/webAclAssociation:WebAclAssociation",)
FIREWALL_POLICIES: Final = ("aws:fms/policy:Policy",)

HTTP_APIS: Final = ("aws:apigatewayv2/api:Api",)
HTTP_API_DOMAINS: Final = ("aws:apigatewayv2/domainName:DomainName",)
HTTP_API_MAPPINGS: Final = ("aws:apigatewayv2/apiMapping:ApiMapping",)

_ASSOCIABLE: Final = frozenset(
    (
        *LOAD_BALANCERS,
        *REST_STAGES,
        *APPSYNC_APIS,
        *USER_POOLS,
        *APP_RUNNER_SERVICES,
        *VERIFIED_ACCESS_INSTANCES,
        *AMPLIFY_APPS,
    )
)
_ARN_ENDS: Final[Mapping[str, str]] = {
    REST_STAGES[0]: "apigateway:/restapis/{restApi}/stages/{stageName}",
    APPSYNC_APIS[0]: "appsync:apis/{id}",
    APPSYNC_APIS[1]: "appsync:apis/{apiId}",
    USER_POOLS[0]: "cognito-idp:userpool/{id}",
    VERIFIED_ACCESS_INSTANCES[0]: "ec2:verified-access-instance/{id}",
    AMPLIFY_APPS[0]: "amplify:apps/{id}",
}
"""Service and resource of the ARN by which an endpoint is associated, where its properties make it.

Source: AWS WAFV2 API Reference, `AssociateWebACL`. The other types' ARNs end in random parts.
"""
_IN_CLOUDFORMATION: Final[Mapping[str, str]] = {
    **dict.fromkeys(LOAD_BALANCERS, "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    REST_STAGES[0]: "AWS::ApiGateway::Stage",
    DISTRIBUTIONS[0]: "AWS::CloudFront::Distribution",
}
"""What an AWS WAF policy can be for. Source: Firewall Manager API Reference, `Policy`."""
_NARROWS: Final = ("excludeMap", "includeMap", "resourceSetIds", "resourceTags")
_ARN: Final = re.compile(r"arn:[^:]*:(?P<service>[^:]*):[^:]*:[^:]*:(?P<resource>.*)")
_WEB_ACL_ARN: Final = re.compile(r"arn:[a-z-]+:wafv2:[a-z0-9-]+:\d{12}:global/webacl/[\w-]+/[\w-]+")


def protected(endpoint: Resource, stack: Stack) -> bool:
    """Tell whether a web ACL stands before an endpoint, as far as the stack shows.

    Raises:
        Undecided: Nothing is known to protect it, but something may: a value is not known yet, or
            was made of several endpoints.
    """
    own = names_web_acl if endpoint.type in DISTRIBUTIONS else _associated
    return some((own, _managed), lambda protects: protects(endpoint, stack))


def names_web_acl(distribution: Resource, stack: Stack) -> bool:
    """Tell whether a distribution's `webAclId` is a web ACL of AWS WAF, not of AWS WAF Classic.

    Source: CloudFront API Reference, `DistributionConfig`: the one has an ARN, the other an id.

    Raises:
        Undecided: The value is not known yet, and comes from no web ACL of the stack.
    """
    try:
        value = distribution.get("webAclId")
    except Undecided:
        made_of = [type_of(urn) for urn in distribution.dependencies.get("webAclId", ())]
        if any(type_ in WEB_ACLS for type_ in made_of) and not any(map(is_classic, made_of)):
            return True
        raise
    if not isinstance(value, str):
        return False
    return bool(_WEB_ACL_ARN.fullmatch(value)) or value in stack.once(_web_acls)


def is_classic(type_: str) -> bool:
    """Tell whether a type token is one of AWS WAF Classic."""
    return type_.startswith(("aws:waf/", "aws:wafregional/"))


# --- Associations ---


@dataclass(frozen=True)
class _Associations:
    """What the stack's associations tell beyond the reference of each to a resource.

    Attributes:
        arns: Service and resource of the ARNs that are known.
        indirect: The associations whose ARN is not known and was made of no endpoint, by what it
            was made of: that of a stage may be made of its API's id and a name.
    """

    arns: frozenset[str]
    indirect: Mapping[str, str]


def _associated(endpoint: Resource, stack: Stack) -> bool:
    associations = stack.once(_associations)
    if _arn_end(endpoint) in associations.arns:
        return True
    found = stack.referring(ASSOCIATIONS, "resourceArn", endpoint)
    if any(_stands_for(association, endpoint) for association in found):
        return True
    indirect = (associations.indirect.get(urn) for urn in _made_of(endpoint))
    for name in chain((association.name for association in found), indirect):
        if name is not None:
            raise Undecided(name, "resourceArn")
    return False


def _associations(stack: Stack) -> _Associations:
    arns: set[str] = set()
    indirect: dict[str, str] = {}
    for association in stack.of_type(*ASSOCIATIONS):
        try:
            arn = _ARN.fullmatch(str(association.get("resourceArn")))
        except Undecided:
            sources = association.dependencies.get("resourceArn", ())
            if not any(type_of(urn) in _ASSOCIABLE for urn in sources):
                indirect.update(dict.fromkeys(sources, association.name))
        else:
            if arn:
                arns.add(f"{arn['service']}:{arn['resource']}")
    return _Associations(frozenset(arns), indirect)


def _arn_end(endpoint: Resource) -> str | None:
    form = _ARN_ENDS.get(endpoint.type, "")
    made = form
    for name in re.findall(r"{(\w+)}", form):
        try:
            value = endpoint.get(name)
        except Undecided:
            return None
        if not isinstance(value, str) or not value:
            return None
        made = made.replace(f"{{{name}}}", value)
    return made or None


def _stands_for(association: Resource, endpoint: Resource) -> bool:
    """Tell whether an association that refers to an endpoint refers to it alone."""
    try:
        value = association.get("resourceArn")
    except Undecided:
        others = {*association.dependencies.get("resourceArn", ())} - {endpoint.urn}
        apis = {urn for urn in others if type_of(urn) in REST_APIS}
        return apis <= set(_made_of(endpoint)) and not any(
            type_of(urn) in _ASSOCIABLE for urn in others
        )
    return isinstance(value, str) and value in endpoint.identities


def _made_of(endpoint: Resource) -> Iterator[str]:
    return chain.from_iterable(endpoint.dependencies.values())


def _web_acls(stack: Stack) -> frozenset[str]:
    return frozenset(chain.from_iterable(one.identities for one in stack.of_type(*WEB_ACLS)))


# --- Firewall Manager ---


def _managed(endpoint: Resource, stack: Stack) -> bool:
    wanted = _IN_CLOUDFORMATION.get(endpoint.type)
    if wanted is None:
        return False
    policies = stack.of_type(*FIREWALL_POLICIES)
    return some(policies, lambda policy: _covers(policy, endpoint, wanted))


def _covers(policy: Resource, endpoint: Resource, wanted: str) -> bool:
    """Tell whether a policy associates web ACLs with all endpoints of a type, in their region.

    One that is narrowed to accounts, tags or resource sets is not counted: whether this endpoint is
    among them cannot be seen. A policy is for one region, and for CloudFront it is in us-east-1
    (AWS WAF Developer Guide, "Creating an AWS Firewall Manager policy for AWS WAF").
    """
    if any(policy.has(one) for one in _NARROWS):
        return False
    if policy.get("securityServicePolicyData", "type") != "WAFV2":
        return False
    if wanted not in (policy.get("resourceType"), *policy.strings("resourceTypeLists")):
        return False
    if policy.get("remediationEnabled") is not True:
        return False
    regions = [
        policy.get("region"),
        "us-east-1" if endpoint.type in DISTRIBUTIONS else endpoint.get("region"),
    ]
    return None in regions or regions[0] == regions[1]


# --- HTTP and WebSocket APIs ---


@dataclass(frozen=True)
class _Origins:
    """Which distributions take their content from where.

    Attributes:
        by_name: Distributions by the domain name of an origin.
        by_domain: Those with an origin that is not known yet, by the URN of the one custom domain
            name that their origins were made of.
        unknown: Those whose origins were made of nothing in the stack, or of several custom domain
            names.
    """

    by_name: Mapping[str, list[Resource]]
    by_domain: Mapping[str, list[Resource]]
    unknown: list[Resource]


def distributions_before(mapping: Resource, stack: Stack) -> list[Resource]:
    """Return the distributions that have the custom domain name of an API mapping as an origin.

    Raises:
        Undecided: None is known to, but one may, or the domain name is not known yet.
    """
    domain, names = _domain_of(mapping, stack)
    origins = stack.once(_origins)
    found = [site for name in names for site in origins.by_name.get(name.lower(), ())]
    if domain is not None:
        found += origins.by_domain.get(domain.urn, ())
    if not found and origins.unknown:
        raise Undecided(origins.unknown[0].name, "origins")
    return found


def _domain_of(mapping: Resource, stack: Stack) -> tuple[Resource | None, list[str]]:
    """Return the custom domain name that a mapping is of, if the stack has it, and its names."""
    domains = stack.once(_domains)
    names: list[object] = []
    try:
        names.append(mapping.get("domainName"))
        domain = domains.get(str(names[0]))
    except Undecided:
        sources = mapping.dependencies.get("domainName", ())
        made_of = [domains[urn] for urn in dict.fromkeys(sources) if urn in domains]
        if len(made_of) != 1:
            raise
        domain = made_of[0]
    if domain is not None:
        for path in (("domainName",), ("domainNameConfiguration", "targetDomainName")):
            try:
                names.append(domain.get(*path))
            except Undecided:
                continue
    return domain, [name for name in names if isinstance(name, str) and name]


def _domains(stack: Stack) -> dict[str, Resource]:
    domains = {}
    for domain in stack.of_type(*HTTP_API_DOMAINS):
        domains[domain.urn] = domain
        domains.update(dict.fromkeys(domain.identities, domain))
        with suppress(Undecided):
            domains[str(domain.get("domainName"))] = domain
    return domains


def _origins(stack: Stack) -> _Origins:
    by_name: dict[str, list[Resource]] = {}
    by_domain: dict[str, list[Resource]] = {}
    unknown = []
    for site in stack.of_type(*DISTRIBUTIONS):
        names = _origin_names(site)
        for name in names - {None}:
            by_name.setdefault(str(name), []).append(site)
        if None in names:
            sources = dict.fromkeys(site.dependencies.get("origins", ()))
            domains = [urn for urn in sources if type_of(urn) in HTTP_API_DOMAINS]
            if len(domains) == 1:
                by_domain.setdefault(domains[0], []).append(site)
            elif domains or not sources:
                unknown.append(site)
    return _Origins(by_name, by_domain, unknown)


def _origin_names(site: Resource) -> set[str | None]:
    """Return the domain names of a distribution's origins, and None if one is not known yet."""
    names: set[str | None] = set()
    try:
        origins = site.blocks("origins")
    except Undecided:
        return {None}
    for origin in origins:
        try:
            names.add(str(origin.get("domainName")).lower())
        except Undecided:
            names.add(None)
        except Malformed:
            continue
    return names
