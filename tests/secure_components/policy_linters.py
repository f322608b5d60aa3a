"""What parliament and cloudsplaining, which nobody here wrote, find in a policy document.

Above a low severity; one that neither names counts as high. Both are for what a policy allows:
that a deny denies enough is no matter of theirs.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cloudsplaining.scan.assume_role_policy_document import AssumeRolePolicyDocument
from cloudsplaining.scan.policy_document import PolicyDocument
from cloudsplaining.scan.resource_policy_document import ResourcePolicyDocument
from cloudsplaining.shared.constants import ISSUE_SEVERITY
from policy_sentry.querying.all import get_all_actions

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament reads its data by pkg_resources
    import parliament

_LOW: Final = ("low", "muted")
_GAPS: Final = (
    # parliament knows four identity providers of the web by name, and no other.
    r"UNKNOWN_FEDERATION_SOURCE: arn:[a-z-]+:iam::\d{12}:oidc-provider/\S+",
)
"""What parliament finds for want of knowledge, and not in the policy."""
_TRUST_GAPS: Final = (
    # A trust policy lets somebody have credentials: that is what it is for.
    r"CREDENTIALS_EXPOSURE: .*",
)

parliament.override_config(
    str(Path(parliament.__file__).parent / "community_auditors/config_override.yaml")
)


def findings(document: str | Mapping[str, Any], account: str = "123456789012") -> list[str]:
    """Return what both linters find in a policy document, above a low severity; else an empty list.

    Args:
        document: An identity, trust or resource policy, told apart by its principals and
            resources; a service control policy counts as an identity's.
        account: The account whose policy it is: for a trust policy, principals of any other are
            found.
    """
    policy = json.loads(document) if isinstance(document, str) else json.loads(json.dumps(document))
    statements = policy.get("Statement") or []
    statements = [statements] if isinstance(statements, Mapping) else list(statements)
    if not statements:
        return ["no statement: nothing was looked at"]
    policy = {**policy, "Statement": statements}
    trust = all("Principal" in one and _resources(one) is None for one in statements)
    return [
        *_unknown(statements),
        *_by_parliament(policy, trust=trust),
        *_by_cloudsplaining(policy, account, trust=trust),
    ]


def _unknown(statements: list[dict[str, Any]]) -> Iterator[str]:
    """Yield each action that is allowed and that neither linter knows: it cannot be judged."""
    known = {action.lower() for action in get_all_actions()}
    for statement in statements:
        if statement.get("Effect") != "Deny":
            for action in _listed(statement.get("Action", [])):
                pattern = re.compile(re.escape(action.lower()).replace(r"\*", ".*"))
                if not _known_to_parliament(action) and not any(map(pattern.fullmatch, known)):
                    yield f"unknown action allowed: {action}"


# --- parliament ---


def _by_parliament(policy: dict[str, Any], *, trust: bool) -> Iterator[str]:
    # Its check of a policy ends at the first statement with an action that it does not know.
    statements = [
        # It takes no trust policy, which has no resource.
        {**({"Resource": "*"} if trust else {}), **statement, **actions}
        for statement in policy["Statement"]
        if (actions := _known_actions(statement)) is not None
    ]
    # Its auditors of what is allowed break at a NotAction; one of them ends at the first statement
    # without a condition.
    allowed = sorted(
        (one for one in statements if one.get("Effect") != "Deny"),
        key=lambda one: "Condition" not in one,
    )
    for one in allowed:
        if "NotAction" in one:
            yield "allows all but some actions (NotAction)"
    audited = [one for one in allowed if "NotAction" not in one]
    seen = dict.fromkeys(
        [*_parliament({**policy, "Statement": statements}), *_parliament(policy, audited)]
    )
    gaps = [*_GAPS, *(_TRUST_GAPS if trust else ())]
    yield from (one for one in seen if not any(re.fullmatch(gap, one) for gap in gaps))


def _parliament(
    policy: dict[str, Any], audited: list[dict[str, Any]] | None = None
) -> Iterator[str]:
    if audited is not None:
        policy = {**policy, "Statement": audited}
    if not policy["Statement"]:
        return
    analyzed = parliament.analyze_policy_string(
        json.dumps(policy),
        ignore_private_auditors=True,
        include_community_auditors=audited is not None,
    )
    for finding in analyzed.findings:
        known = parliament.config.get(finding.issue, {})
        if str(known.get("severity", "high")).lower() not in _LOW:
            yield f"{finding.issue}: {finding.detail or finding.location.get('actions', '')}"


def _known_actions(statement: dict[str, Any]) -> dict[str, Any] | None:
    """Return a statement's actions that parliament knows; none if it has no other."""
    key = "NotAction" if "NotAction" in statement else "Action"
    if key not in statement:
        return {}
    known = [action for action in _listed(statement[key]) if _known_to_parliament(action)]
    return {key: known} if known else None


def _known_to_parliament(action: str) -> bool:
    try:
        parliament.expand_action(action)
    except (parliament.UnknownActionException, parliament.UnknownPrefixException):
        return False
    except ValueError:
        return True  # malformed: parliament shall say so
    return True


# --- cloudsplaining ---


def _by_cloudsplaining(policy: dict[str, Any], account: str, *, trust: bool) -> Iterator[str]:
    try:
        found = {name: list(told) for name, told in _cloudsplaining(policy, account, trust=trust)}
    except (ValueError, KeyError, TypeError) as broken:
        yield f"cloudsplaining broke: {broken!r}"
        return
    for issue, told in found.items():
        if told and ISSUE_SEVERITY.get(issue, "high") not in _LOW:
            yield f"{issue}: {', '.join(map(str, told))}"


def _cloudsplaining(
    policy: dict[str, Any], account: str, *, trust: bool
) -> Iterator[tuple[str, Iterable[Any]]]:
    if trust:
        assumed = AssumeRolePolicyDocument(policy, current_account_id=account)
        yield "AssumableByComputeService", assumed.role_assumable_by_compute_services
        yield "AssumableByCrossAccountPrincipal", assumed.role_assumable_by_cross_account_principals
        yield "AssumableByAnyPrincipal", assumed.role_assumable_by_any_principal
        any_principal = assumed.role_assumable_by_any_principal_with_conditions
        yield "AssumableByAnyPrincipalWithConditions", any_principal
    elif any("Principal" in statement for statement in policy["Statement"]):
        yield "InternetAccessible", ResourcePolicyDocument(policy).internet_accessible_actions
    else:
        identity = PolicyDocument(policy)
        yield "PrivilegeEscalation", identity.allows_privilege_escalation
        yield "DataExfiltration", identity.allows_data_exfiltration_actions
        yield "ResourceExposure", identity.permissions_management_without_constraints
        yield "CredentialsExposure", identity.credentials_exposure
        yield "ServiceWildcard", identity.service_wildcard
        yield "InfrastructureModification", identity.infrastructure_modification


def _resources(statement: Mapping[str, Any]) -> Any:
    return statement.get("Resource", statement.get("NotResource"))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
