"""The report in our own format, which docs/reports.md describes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import policy_pack
from policy_pack.configuration import PACK, Configuration
from policy_pack.controls import Control
from policy_pack.exemptions import Exemption
from policy_pack.judge import Judge, Result
from policy_pack.report.outcome import counts, group_by_rule, in_force, served_by, worst_first
from policy_pack.rule import Rule


def as_json(judge: Judge, *, complete: bool) -> str:
    """Return the report in our own format, which docs/reports.md describes."""
    configuration = judge.configuration
    context = configuration.context
    report = {
        "version": 1,
        "tool": {"name": PACK, "version": policy_pack.__version__},
        "complete": complete,
        "organization": context.organization,
        "project": context.project,
        "stack": context.stack,
        "preview": context.preview,
        "profile": configuration.profile,
        "counts": counts(judge.results),
        "controls": _controls(judge),
        "rules": [
            _rule(configuration, rule)
            for rule in sorted(configuration.rules, key=lambda rule: rule.id)
        ],
        "results": [_result(one, configuration.today) for one in worst_first(judge)],
        # Before the end, every exemption is one that covered nothing so far.
        "unusedExemptions": [_exemption(one) for one in judge.unused] if complete else [],
        "notices": list(judge.notices) if complete else [],
    }
    return json.dumps(report, indent=2) + "\n"


def _controls(judge: Judge) -> list[dict[str, Any]]:
    """Count per control that a rule in force serves, also where nothing was there to judge."""
    by_rule = group_by_rule(judge.results)
    serving: dict[Control, list[str]] = {}
    for rule in in_force(judge.configuration):
        for control in served_by(judge.configuration, rule):
            serving.setdefault(control, []).append(rule.id)
    return [
        {
            **_control(control),
            "rules": rules,
            "counts": counts(one for rule in rules for one in by_rule.get(rule, ())),
        }
        for control, rules in sorted(serving.items())
    ]


def _control(control: Control) -> dict[str, str]:
    return {"framework": control.framework, "id": control.id, "level": control.level}


def _rule(configuration: Configuration, rule: Rule) -> dict[str, Any]:
    served = served_by(configuration, rule)
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "level": configuration.level(rule).value,
        "settings": dict(configuration.settings(rule)),
        "controls": [_control(one) for one in served],
        "dropped": [_control(one) for one in rule.served() if one not in served],
        "url": rule.url,
    }


def _result(result: Result, today: date) -> dict[str, Any]:
    exemption = result.exemption
    return {
        "rule": result.rule.id,
        "urn": result.subject.urn,
        "type": result.subject.type,
        "name": result.subject.name,
        "status": result.status.value,
        "blocks": result.blocks,
        "severity": result.rule.severity.value,
        "reason": result.reason,
        "finding": result.finding,
        "exemption": exemption
        and {
            "reason": exemption.reason,
            "owner": exemption.owner,
            "expires": exemption.expires.isoformat(),
            "expired": not exemption.in_force(today),
        },
    }


def _exemption(exemption: Exemption) -> dict[str, str]:
    return {
        "rule": exemption.rule,
        "resource": exemption.resource,
        "finding": exemption.finding,
        "reason": exemption.reason,
        "owner": exemption.owner,
        "expires": exemption.expires.isoformat(),
    }
