"""The same rules as a stock `pulumi_policy.PolicyPack`, as one would write them with the SDK."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policy_pack.configuration import PACK
from policy_pack.rule import UNKNOWN, Resource, Rule, Stack, Verdict


def serve(rules: Iterable[Rule]) -> None:
    """Serve the rules to the engine until it goes away. All of them block."""
    PolicyPack(PACK, [policy(rule) for rule in rules], EnforcementLevel.MANDATORY)


def policy(rule: Rule) -> Policy:
    """Return the stock policy that judges by a rule."""
    described: dict[str, Any] = {
        "name": rule.id,
        "description": rule.title,
        "display_name": rule.title,
        "severity": rule.severity,
        "remediation_steps": rule.fix,
        "tags": sorted({control.framework for control in rule.served()}),
    }
    if rule.whole_stack:

        def judge_stack(args: StackValidationArgs, report: ReportViolation) -> None:
            stack = Stack([_resource(resource) for resource in args.resources])
            # The SDK tells nothing of what was before, which is what a rule of change judges.
            subjects = [] if rule.of_change else stack.of_type(*rule.types)
            _report([rule.judge(resource, stack) for resource in subjects], subjects, report)

        return StackValidationPolicy(validate=judge_stack, **described)

    def judge_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.types:
            resource = Resource(args.resource_type, args.name, args.urn, _plain(args.props))
            _report([rule.judge(resource, Stack([resource]))], [resource], report)

    return ResourceValidationPolicy(validate=judge_resource, **described)


def _report(
    verdicts: Sequence[Verdict], subjects: Sequence[Resource], report: ReportViolation
) -> None:
    for verdict, resource in zip(verdicts, subjects, strict=True):
        for finding in verdict.findings:
            report(finding.reason, resource.urn)
        if verdict.failure:
            report(f"{verdict.failure}, so the resource is not judged", resource.urn)
    undecided = [unknown for verdict in verdicts for unknown in verdict.undecided]
    if undecided and all(not (verdict.findings or verdict.failure) for verdict in verdicts):
        # The stock SDK shows this as "can't run policy" and judges again during `up`. It has no
        # second way to tell it beside findings, which block in any case.
        first = undecided[0]
        raise UnknownValueError(UNKNOWN_STRING_VALUE, [first.resource, first.property])


def _resource(resource: PolicyResource) -> Resource:
    dependencies = {
        property_: [source.urn for source in sources]
        for property_, sources in resource.property_dependencies.items()
    }
    return Resource(
        resource.resource_type, resource.name, resource.urn, _plain(resource.props), dependencies
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  properties are JSON
    """Unwrap the SDK's proxies, which raise on every look at an unknown value."""
    if isinstance(value, Mapping):
        return {key: _read(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_read(value, index) for index in range(len(value))]
    return value


def _read(container: Any, key: Any) -> Any:  # noqa: ANN401  properties are JSON
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN
