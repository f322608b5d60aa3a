"""What of a firewall only counts, and until when it may.

A rollout starts by counting. Its last day stands in the tag `waf:count-until` of the web ACL, of
the policy of Firewall Manager, or of a rule group that is rolled out by itself.

Source: AWS WAF Developer Guide, "Testing and tuning your AWS WAF protections".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    Findings,
    Malformed,
    Resource,
    Stack,
    Undecided,
    every,
    some,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
    PARTS,
    RULE_GROUPS,
    Override,
    RuleSet,
    WafRule,
    own_rules,
    rules_of,
    web_acls_of,
)
from policy_pack.waf_labels import looks_at_labels_of

TAG: Final = "waf:count-until"
LONGEST: Final = 90
"""Days that a rollout may last, where nothing is configured."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_of(resource: Resource) -> date | None:
    """Return the day in a resource's tag, or None where it has no tag.

    Raises:
        Undecided: It is not known yet.
        Malformed: It is no day.
    """
    value = resource.get("tags", TAG)
    if value is None:
        return None
    try:
        return date.fromisoformat(value if _DAY.fullmatch(str(value)) else "")
    except (TypeError, ValueError):
        raise Malformed(resource.name, f"tags.{TAG}", "a day, as 2027-01-31") from None


def until(holder: Resource, stack: Stack, longest: int = LONGEST) -> date | None:
    """Return the day until which the rules that stand in a resource may count, if they may.

    Args:
        holder: The resource, one of `HOLDERS` or a policy of Firewall Manager.
        stack: The stack.
        longest: Days that a rollout may last from today.

    Raises:
        Undecided: It is not known yet.
    """
    days = []
    for one in _rolled_out_by(holder, stack):
        day = _in_force(one, stack, longest)
        if day is None:
            return None
        days.append(day)
    return min(days, default=None)


def judge_counting(holder: Resource, stack: Stack, tell: Callable[[str], Findings]) -> Findings:
    """Judge what only counts of the rules that stand in a resource.

    A rule that counts so that a later one sees its label acts through that one.

    Args:
        holder: The resource, one of `HOLDERS` or a policy of Firewall Manager.
        stack: The stack.
        tell: What to say, by the name of the rule and, after a slash, of the one in its group.
    """

    def judge_override(rule: WafRule, override: Override) -> Findings:
        if override.action == "count":
            yield from tell(f"{rule.name}/{override.name}")

    def judge(rule: WafRule) -> Findings:
        if rule.is_group and not rule.counts:
            yield from every(rule.overrides, lambda one: judge_override(rule, one))
        elif rule.counts and not _labels_for_others(rule, stack):
            yield from tell(rule.name)

    yield from own_rules(holder).judge(judge)


def _in_force(resource: Resource, stack: Stack, longest: int) -> date | None:
    try:
        day = day_of(resource)
    except Malformed:
        return None
    if day is None or not stack.today <= day <= stack.today + timedelta(days=longest):
        return None
    return day


def _rolled_out_by(holder: Resource, stack: Stack) -> Iterator[Resource]:
    """Yield whose tags say until when the rules of a resource may count.

    Raises:
        Undecided: After those that are known: others may be among them.
    """
    if holder.type in PARTS:
        yield from web_acls_of(holder, "webAclArn", stack)
    elif holder.type in RULE_GROUPS and not holder.has("tags", TAG):
        yield from _users_of(holder, stack)
    else:
        yield holder


# --- Rule groups ---


@dataclass
class _Users:
    """Which web ACLs and policies run which rule groups, so that a join is no search of the stack.

    Attributes:
        by_group: Those that are known, or may, by the rule group's URN.
        unknown: Why others may run any rule group.
    """

    by_group: dict[str, dict[Resource, None]] = field(default_factory=dict)
    unknown: list[Undecided] = field(default_factory=list)

    def add(self, user: Resource, groups: Iterable[str]) -> None:
        """Add who runs rule groups."""
        for group in groups:
            self.by_group.setdefault(group, {})[user] = None

    def add_unknown(self, user: Resource, unknown: Undecided) -> None:
        """Add who may run rule groups.

        At a first preview the whole document of a policy is not known, but what it was made of.
        """
        made_of = user.dependencies.get(unknown.property.partition(".")[0], ())
        self.add(user, made_of)
        if not made_of:
            self.unknown.append(unknown)


def _users(stack: Stack) -> _Users:
    made = _Users()
    for user in stack.of_type(*WEB_ACLS, *FIREWALL_POLICIES):
        rules = rules_of(user, stack)
        for rule in rules.rules:
            try:
                made.add(user, (group.urn for group in _groups_of(rule, stack)))
            except Undecided as unknown:
                made.add_unknown(user, unknown)
            except Malformed:
                continue
        for missing in rules.missing:
            if isinstance(missing, Undecided):
                made.add_unknown(user, missing)
    return made


def _users_of(group: Resource, stack: Stack) -> Iterator[Resource]:
    """Yield the web ACLs and policies that run a rule group. Raises as `_rolled_out_by`."""
    users = stack.once(_users)
    yield from users.by_group.get(group.urn, ())
    for unknown in users.unknown:
        raise unknown


def _groups_of(rule: WafRule, stack: Stack) -> list[Resource]:
    """Return the rule groups of the stack that a rule may run."""
    if rule.kind != GROUP_REFERENCE:
        return []
    return rule.referred(rule.statement.body, RULE_GROUPS, stack)


# --- Labels ---


def _labels_for_others(rule: WafRule, stack: Stack) -> bool:
    """Tell whether a later rule looks at a label that a rule gives.

    It stands in the same web ACL or rule group; or in a web ACL that runs the rule group, and has
    the label's full name.

    Raises:
        Undecided: None is known to, but one may.
    """
    if not rule.labels:
        return False
    return some(
        _contexts(rule, stack),
        lambda context: context.rules.some(
            lambda other: (
                other.priority > context.runs.priority
                and looks_at_labels_of(other, rule, together=context.together)
            )
        ),
    )


@dataclass(frozen=True)
class _Context:
    """Where labels may be looked at.

    Attributes:
        rules: The rules that may.
        runs: The one among them that gives the labels, or runs the rule group that does.
        together: Whether the labels need no prefix.
    """

    rules: RuleSet
    runs: WafRule
    together: bool = True


def _contexts(rule: WafRule, stack: Stack) -> Iterator[_Context]:
    if rule.holder.type not in RULE_GROUPS:
        for web_acl in _rolled_out_by(rule.holder, stack):
            yield _Context(rules_of(web_acl, stack), rule)
        return
    yield _Context(own_rules(rule.holder), rule)
    for user in _users_of(rule.holder, stack):
        rules = rules_of(user, stack)
        for one in rules.rules:
            if rule.holder in _groups_of(one, stack):
                yield _Context(rules, one, together=False)
