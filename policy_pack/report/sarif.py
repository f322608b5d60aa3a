"""The report as SARIF 2.1.0, as GitHub's "SARIF support for code scanning" asks for it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pulumi_policy import Severity

import policy_pack
from policy_pack.configuration import PACK, Configuration
from policy_pack.controls import cite
from policy_pack.exemptions import Exemption
from policy_pack.judge import Judge, Result, Status
from policy_pack.report.outcome import INCOMPLETE, in_force, message, served_by, worst_first
from policy_pack.rule import REPOSITORY, Rule

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# GitHub's bands: over 9.0 is critical, from 7.0 high, from 4.0 medium, from 0.1 low.
_SCORES: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_MOST_RESULTS: Final = 25_000  # GitHub refuses a run with more, and includes the worst 5,000
_MOST_TAGS: Final = 10  # GitHub leaves out what goes beyond
_LONGEST_DESCRIPTION: Final = 1024


def as_sarif(judge: Judge, *, complete: bool) -> str:
    """Return the report as SARIF 2.1.0."""
    configuration = judge.configuration
    context = configuration.context
    rules = in_force(configuration)
    index = {rule.id: position for position, rule in enumerate(rules)}
    results = worst_first(judge)
    kept = results[:_MOST_RESULTS]
    told = [INCOMPLETE] if not complete else []
    if len(results) > len(kept):
        left_out = len(results) - len(kept)
        told.append(
            f"{left_out} results are left out, the least severe: a report holds {len(kept)}."
        )
    run = {
        "tool": {
            "driver": {
                "name": PACK,
                "semanticVersion": policy_pack.__version__,
                "informationUri": REPOSITORY,
                "rules": [_descriptor(configuration, rule) for rule in rules],
            }
        },
        # Each stack is a category of its own, or one upload would replace that of another stack.
        "automationDetails": {"id": f"{PACK}/{context.project}/{context.stack}/"},
        "invocations": [
            {
                "executionSuccessful": complete,
                "toolExecutionNotifications": [
                    *(_notification(text, "error") for text in told),
                    *(
                        _notification(message(one), "error")
                        | {"associatedRule": {"id": one.rule.id, "index": index[one.rule.id]}}
                        for one in kept
                        if one.status is Status.BROKEN
                    ),
                ],
                "toolConfigurationNotifications": [
                    _notification(text, "note") for text in (judge.notices if complete else ())
                ],
            }
        ],
        "results": _sarif_results(kept, index, configuration.today),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _descriptor(configuration: Configuration, rule: Rule) -> dict[str, Any]:
    served = served_by(configuration, rule)
    fix = rule.fix_with(configuration.settings(rule))
    controls = cite(served)
    tags = ["security", *sorted({one.framework for one in served})]
    return {
        "id": rule.id,
        "shortDescription": {"text": _shortened(rule.title)},
        "fullDescription": {"text": _shortened(rule.rationale)},
        "help": {
            "text": "\n\n".join(
                [rule.rationale, f"Fix: {fix}", *([f"Controls: {controls}"] if controls else [])]
            ),
            "markdown": "\n\n".join(
                [
                    rule.rationale,
                    f"**Fix:** {fix}",
                    *([f"**Controls:** {controls}"] if controls else []),
                    f"[About this rule]({rule.url})",
                ]
            ),
        },
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": tags[:_MOST_TAGS],
            "precision": "high",
            "security-severity": _SCORES[rule.severity],
        },
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[: _LONGEST_DESCRIPTION - 3]}..."


def _notification(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": text}}


def _sarif_results(
    results: Sequence[Result], index: Mapping[str, int], today: date
) -> list[dict[str, Any]]:
    project = {
        "artifactLocation": {"uri": _project_file()},
        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
    }
    seen: Counter[str] = Counter()
    made = []
    for one in results:
        # GitHub tells results apart by this one fingerprint alone, of hash and occurrence; it would
        # otherwise be that of the line, which is the same for all of them.
        identity = json.dumps([one.rule.id, one.subject.urn, one.finding])
        hashed = hashlib.sha256(identity.encode()).hexdigest()[:32]
        seen[hashed] += 1
        made.append(
            {
                "ruleId": one.rule.id,
                "ruleIndex": index[one.rule.id],
                "kind": "open" if one.status is Status.UNDECIDED else "fail",
                "level": _level(one),
                "message": {"text": message(one)},
                "locations": [
                    {
                        "physicalLocation": project,
                        "logicalLocations": [
                            {
                                "name": one.subject.name,
                                "fullyQualifiedName": one.subject.urn,
                                "kind": "resource",
                            }
                        ],
                    }
                ],
                "partialFingerprints": {"primaryLocationLineHash": f"{hashed}:{seen[hashed]}"},
                # On every result or on none, says the standard: an empty list is not suppressed.
                "suppressions": [_suppression(one.exemption, today)] if one.exemption else [],
                "properties": {
                    "status": one.status.value,
                    "blocks": one.blocks,
                    "severity": one.rule.severity.value,
                },
            }
        )
    return made


def _level(result: Result) -> str:
    match result.status:
        case Status.UNDECIDED:
            return "none"  # by the standard the only level of what is no failure
        case Status.BROKEN:
            return "error"
        case _:
            return _LEVELS[result.rule.severity] if result.blocks else "note"


def _suppression(exemption: Exemption, today: date) -> dict[str, str]:
    in_force = exemption.in_force(today)
    end = "until" if in_force else "expired"
    return {
        "kind": "external",
        "status": "accepted" if in_force else "rejected",
        "justification": f"{exemption.reason} ({exemption.owner}, {end} {exemption.expires})",
    }


def _project_file() -> str:
    """Return where the project's file is, from the repository's root, as a relative URI."""
    here = Path.cwd()
    above = [here, *here.parents]
    root = next((folder for folder in above if (folder / ".git").exists()), here)
    inside = above[: above.index(root) + 1]
    project = next((folder for folder in inside if (folder / "Pulumi.yaml").exists()), here)
    return quote((project / "Pulumi.yaml").relative_to(root).as_posix())
