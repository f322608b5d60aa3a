"""One reader of the rules of AWS WAF, wherever a stack writes them, for all rules of the pack.

A web ACL has its rules inline, as `ruleJson`, or as resources of their own; a rule group has them
inline or as `rulesJson`; a policy of Firewall Manager names rule groups. All are read as `WafRule`.

A rule about each rule by itself takes `own_rules` of each type in `HOLDERS`, so that a finding is
told of the resource that must be mended. A rule about a web ACL as a whole takes `rules_of`.

Sources: AWS WAFV2 API Reference; Firewall Manager API Reference, `SecurityServicePolicyData`;
Pulumi AWS 7.51, `aws.wafv2`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Malformed,
    Resource,
    Stack,
    Undecided,
    every,
    some,
    type_of,
)

RULE_GROUPS: Final = ("aws:wafv2/ruleGroup:RuleGroup",)
WEB_ACL_RULES: Final = ("aws:wafv2/webAclRule:WebAclRule",)
RULE_GROUP_ASSOCIATIONS: Final = (
    "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation",
)
LOGGING_CONFIGURATIONS: Final = ("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",)
IP_SETS: Final = ("aws:wafv2/ipSet:IpSet",)
REGEX_PATTERN_SETS: Final = ("aws:wafv2/regexPatternSet:RegexPatternSet",)

PARTS: Final = (*WEB_ACL_RULES, *RULE_GROUP_ASSOCIATIONS)
"""Resources that are one rule of a web ACL."""
HOLDERS: Final = (*WEB_ACLS, *PARTS, *RULE_GROUPS)
"""Resources that hold rules, beside the policies of Firewall Manager."""

AND: Final = "andStatement"
OR: Final = "orStatement"
NOT: Final = "notStatement"
RATE: Final = "rateBasedStatement"
MANAGED_GROUP: Final = "managedRuleGroupStatement"
GROUP_REFERENCE: Final = "ruleGroupReferenceStatement"
IP_SET: Final = "ipSetReferenceStatement"
REGEX_PATTERN_SET: Final = "regexPatternSetReferenceStatement"
SIZE: Final = "sizeConstraintStatement"

INSPECTING: Final = frozenset(
    {
        SIZE,
        REGEX_PATTERN_SET,
        "byteMatchStatement",
        "regexMatchStatement",
        "sqliMatchStatement",
        "xssMatchStatement",
    }
)
"""Statements that look into a component of the request, which their `fieldToMatch` names."""
STATEMENTS: Final = INSPECTING | {
    AND,
    OR,
    NOT,
    RATE,
    MANAGED_GROUP,
    GROUP_REFERENCE,
    IP_SET,
    "asnMatchStatement",
    "geoMatchStatement",
    "labelMatchStatement",
}
FIELDS: Final = frozenset(
    {
        "allQueryArguments",
        "body",
        "cookies",
        "headerOrders",
        "headers",
        "ja3Fingerprint",
        "ja4Fingerprint",
        "jsonBody",
        "method",
        "queryString",
        "singleHeader",
        "singleQueryArgument",
        "uriFragment",
        "uriPath",
    }
)
"""Components of a request that a statement's `fieldToMatch` can name."""
ACTIONS: Final = frozenset({"allow", "block", "captcha", "challenge", "count", "monetize"})
OVERRIDES: Final = frozenset({"count", "none"})

_NESTING: Final = ("statement", "statements", "scopeDownStatement")


# --- Statements ---


@dataclass(frozen=True)
class Statement:
    """A statement, read when it is asked.

    Attributes:
        raw: The block in which one kind of statement is set.
        path: Where in the block, if not the block itself.
    """

    raw: Block
    path: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Which of `STATEMENTS` it is.

        Raises:
            Undecided: It is not known yet.
            Malformed: It is none, or several.
        """
        return self.raw.chosen(STATEMENTS, *self.path)[0]

    @property
    def body(self) -> Block:
        """What it says, as `countryCodes`. Raises as `kind` does."""
        return self.raw.chosen(STATEMENTS, *self.path)[1]

    @property
    def scope_down(self) -> Statement | None:
        """What narrows the requests that a managed rule group or a rate limit sees.

        Raises:
            Undecided: Whether there is one is not known yet.
        """
        return next(map(Statement, self.body.blocks("scopeDownStatement")), None)

    @property
    def nested(self) -> list[Statement]:
        """The statements right within it, the scope-down among them. Raises as `kind` does.

        Where they are unreadable there is one in their place, and reading that one raises.
        """
        body = self.body
        try:
            return [Statement(block) for name in _NESTING for block in body.blocks(name)]
        except (Undecided, Malformed) as stopped:
            return [Statement(_unreadable(stopped))]


def walk(statement: Statement) -> Iterator[Statement]:
    """Yield a statement and all within it. One that is unreadable leaves the others readable."""
    pending = [statement]
    while pending:
        one = pending.pop()
        yield one
        with suppress(Undecided, Malformed):
            pending += reversed(one.nested)


# --- Rules ---


@dataclass(frozen=True)
class Override:
    """What is done instead of what one rule of a rule group says."""

    raw: Block

    @property
    def name(self) -> str:
        """The name of the rule in the group, or empty. Raises `Undecided` if it is not known."""
        name = self.raw.get("name")
        return name if isinstance(name, str) else ""

    @property
    def action(self) -> str:
        """One of `ACTIONS`; a rule that is merely excluded only counts.

        Raises:
            Undecided: It is not known yet.
            Malformed: It is none, or several.
        """
        if not self.raw.has("actionToUse"):
            return "count"
        return self.raw.chosen(ACTIONS, "actionToUse")[0]


@dataclass(frozen=True)
class WafRule:
    """One rule of a web ACL or rule group, read when it is asked.

    Attributes:
        raw: The rule, with the names of `aws.wafv2.WebAcl`'s `rules`.
        holder: The resource that it is written in.
        source: The property of the holder that its statement is written in.
    """

    raw: Block
    holder: Resource = field(repr=False)
    source: str

    @property
    def name(self) -> str:
        """Its name, or words for its absence. Safe to show: a name is a label, which metrics bear.

        A label decides nothing: whatever stands there, the finding that it names is told.
        """
        return _name(self) or "without a known name"

    @property
    def priority(self) -> float:
        """Its place among the rules of its web ACL or group: lower ones run earlier.

        Raises:
            Undecided: It is not known yet.
            Malformed: It is no number.
        """
        return self.raw.number("priority", default=math.nan)

    @property
    def statement(self) -> Statement:
        """Its statement, which raises when it is read if it is not known, or there is none."""
        return Statement(self.raw, ("statement",))

    @property
    def kind(self) -> str:
        """Which of `STATEMENTS` it has. Raises as `Statement.kind`."""
        return self.statement.kind

    @property
    def is_group(self) -> bool:
        """Whether it runs a rule group. Raises as `Statement.kind`."""
        return self.kind in {MANAGED_GROUP, GROUP_REFERENCE}

    @property
    def action(self) -> str:
        """What is done with a request that matches: one of `ACTIONS`; of `OVERRIDES` for a group.

        Raises:
            Undecided: It is not known yet.
            Malformed: None is given, or several.
        """
        if self.is_group:
            return self.raw.chosen(OVERRIDES, "overrideAction")[0]
        return self.raw.chosen(ACTIONS, "action")[0]

    @property
    def counts(self) -> bool:
        """Whether it, or all of its group, only counts. Raises as `action`."""
        return self.action == "count"

    @property
    def overrides(self) -> list[Override]:
        """What is done instead of what single rules of its group say; none for other rules.

        Each is readable by itself.

        Raises:
            Undecided: The list is not known yet.
        """
        body = self.statement.body
        return [
            Override(block)
            for name in ("ruleActionOverrides", "excludedRules")
            for block in body.blocks(name)
        ]

    @property
    def labels(self) -> list[Block]:
        """The labels that it gives, each with a `name`.

        Raises:
            Undecided: The list is not known yet.
        """
        return self.raw.blocks("ruleLabels")

    def managed_group(self) -> tuple[str, str] | None:
        """Return the vendor and name of the managed rule group that it runs, if it runs one.

        Raises:
            Undecided: Either is not known yet.
            Malformed: The statement is unreadable.
        """
        statement = self.statement
        if statement.kind != MANAGED_GROUP:
            return None
        return str(statement.body.get("vendorName")), str(statement.body.get("name"))

    def referred(self, body: Block, types: Sequence[str], stack: Stack) -> list[Resource]:
        """Return what the `arn` of one of its statements may stand for: see `referred`."""
        return referred(body, "arn", (self.holder, self.source), types, stack)


def referred(
    block: Block, name: str, place: tuple[Resource, str], types: Sequence[str], stack: Stack
) -> list[Resource]:
    """Return what an ARN may stand for: a web ACL, a rule group, an IP set, a pattern set.

    At a preview the ARN of a new resource is not known. What its property was made of is, but for
    all ARNs of the property together: then it may stand for any of them.

    Args:
        block: The block that holds the ARN.
        name: The ARN's name there.
        place: The resource that holds the block, and the property that it is in.
        types: The types that it may stand for.
        stack: The stack.

    Returns:
        The one, or those that it may be; none, where it is known and names nothing in the stack.

    Raises:
        Undecided: It is not known yet, and was made of none of them.
    """
    holder, source = place
    try:
        arn = block.get(name)
    except Undecided:
        made_of = set(holder.dependencies.get(source, ()))
        found = [one for one in stack.of_type(*types) if one.urn in made_of]
        if not found:
            raise
        return found
    named = stack.once(_by_identity).get(arn, ()) if isinstance(arn, str) else ()
    return [one for one in named if one.type in types]


def _by_identity(stack: Stack) -> dict[str, list[Resource]]:
    made: dict[str, list[Resource]] = {}
    for one in stack.of_type(*WEB_ACLS, *RULE_GROUPS, *IP_SETS, *REGEX_PATTERN_SETS):
        for identity in one.identities:
            made.setdefault(identity, []).append(one)
    return made


# --- Where rules are written ---


@dataclass(frozen=True)
class RuleSet:
    """The rules of one holder, or of a web ACL with all that is joined to it.

    Attributes:
        rules: Those that can be told apart, as written.
        missing: Why there may be others, or are others that nobody can read.
    """

    rules: Sequence[WafRule] = ()
    missing: Sequence[Undecided | Malformed] = ()

    def judge(self, judge: Callable[[WafRule], Findings]) -> Findings:
        """Judge each rule by itself, and tell what is missing: for what all rules must be."""
        yield from every(self.rules, judge)
        yield from self.missing

    def some(self, holds: Callable[[WafRule], bool]) -> bool:
        """Tell whether something holds for a rule: for what one rule must be.

        Raises:
            Undecided: It is known to hold for none, but may for one.
        """
        if some(self.rules, holds):
            return True
        for one in self.missing:
            if isinstance(one, Undecided):
                raise one
        return False

    def known(self) -> Sequence[WafRule]:
        """Return all the rules, where one that is missing would change what is judged.

        Raises:
            Undecided: There may be others.
            Malformed: There are others that nobody can read.
        """
        for one in self.missing:
            raise one
        return self.rules

    def __add__(self, other: RuleSet) -> RuleSet:
        """Return the rules of both."""
        return RuleSet((*self.rules, *other.rules), (*self.missing, *other.missing))


def own_rules(holder: Resource) -> RuleSet:
    """Return the rules that are written in one of `HOLDERS`, or a policy of Firewall Manager."""
    if holder.type in WEB_ACLS:
        return _inline(holder) + _written(holder, "ruleJson")
    if holder.type in RULE_GROUPS:
        return _inline(holder) + _written(holder, "rulesJson")
    if holder.type in WEB_ACL_RULES:
        return RuleSet([WafRule(holder, holder, "statement")])
    if holder.type in RULE_GROUP_ASSOCIATIONS:
        return RuleSet([_associated(holder)])
    return _managed(holder) if holder.type in FIREWALL_POLICIES else RuleSet()


def rules_of(web_acl: Resource, stack: Stack) -> RuleSet:
    """Return the rules of a web ACL: its own, and the stack's resources that are rules of it.

    A `WebAclRule` takes over the rule of its name that is inline, which then counts once (Pulumi
    AWS, `aws.wafv2.WebAclRule`, "Migrating from Inline Rules").
    """
    parts = stack.once(_parts)
    joined = [parts.get(key, RuleSet()) for key in ("", web_acl.urn, *web_acl.identities)]
    made, own = sum(joined, RuleSet()), own_rules(web_acl)
    taken = {_name(rule) for rule in made.rules if rule.holder.type in WEB_ACL_RULES} - {None}
    return RuleSet([rule for rule in own.rules if _name(rule) not in taken], own.missing) + made


def _name(rule: WafRule) -> str | None:
    """Return a rule's name, where it is known."""
    try:
        name = rule.raw.get("name")
    except (Undecided, Malformed):
        return None
    return name if isinstance(name, str) and name else None


def has_web_acl(part: Resource, stack: Stack) -> bool:
    """Tell whether the web ACL of one of `PARTS` is in the stack, and so judged with it.

    Raises:
        Undecided: Its ARN is not known yet, and was made of no web ACL of the stack.
    """
    return bool(referred(part, "webAclArn", (part, "webAclArn"), WEB_ACLS, stack))


def _parts(stack: Stack) -> dict[str, RuleSet]:
    """Return the rules that are resources, by ARN or URN of their web ACL; by "" if of any."""
    made: dict[str, RuleSet] = {}
    for part in stack.of_type(*PARTS):
        rules = own_rules(part)
        try:
            arn = part.get("webAclArn")
            keys = [arn] if isinstance(arn, str) and arn else []
        except Undecided as unknown:
            sources = part.dependencies.get("webAclArn", ())
            keys = [urn for urn in dict.fromkeys(sources) if type_of(urn) in WEB_ACLS]
            if len(keys) != 1:
                rules = RuleSet(missing=[unknown])
            if not sources:
                keys = [""]
        for key in keys:
            made[key] = made.get(key, RuleSet()) + rules
    return made


def _inline(holder: Resource) -> RuleSet:
    try:
        blocks = holder.blocks("rules")
    except Undecided as unknown:
        return RuleSet(missing=[unknown])
    return RuleSet([WafRule(block, holder, "rules") for block in blocks])


def _written(holder: Resource, property_: str) -> RuleSet:
    """Return the rules of a JSON text, which has the API's names."""
    try:
        text = holder.get(property_)
    except Undecided as unknown:
        return RuleSet(missing=[unknown])
    if text in (None, ""):
        return RuleSet()
    try:
        rules = _restated(json.loads(text))
    except (TypeError, ValueError, RecursionError):
        rules = None
    if not isinstance(rules, list):
        return RuleSet(missing=[Malformed(holder.name, property_, "a JSON list of rules")])
    return RuleSet(
        [
            WafRule(Block(rule, holder.name, (property_, str(index))), holder, property_)
            for index, rule in enumerate(rules)
        ]
    )


_WORD: Final = re.compile(r"[A-Z][A-Z0-9]*(?![a-z])|[A-Z]?[a-z0-9]+")
_RENAMED: Final = {
    "AWSManagedRulesAntiDDoSRuleSet": "awsManagedRulesAntiDdosRuleSet",
    "AsnList": "asnLists",
    "CloudWatchMetricsEnabled": "cloudwatchMetricsEnabled",
    "HeaderOrder": "headerOrders",
    "Cookies.MatchPattern": "matchPatterns",
}


def _restated(value: object, within: str = "") -> object:
    """Return a value of AWS's JSON with the names that Pulumi has for them."""
    if isinstance(value, dict):
        return {
            _RENAMED.get(f"{within}.{name}") or camel_case(name): _restated(one, name)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_restated(one, within) for one in value]
    return value


def camel_case(name: str) -> str:
    """Return the name that Pulumi has for one of AWS's JSON, as `ipSetReferenceStatement`."""
    if name in _RENAMED:
        return _RENAMED[name]
    # So Firewall Manager spells it.
    first, *others = _WORD.findall(name.replace("awsmanaged", "AWSManaged")) or [name]
    return "".join((first.lower(), *(word.capitalize() for word in others)))


_VISIBLE: Final = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": True}
"""What a `WebAclRuleGroupAssociation` has where it says nothing.

Source: hashicorp/terraform-provider-aws, `web_acl_rule_group_association.go`.
"""


def _associated(holder: Resource) -> WafRule:
    override, visibility = holder.raw("overrideAction"), holder.raw("visibilityConfig")
    if override is not UNKNOWN:
        override = {"none" if override in (None, "") else str(override): {}}
    rule = {
        "name": holder.raw("ruleName"),
        "priority": holder.raw("priority"),
        "overrideAction": override,
        "statement": {
            MANAGED_GROUP: holder.raw("managedRuleGroup"),
            GROUP_REFERENCE: holder.raw("ruleGroupReference"),
        },
        "visibilityConfig": _VISIBLE if visibility is None else visibility,
    }
    return WafRule(Block(rule, holder.name), holder, "ruleGroupReference")


def web_acls_of(resource: Resource, property_: str, stack: Stack) -> Iterator[Resource]:
    """Yield the web ACLs of the stack that a property stands for.

    Raises:
        Undecided: It is not known yet which.
    """
    sources = resource.dependencies.get(property_, ())
    try:
        keys = [str(resource.get(property_)), *sources]
    except Undecided:
        if not sources:
            raise
        keys = [*sources]
    by_key = stack.once(_web_acls)
    for web_acl in dict.fromkeys(by_key[key] for key in keys if key in by_key):
        if resource.refers_to(property_, web_acl):
            yield web_acl


def _web_acls(stack: Stack) -> dict[str, Resource]:
    """Return the web ACLs by URN and by what else they are referred to."""
    made: dict[str, Resource] = {}
    for web_acl in stack.of_type(*WEB_ACLS):
        made.update(dict.fromkeys((web_acl.urn, *web_acl.identities), web_acl))
    return made


def makes_web_acls(resource: Resource) -> bool:
    """Tell whether a resource is a web ACL, or a policy of Firewall Manager that makes some.

    Raises:
        Undecided: It is not known yet what the policy is for.
    """
    kind = resource.get("securityServicePolicyData", "type", default="WAFV2")
    return bool(kind == "WAFV2")  # a web ACL has no such property


_STAGES: Final = ("preProcessRuleGroups", "postProcessRuleGroups")


def _managed(policy: Resource) -> RuleSet:
    """Return the rule groups that a Firewall Manager policy runs, in their order."""
    at = ("securityServicePolicyData", "managedServiceData")
    try:
        if policy.get(at[0], "type") != "WAFV2":
            return RuleSet()
        data = policy.json(*at)
        groups = [group for stage in _STAGES for group in data.blocks(stage)]
    except (Undecided, Malformed) as stopped:
        return RuleSet(missing=[stopped])
    return RuleSet(
        [
            WafRule(_grouped(policy, group, index), policy, at[0])
            for index, group in enumerate(groups)
        ]
    )


def _grouped(policy: Resource, group: Block, index: int) -> Block:
    """Return a rule group of a Firewall Manager policy as a rule, which has other names for all."""
    managed = "managedRuleGroupIdentifier"
    try:
        action = group.raw("overrideAction", "type")
        body = {
            "arn": group.raw("ruleGroupArn"),
            "name": group.raw(managed, "managedRuleGroupName"),
            "vendorName": group.raw(managed, "vendorName"),
            "version": group.raw(managed, "version"),
            "managedRuleGroupConfigs": _restated(group.raw(managed, "managedRuleGroupConfigs")),
            "ruleActionOverrides": group.raw("ruleActionOverrides"),
            "excludedRules": group.raw("excludeRules"),
        }
        if group.raw(managed, "versionEnabled") is not True:
            body["version"] = None
    except (Undecided, Malformed) as stopped:
        return _unreadable(stopped)
    kind = GROUP_REFERENCE if body["name"] is None else MANAGED_GROUP
    rule = {
        "name": body["name"],
        "priority": index,
        "overrideAction": action if action is UNKNOWN else {str(action).lower(): {}},
        "statement": {kind: body},
    }
    return Block(rule, policy.name, ("managedServiceData", str(index)))


def _unreadable(why: Undecided | Malformed) -> Block:
    """Return a block that raises the same whenever it is read."""
    return Block(UNKNOWN if isinstance(why, Undecided) else None, why.resource, (why.property,))
