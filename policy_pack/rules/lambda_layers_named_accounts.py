from __future__ import annotations

from typing import Any

from policy_pack.accounts import SETTINGS, Trusted
from policy_pack.aws import TOPICS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    owasp,
    prowler,
    ref,
    rule,
    type_of,
)

_FUNCTION = "aws:lambda/function:Function"
_LAYER = "aws:lambda/layerVersion:LayerVersion"
_TOPIC = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:123456789012:alarms"})


def _layer(account: str) -> str:
    return f"arn:aws:lambda:eu-west-1:{account}:layer:tools:7"


def _stack(*layers: object) -> dict[str, Any]:
    return {"function": (_FUNCTION, {"layers": [*layers]}), "topic": _TOPIC}


@rule(
    title="Lambda layers come from named accounts alone",
    types=(_FUNCTION,),
    severity=Severity.MEDIUM,
    fix=(
        "Name the account in trusted_accounts if its code is meant to run, as AWS's own for its "
        "layers; else publish a copy of the layer in your account."
    ),
    controls=(prowler("awslambda_function_using_cross_account_layers"), owasp("A08:2021")),
    passes=[
        _stack(),
        _stack(_layer("123456789012")),
        {**_stack(ref("layer")), "layer": (_LAYER, {"arn": _layer("123456789012")})},
        {"function": (_FUNCTION, {}), "topic": (TOPICS[0], {"arn": UNKNOWN})},
    ],
    fails=[
        _stack(_layer("999999999999")),
        _stack(_layer("123456789012"), _layer("999999999999")),
        {"function": (_FUNCTION, {"layers": [_layer("123456789012")]})},
    ],
    undecided=[
        _stack(UNKNOWN),
        {"function": (_FUNCTION, {"layers": UNKNOWN}), "topic": _TOPIC},
        {
            "function": (_FUNCTION, {"layers": [_layer("123456789012")]}),
            "topic": (TOPICS[0], {"arn": UNKNOWN}),
        },
    ],
    omission="A function without layers runs its own code alone.",
    settings=SETTINGS,
)
def check(
    function: Resource,
    stack: Stack,
    *,
    trusted_accounts: list[str],
    trusted_organizations: list[str],
) -> Findings:
    """Let nobody else's account change what a function runs with the rights of its role.

    A layer that is made in the stack is the stack's own. Which accounts are own is told in
    `resource-policy-named-accounts`.

    Source: AWS Lambda Developer Guide, "Managing Lambda dependencies with layers".
    """
    trusted = Trusted(stack, trusted_accounts, trusted_organizations)
    own = {value for layer in stack.of_type(_LAYER) for value in layer.identities}
    sources = function.dependencies.get("layers", ())
    new = sum(type_of(source) == _LAYER for source in sources)

    def judge(layer: str) -> Findings:
        if layer not in own and not trusted.holds(layer):
            yield "The function runs a layer of an account that is not trusted."

    yield from every(_known_layers(function, new), judge)


def _known_layers(function: Resource, new: int) -> list[str]:
    """Return the layers that are known, if the others are all new ones of the stack."""
    layers = function.raw("layers")
    if isinstance(layers, list) and sum(layer is UNKNOWN for layer in layers) <= new:
        return [str(layer) for layer in layers if layer is not UNKNOWN]
    return function.strings("layers")
