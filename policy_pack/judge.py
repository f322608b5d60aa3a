"""Judges resources and stacks by the rules in force, and keeps every outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from pulumi_policy import EnforcementLevel

from policy_pack.configuration import PRODUCTION, Configuration
from policy_pack.exemptions import Exemption
from policy_pack.rule import Finding, Resource, Rule, Stack, Verdict


class Status(StrEnum):
    """What a rule says of a resource."""

    FINDING = "finding"
    BROKEN = "broken"
    UNDECIDED = "undecided"
    EXEMPTED = "exempted"
    PASSED = "passed"


class Subject(NamedTuple):
    """The resource that was judged."""

    urn: str
    type: str
    name: str


@dataclass(frozen=True)
class Result:
    """One outcome of one rule for one resource.

    Attributes:
        rule: The rule.
        subject: The resource.
        status: The outcome. Only `PASSED` is a pass.
        blocks: Whether it blocks.
        reason: Why, in words that hold no property's value but those that the rule marks as safe.
        finding: The finding's name, where the rule names its findings.
        exemption: The exemption that covers it; one that has expired, where it does not count.
    """

    rule: Rule
    subject: Subject
    status: Status
    blocks: bool = False
    reason: str = ""
    finding: str = ""
    exemption: Exemption | None = None


class Judge:
    """The rules in force for one run over one stack."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._settings = {rule.id: configuration.settings(rule) for rule in configuration.rules}
        self._of_resource: dict[str, list[Rule]] = {}
        self._of_stack: dict[str, list[Rule]] = {}
        self._of_change: dict[str, list[Rule]] = {}
        self._remedies: dict[str, list[Rule]] = {}
        self._exemptions: dict[str, list[Exemption]] = {}
        self._used: set[Exemption] = set()
        # Passes are not kept: what was judged and not found has passed every rule of its type.
        self._judged: dict[Subject, None] = {}
        self._judged_in_stack: dict[Subject, None] = {}
        self._judged_in_change: dict[Subject, None] = {}
        self._found: dict[tuple[str, Subject], tuple[Result, ...]] = {}
        for exemption in configuration.exemptions:
            self._exemptions.setdefault(exemption.rule, []).append(exemption)
        for rule in configuration.rules:
            if configuration.disabled(rule):
                continue
            if configuration.level(rule) is EnforcementLevel.REMEDIATE:
                for type_ in rule.remedies:
                    self._remedies.setdefault(type_, []).append(rule)
            for type_ in rule.types:
                self._judging(rule).setdefault(type_, []).append(rule)

    def judges(self, type_: str) -> bool:
        """Tell whether any rule judges resources of a type one by one."""
        return type_ in self._of_resource

    def remedying(self, type_: str, urn: str) -> Sequence[Rule]:
        """Return the rules that are set to mend a resource. One that is exempted stays as it is."""
        return [
            rule
            for rule in self._remedies.get(type_, ())
            if not any(
                one.covers(urn, one.finding) and one.in_force(self.configuration.today)
                for one in self._exemptions.get(rule.id, ())
            )
        ]

    def resource(self, resource: Resource) -> list[Result]:
        """Judge a resource by the rules of its type, and return what is no pass."""
        subject = Subject(resource.urn, resource.type, resource.name)
        self._judged[subject] = None
        rules = self._of_resource.get(resource.type, ())
        return self._judge(rules, resource, subject, Stack([resource]))

    def stack(self, stack: Stack) -> list[Result]:
        """Judge a stack by the rules that join resources, and return what is no pass.

        The rules of change judge each resource of the previous stack, where one is told, and tell
        of what became of it.
        """
        found = []
        for type_, rules in self._of_stack.items():
            for resource in stack.of_type(type_):
                subject = Subject(resource.urn, resource.type, resource.name)
                self._judged_in_stack[subject] = None
                found += self._judge(rules, resource, subject, stack)
        if stack.previous is None:
            return found
        for type_, rules in self._of_change.items():
            for earlier in stack.previous.of_type(type_):
                told = stack.now(earlier.urn) or earlier
                subject = Subject(told.urn, told.type, told.name)
                self._judged_in_change[subject] = None
                found += self._judge(rules, earlier, subject, stack)
        return found

    @property
    def results(self) -> Iterator[Result]:
        """Every outcome so far, passes included, by resource."""
        for subjects, judging in (
            (self._judged, self._of_resource),
            (self._judged_in_stack, self._of_stack),
            (self._judged_in_change, self._of_change),
        ):
            for subject in subjects:
                for rule in judging.get(subject.type, ()):
                    found = self._found.get((rule.id, subject))
                    yield from found or (Result(rule, subject, Status.PASSED),)

    @property
    def unused(self) -> list[Exemption]:
        """Exemptions that are for this stack, as far as they tell, and covered nothing so far."""
        context = self.configuration.context
        return [
            one
            for one in self.configuration.exemptions
            if one not in self._used and one.concerns(context.stack, context.project)
        ]

    @property
    def notices(self) -> Iterator[str]:
        """What whoever runs the pack must know beside findings, once the stack is judged."""
        configuration = self.configuration
        if configuration.profile != PRODUCTION:
            yield f"The profile is '{configuration.profile}': nothing blocks."
        disabled = [
            one
            for one in configuration.rules
            if configuration.disabled(one) and one.level is not EnforcementLevel.DISABLED
        ]
        if disabled:
            yield f"Rules that are disabled: {', '.join(one.id for one in disabled)}."
        covered = Counter(
            one.exemption
            for found in self._found.values()
            for one in found
            if one.status is Status.EXEMPTED and one.exemption
        )
        if covered:
            lines = [
                f"{one.rule} on {one.resource}: {count}, until {one.expires}, by {one.owner}"
                for one, count in covered.items()
            ]
            yield "\n".join([f"Findings that are exempted: {covered.total()}", *lines])
        for one in self.unused:
            yield f"The exemption of {one.resource} from {one.rule} matches nothing: remove it."

    def _judging(self, rule: Rule) -> dict[str, list[Rule]]:
        if rule.of_change:
            return self._of_change
        return self._of_stack if rule.whole_stack else self._of_resource

    def _judge(
        self, rules: Sequence[Rule], resource: Resource, subject: Subject, stack: Stack
    ) -> list[Result]:
        found = []
        for rule in rules:
            verdict = rule.judge(resource, stack, self._settings[rule.id])
            if verdict.passed:
                if self._found:
                    self._found.pop((rule.id, subject), None)  # it may be judged a second time
            else:
                results = self._weigh(rule, subject, verdict)
                self._found[rule.id, subject] = tuple(results)
                found += results
        return found

    def _weigh(self, rule: Rule, subject: Subject, verdict: Verdict) -> list[Result]:
        results = [self._find(finding, subject) for finding in verdict.findings]
        blocks = self.configuration.undecided_blocks(rule)
        for unknown in verdict.undecided:
            undecided = Result(rule, subject, Status.UNDECIDED, blocks, f"{unknown}.")
            results.append(self._exempt(undecided))
        if verdict.failure:
            blocks = self.configuration.blocks(rule)
            reason = f"Not judged: {verdict.failure}."
            results.append(Result(rule, subject, Status.BROKEN, blocks, reason))
        return results

    def _find(self, finding: Finding, subject: Subject) -> Result:
        blocks = self.configuration.blocks(finding.rule)
        reason, name = finding.reason, finding.name
        return self._exempt(
            Result(finding.rule, subject, Status.FINDING, blocks, reason, finding=name)
        )

    def _exempt(self, result: Result) -> Result:
        covering = [
            one
            for one in self._exemptions.get(result.rule.id, ())
            if one.covers(result.subject.urn, result.finding)
        ]
        self._used.update(covering)
        for one in covering:
            if one.in_force(self.configuration.today):
                return replace(result, status=Status.EXEMPTED, exemption=one, blocks=False)
        return replace(result, exemption=covering[0]) if covering else result
