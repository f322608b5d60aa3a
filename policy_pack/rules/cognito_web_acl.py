from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import ASSOCIATIONS, USER_POOLS, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("pool")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})


@rule(
    title="Cognito user pools stand behind AWS WAF",
    types=USER_POOLS,
    severity=Severity.HIGH,
    fix=(
        "Give the user pool to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(prowler("cognito_user_pool_waf_acl_attached"), owasp("A05:2021")),
    passes=[
        {"pool": (USER_POOLS[0], {}), "association": _ASSOCIATION},
    ],
    fails=[
        {"pool": (USER_POOLS[0], {})},
        {"pool": (USER_POOLS[0], {}), "other": (USER_POOLS[0], {}), "association": _OTHERS},
    ],
    undecided=[
        {"pool": (USER_POOLS[0], {}), "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN})},
    ],
)
def check(pool: Resource, stack: Stack) -> Iterator[str]:
    """Look at each sign-in and sign-up before the user pool does: they are open to the world.

    A web ACL looks at the managed log-in pages and at the public operations of the user pool's API.
    What it cannot see is an association that another stack makes: exempt the user pool, with that
    as the reason.

    Source: Amazon Cognito Developer Guide, "Associate an AWS WAF web ACL with a user pool".
    """
    if not protected(pool, stack):
        yield "The user pool has no web ACL."
