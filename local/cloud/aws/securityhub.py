"""Security Hub: the hub of a region, and the standards that it checks."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from typing import Final

from local.cloud.table import Call, Facet, Resource

_OFF: Final = ("InvalidAccessException",)
"""What any call says where Security Hub is not enabled."""

_CONTROLS: Final = {"AutoEnableControls": lambda hub: bool(hub.get("autoEnableControls", True))}

_HUB: Final = Resource(
    token="aws:securityhub/account:Account",
    service="securityhub",
    id="{account}",
    create=Call("EnableSecurityHub"),
    read=Call("DescribeHub", only=(), absent=(*_OFF, "ResourceNotFoundException")),
    delete=Call("DisableSecurityHub", only=(), absent=_OFF),
    names={"arn": "HubArn"},
    defaults={"autoEnableControls": True, "enableDefaultStandards": True},
    computed=("controlFindingGenerator",),
    immutable=("enableDefaultStandards",),
    local=("enableDefaultStandards",),
    facets=(
        # The call that enables it does not take the first.
        Facet((), choose=lambda *_: [Call("UpdateSecurityHubConfiguration", _CONTROLS, only=())]),
        Facet(
            ("autoEnableControls",),
            choose=lambda *_: [Call("UpdateSecurityHubConfiguration", _CONTROLS, only=())],
            created=True,
        ),
        Facet(
            ("controlFindingGenerator",),
            put=Call("UpdateSecurityHubConfiguration"),
            created=True,
        ),
    ),
)

_SUBSCRIPTION: Final = Resource(
    token="aws:securityhub/standardsSubscription:StandardsSubscription",
    service="securityhub",
    id="{arn}",
    create=Call(
        "BatchEnableStandards",
        {"StandardsSubscriptionRequests": [{"StandardsArn": "{standardsArn}"}]},
        only=(),
        result="StandardsSubscriptions[0]",
    ),
    read=Call(
        "GetEnabledStandards",
        {"StandardsSubscriptionArns": ["{arn}"]},
        only=(),
        result="StandardsSubscriptions[0]",
        absent=_OFF,
    ),
    delete=Call("BatchDisableStandards", {"StandardsSubscriptionArns": ["{arn}"]}, only=()),
    names={"arn": "StandardsSubscriptionArn"},
    immutable=("standardsArn",),
    facets=(Facet(("standardsArn",), created=True),),  # a template of the create call has it
)

RESOURCES: Final = (_HUB, _SUBSCRIPTION)
