from __future__ import annotations

import json
from collections.abc import Iterator

from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
)

_NETWORK = "vpc-cni"


def _addon(enabled: object, name: object = _NETWORK) -> dict[str, object]:
    return {"addonName": name, "configurationValues": json.dumps({"enableNetworkPolicy": enabled})}


@rule(
    title="Kubernetes clusters enforce network policies",
    types=("aws:eks/addon:Addon",),
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix="""Set configuration_values='{"enableNetworkPolicy": "true"}'.""",
    controls=(prowler("eks_cluster_vpc_cni_network_policy_enforced"), owasp("A01:2021")),
    passes=[
        _addon("true"),
        _addon(enabled=True),
        {"addonName": "coredns", "configurationValues": UNKNOWN},
    ],
    fails=[
        _addon("false"),
        _addon(enabled=False),
        {"addonName": _NETWORK},
        {"addonName": _NETWORK, "configurationValues": "enableNetworkPolicy"},
    ],
    undecided=[
        {"addonName": UNKNOWN},
        {"addonName": _NETWORK, "configurationValues": UNKNOWN},
    ],
    omission="An add-on must have a name.",
)
def check(addon: Resource) -> Iterator[str]:
    """Let policies that are written in the cluster hold: without an enforcer they are words.

    Another engine, as Calico or Cilium, may enforce them instead, so this is advice.

    Source: Amazon EKS User Guide, "Configure your cluster for Kubernetes network policies".
    """
    if addon.get("addonName") != _NETWORK:
        return
    enabled = addon.json("configurationValues").get("enableNetworkPolicy")
    if str(enabled).lower() != "true":
        yield "The network add-on enforces no network policies."
