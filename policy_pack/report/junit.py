"""The report as JUnit XML, in the form that CI systems share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from policy_pack.configuration import PACK
from policy_pack.judge import Judge, Result, Status
from policy_pack.report.outcome import INCOMPLETE, group_by_rule, in_force, standing
from policy_pack.rule import Rule


def as_junit(judge: Judge, *, complete: bool) -> str:
    """Return the report as JUnit XML: a suite per rule, a case per resource that it judged."""
    configuration = judge.configuration
    by_rule = group_by_rule(judge.results)
    suites = [
        _suite(rule, by_rule.get(rule.id, ()), rule.fix_with(configuration.settings(rule)))
        for rule in in_force(configuration)
    ]
    if not complete:
        unfinished = ET.Element("testsuite", name=PACK)
        case = ET.SubElement(unfinished, "testcase", classname=PACK, name="complete")
        ET.SubElement(case, "error", message=INCOMPLETE)
        suites.append(unfinished)
    root = ET.Element("testsuites", name=PACK)
    root.extend(suites)
    for element in (*suites, root):
        element.set("tests", str(len(element.findall(".//testcase"))))
        for tag, attribute in _OUTCOMES.items():
            element.set(attribute, str(len(element.findall(f".//{tag}"))))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, "unicode")}\n'


_OUTCOMES: Final = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def _suite(rule: Rule, results: Iterable[Result], fix: str) -> ET.Element:
    suite = ET.Element("testsuite", name=rule.id)
    by_urn: dict[str, list[Result]] = {}
    for one in results:
        by_urn.setdefault(one.subject.urn, []).append(one)
    for urn, of_one in sorted(by_urn.items()):
        case = ET.SubElement(suite, "testcase", classname=rule.id, name=_xml(urn))
        # Readers take one outcome for a case: the worst, which then tells all of them.
        failed = sorted(
            (one for one in of_one if one.status is not Status.PASSED),
            key=lambda one: (list(_OUTCOMES).index(_outcome(one)), one.finding, one.reason),
        )
        if failed:
            lines = [f"{standing(one)}: {one.reason}" for one in failed]
            outcome = ET.SubElement(case, _outcome(failed[0]), message=_xml(lines[0]))
            outcome.text = _xml("\n".join([*lines, f"Fix: {fix}"]))
    return suite


def _outcome(result: Result) -> str:
    if result.status is Status.BROKEN:
        return "error"
    if result.blocks:
        return "error" if result.status is Status.UNDECIDED else "failure"
    return "skipped"  # no pass, and nothing that stops anyone


_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
