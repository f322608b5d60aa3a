from __future__ import annotations

from collections.abc import Sequence

from policy_pack.aws import ROLES
from policy_pack.identities import USERS
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, including, owasp, rule

_BOUNDARY = "arn:aws:iam::123456789012:policy/deploy/boundary"


@rule(
    title="Roles and users of pipelines have a permissions boundary",
    types=(*ROLES, *USERS),
    severity=Severity.HIGH,
    fix="Set permissions_boundary, as secure_components.DeployRole does; it is asked for below "
    "{paths}.",
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        {"path": "/", "name": "deploy"},
        {"path": "/deployed/"},
        {"path": "/deploy/", "permissionsBoundary": _BOUNDARY},
        {"path": "/deploy/", "permissionsBoundary": UNKNOWN},
        {"path": "/people/", "permissionsBoundary": UNKNOWN},
    ],
    fails=[
        {"path": "/deploy/"},
        {"path": "/deploy/orders/", "name": "apply"},
        {"path": "/deploy/", "permissionsBoundary": ""},
    ],
    undecided=[{"path": UNKNOWN}],
    omission="What stands under no such path is held by the other rules.",
    settings={
        "paths": including(
            ["/deploy/"],
            "Paths below which roles and users must have a permissions boundary; / is all.",
            asks={},
        )
    },
)
def check(identity: Resource, *, paths: Sequence[str]) -> Findings:
    """Keep what a pipeline makes within what the pipeline may do itself.

    Who may make roles without a boundary may make one that may do everything. The paths are where
    pipelines and what they make stand; the default is that of `secure_components.DeployRole`.

    Source: AWS IAM User Guide, "Permissions boundaries for IAM entities", "Delegating
    responsibility to others using permissions boundaries".
    """
    if identity.has("permissionsBoundary"):
        return
    path = str(identity.get("path", default="/"))
    if any(path.startswith(one) for one in paths):
        yield "It has no permissions boundary."
