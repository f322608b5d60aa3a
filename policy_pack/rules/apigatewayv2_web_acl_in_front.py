from __future__ import annotations

from policy_pack.endpoints import (
    DISTRIBUTIONS,
    HTTP_API_MAPPINGS,
    HTTP_APIS,
    distributions_before,
    protected,
)
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    owasp,
    ref,
    rule,
    some,
)

_CLOSED = (HTTP_APIS[0], {"disableExecuteApiEndpoint": True})
_ARN = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/firewall/a1b2c3d4"


def _mapping(domain: object) -> tuple[str, dict[str, object]]:
    return HTTP_API_MAPPINGS[0], {"apiId": ref("api"), "domainName": domain}


def _site(origins: object, web_acl: object = _ARN) -> tuple[str, dict[str, object]]:
    return DISTRIBUTIONS[0], {"origins": origins, "webAclId": web_acl}


_MAPPING = _mapping("origin.example.com")
_ORIGINS = [{"domainName": "origin.example.com"}]


@rule(
    title="HTTP and WebSocket APIs have a web ACL in front",
    types=HTTP_APIS,
    severity=Severity.HIGH,
    fix=(
        "Use a REST API; or set disable_execute_api_endpoint=True, and make the API's domain name "
        "the origin of a CloudFront distribution with a web ACL."
    ),
    controls=(owasp("A05:2021"),),
    passes=[{"api": _CLOSED, "mapping": _MAPPING, "site": _site(_ORIGINS)}],
    fails=[
        {"api": (HTTP_APIS[0], {})},
        {"api": (HTTP_APIS[0], {}), "mapping": _MAPPING, "site": _site(_ORIGINS)},
        {"api": _CLOSED, "site": _site(_ORIGINS)},
        {"api": _CLOSED, "mapping": _MAPPING},
        {"api": _CLOSED, "mapping": _MAPPING, "site": _site(_ORIGINS, web_acl="")},
        {"api": _CLOSED, "mapping": _mapping("other.example.com"), "site": _site(_ORIGINS)},
        {
            "api": _CLOSED,
            "mapping": _MAPPING,
            "around": _mapping("api.example.com"),
            "site": _site(_ORIGINS),
        },
    ],
    undecided=[
        {
            "api": (HTTP_APIS[0], {"disableExecuteApiEndpoint": UNKNOWN}),
            "mapping": _MAPPING,
            "site": _site(_ORIGINS),
        },
        {"api": _CLOSED, "mapping": _MAPPING, "site": _site(UNKNOWN)},
        {"api": _CLOSED, "mapping": _MAPPING, "site": _site(_ORIGINS, web_acl=UNKNOWN)},
        {"api": _CLOSED, "mapping": _mapping(UNKNOWN), "site": _site(_ORIGINS)},
    ],
)
def check(api: Resource, stack: Stack) -> Findings:
    """Put a distribution with a web ACL before an API that cannot carry one.

    AWS WAF takes REST APIs alone. The default endpoint must be off, as it leads around any
    distribution, and each custom domain name that the stack maps to the API must be the origin of a
    distribution with a web ACL.

    What it cannot see is who else reaches the custom domain name: let it ask for mutual TLS, or an
    authorizer for a secret header. Nor does it see mappings and distributions of another stack:
    exempt the API, with that as the reason.

    Source: API Gateway Developer Guide, "Choose between REST APIs and HTTP APIs"; API Gateway V2
    API Reference, `Api`.
    """
    yield from every((_judge_endpoint, _judge_domains), lambda judge: judge(api, stack))


def _judge_endpoint(api: Resource, _stack: Stack) -> Findings:
    if api.get("disableExecuteApiEndpoint") is not True:
        yield "The API's default endpoint is reachable around any web ACL."


def _judge_domains(api: Resource, stack: Stack) -> Findings:
    mappings = stack.referring(HTTP_API_MAPPINGS, "apiId", api)
    if not mappings:
        yield "No custom domain name is mapped to the API, so no distribution can be in front."
    yield from every(mappings, lambda mapping: _judge_mapping(mapping, stack))


def _judge_mapping(mapping: Resource, stack: Stack) -> Findings:
    sites = distributions_before(mapping, stack)
    if not some(sites, lambda site: protected(site, stack)):
        yield "A custom domain name of the API is the origin of no distribution with a web ACL."
