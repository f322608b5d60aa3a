"""Which rules of a web ACL look at the labels that others give.

Source: AWS WAFV2 API Reference, `LabelMatchStatement`; AWS WAF Developer Guide, "Web request
labeling".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policy_pack.rule import some
from policy_pack.waf import IP_SET, NOT, OR, RATE, RuleSet, Statement, WafRule, walk

_LABEL_MATCH: Final = "labelMatchStatement"
_QUALIFIED: Final = "awswaf:"


def leaves_out_listed(scope: Statement, rules: RuleSet) -> bool:
    """Tell whether a scope-down leaves out nothing but the addresses of a list.

    It negates IP sets, or a label that no rule gives but for IP sets.

    Args:
        scope: The scope-down statement.
        rules: The rules of the web ACL, or of the rule group, that it stands in.

    Raises:
        Undecided: A part is not known yet.
        Malformed: A part is unreadable.
    """
    if scope.kind != NOT or len(scope.nested) != 1:
        return False
    (left_out,) = scope.nested
    if left_out.kind != _LABEL_MATCH:
        return _is_list(left_out)
    givers = [rule for rule in rules.known() if _gives(rule, left_out)]
    return bool(givers) and all(_is_list(rule.statement) for rule in givers)


def looks_at_labels_of(rule: WafRule, other: WafRule, *, together: bool) -> bool:
    """Tell whether a rule looks at a label that another one gives.

    Args:
        rule: The rule.
        other: The one that may give labels.
        together: Whether both are in the same web ACL or rule group, and so need no prefix.

    Raises:
        Undecided: It is not known to, but may.
    """
    names = [str(label.get("name")) for label in other.labels]
    return some(
        walk(rule.statement),
        lambda statement: any(
            _fits(key, name, together=together, namespace=namespace)
            for key, namespace in _keys(statement)
            for name in names
        ),
    )


def _is_list(statement: Statement) -> bool:
    """Tell whether a statement is of IP sets alone, and holds for no address that is unreadable."""
    if statement.kind == OR:
        return bool(statement.nested) and all(map(_is_list, statement.nested))
    fallback = statement.body.get("ipSetForwardedIpConfig", "fallbackBehavior", default="NO_MATCH")
    return statement.kind == IP_SET and fallback == "NO_MATCH"


def _gives(rule: WafRule, match: Statement) -> bool:
    return any(
        _fits(key, str(label.get("name")), together=True, namespace=namespace)
        for key, namespace in _keys(match)
        for label in rule.labels
    )


def _keys(statement: Statement) -> Iterator[tuple[str, bool]]:
    """Yield what a statement by itself looks for in labels, and whether that is a namespace."""
    if statement.kind == _LABEL_MATCH:
        yield str(statement.body.get("key")), statement.body.get("scope") != "LABEL"
    elif statement.kind == RATE:
        for key in statement.body.blocks("customKeys"):
            for namespace in key.blocks("labelNamespace"):
                yield str(namespace.get("namespace")), True


def _fits(key: str, label: str, *, together: bool, namespace: bool) -> bool:
    """Tell whether a key is of a label, which its web ACL or rule group prefixes."""
    spaces = label.split(":")
    if namespace:
        spaces.pop()
    key = key.rstrip(":")
    if key.startswith(_QUALIFIED):
        ends = range(1, len(spaces) + 1) if namespace else (len(spaces),)
        return any(key.endswith(f":{':'.join(spaces[:end])}") for end in ends)
    whole = f":{':'.join(spaces)}:"
    found = f":{key}:" in whole if namespace else whole.endswith(f":{key}:")
    return together and found
