"""No value of a property reaches whoever reads what the pack says.

A marker is planted in every part of every rule's examples, in the clear and as a secret, and
looked for in everything that leaves the pack. A statement's Sid alone, a label, may be shown, in
the clear.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from policy_pack.aws import BUCKET_POLICIES, KEYS
from policy_pack.catalog import rules
from policy_pack.configuration import FORMATS, PACK
from policy_pack.judge import Result
from policy_pack.rule import UNKNOWN, Findings, Resource, Rule, Severity, finding, rule
from tests.policy_pack.strategies import (
    CALL,
    OUTPUT_SIG,
    Sent,
    changed,
    diagnostics,
    document,
    each_run,
    examples_of,
    parts,
    put,
    secret,
    sent_example,
    serve,
    to_analyze,
    to_analyze_stack,
)

MARKER = "hunter2-marker"
LABELS = {"Sid", "name", "ruleName", "managedRuleGroupName"}
"""What rules show in the clear: labels of statements, and of a firewall's rules."""
REMEDIATED = {one.id: "remediate" for one in rules() if one.remedies}


def said(resources: Sequence[Sent], folder: Path) -> str:
    """Return all that leaves the pack of a run over these resources, but for the mended inputs."""
    files = {form: str(folder / f"report.{form}") for form in FORMATS}
    analyzer = serve(levels=REMEDIATED, properties={PACK: {"reports": files}})
    answers: list[Any] = [analyzer.AnalyzeStack(to_analyze_stack(resources), CALL)]
    for one in resources:
        answers.append(analyzer.Analyze(to_analyze(one), CALL))
        for mended in analyzer.Remediate(to_analyze(one), CALL).remediations:
            mended_inputs = json_format.MessageToDict(mended.properties)
            assert _in_the_clear(mended_inputs) <= _in_the_clear(one.properties)
            mended.ClearField("properties")
            answers.append(mended)
    analyzer.AnalyzeStack(to_analyze_stack(resources), CALL)  # writes the reports of all of it
    texts = [str(answer) for answer in answers]
    texts += [_result(one) for one in analyzer._judge.results]  # noqa: SLF001  reports show them
    texts += [Path(file).read_text("utf-8") for file in files.values()]
    return "\n".join(texts)


def _result(result: Result) -> str:
    return f"{result.reason} {result.finding} {result.subject} {result.exemption}"


def _in_the_clear(value: Any) -> bool:
    """Tell whether a value shows a marker outside of a secret."""
    if isinstance(value, Mapping):
        hidden = value.get(SPECIAL_SIG_KEY) == SPECIAL_SECRET_SIG
        return not hidden and any(map(_in_the_clear, value.values()))
    if isinstance(value, list):
        return any(map(_in_the_clear, value))
    return isinstance(value, str) and MARKER in value


@dataclass(frozen=True)
class Planted:
    """Stacks in one, each with its own marker somewhere, in the clear and as a secret."""

    clear: list[Sent] = field(default_factory=list)
    hidden: list[Sent] = field(default_factory=list)
    stands_under: dict[str, str] = field(default_factory=dict)

    def shown(self, text: str) -> set[str]:
        """Return the names under which the markers stand that a text shows."""
        return {name for marker, name in self.stands_under.items() if marker in text}


def planted(rule: Rule) -> Iterator[Planted]:
    """Plant a marker in each part of each example, and in a property that it does not have.

    Each example's are a stack of their own: what is unknown may refer to anything in its stack.
    """
    for known, example in itertools.product((True, False), examples_of(rule)):
        made = Planted()
        for index, one in enumerate(sent_example(rule, example, "r", known=known)):
            for path, value in (*parts({**one.properties, "added": ""}),):
                if isinstance(value, Mapping | list) and value:
                    continue
                # The nearest that can be secret (in a text nothing can by itself), and all of it.
                depths = {1} if document(one.properties.get(path[0])) else {1, len(path)}
                for depth in depths:
                    count = len(made.stands_under)
                    marker = f"{MARKER}-{count:05}"
                    made.stands_under[marker] = [step for step in path if isinstance(step, str)][-1]
                    resources = sent_example(rule, example, f"r{count}", known=known)
                    like = resources[index]
                    clear = changed({**like.properties, "added": ""}, path, put(marker))
                    made.clear.extend(resources)
                    made.clear[index - len(resources)] = like.with_properties(clear)
                    made.hidden.extend(resources)
                    hidden = changed(clear, path[:depth], secret)
                    made.hidden[index - len(resources)] = like.with_properties(hidden)
        yield made


# Those of change judge what no engine sends: test_changes.py plants markers before and after.
@pytest.mark.parametrize(
    "rule", [one for one in rules() if not one.of_change], ids=lambda rule: rule.id
)
def test_no_value_leaves_the_pack(
    rule: Rule,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for markers in planted(rule):
        assert markers.stands_under
        assert markers.shown(said(markers.clear, tmp_path)) <= LABELS
        assert not markers.shown(said(markers.hidden, tmp_path))
    assert MARKER not in caplog.text
    assert MARKER not in "".join(capfd.readouterr())


def wrapped(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ways in which a document can be secret, in whole or in its labels."""
    statements = [{**one, "Sid": secret(one["Sid"])} for one in document["Statement"]]
    output = {SPECIAL_SIG_KEY: OUTPUT_SIG, "value": json.dumps(document), "secret": True}
    return [
        secret(json.dumps(document)),
        secret(json.dumps(document, ensure_ascii=False)),
        secret(dict(document)),
        secret(secret(dict(document))),
        output,
        {"Statement": statements},
    ]


OPEN = {"Effect": "Allow", "Principal": "*", "Action": "kms:*"}


def reasons(policy: Any) -> list[str]:
    catalog = [one for one in rules() if one.id == "kms-key-not-public"]
    told = diagnostics(serve(catalog), [Sent(KEYS[0], "key", {"policy": policy})])
    return [one.message.split("\nFix: ")[0] for one in told]


def test_sid_is_shown_in_the_clear_so_that_this_file_would_see_a_leak(tmp_path: Path) -> None:
    policy = {"Statement": [{**OPEN, "Sid": MARKER}]}
    assert MARKER in said([Sent(KEYS[0], "key", {"policy": policy})], tmp_path)


@each_run(200)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=150))
def test_no_text_is_shown_as_sid_where_it_is_secret(sid: str) -> None:
    for policy in wrapped({"Statement": [{**OPEN, "Sid": sid}]}):
        assert reasons(policy) == ["The key policy statement '[secret]' allows everyone."]


@each_run(200)
@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=150))
def test_no_printable_text_is_shown_as_sid_where_it_is_secret(sid: str) -> None:
    for policy in wrapped({"Statement": [{**OPEN, "Sid": sid}]}):
        assert reasons(policy) == ["The key policy statement '[secret]' allows everyone."]


@each_run(200)
@given(st.text(max_size=150))
def test_no_sid_forges_a_line_or_steers_a_terminal(sid: str) -> None:
    """A document carries what the wire does not: half of a surrogate pair."""
    for one in (sid, f"S\x1b[2K\r{sid}\nerror: forged\u2028\u202e"):
        (reason,) = reasons(json.dumps({"Statement": [{**OPEN, "Sid": one}]}))
        assert reason.isprintable()
        assert len(reason) < 150


@pytest.mark.parametrize("sid", [[MARKER], {MARKER: MARKER}, {"a": [MARKER]}])
def test_sid_that_is_no_text_is_not_shown(sid: Any) -> None:
    policy = {"Statement": [{**OPEN, "Sid": sid}]}
    for given_ in (policy, json.dumps(policy), secret(policy)):
        assert reasons(given_) == ["The key policy statement 'without Sid' allows everyone."]


KEYED = [
    {"StringEquals": {MARKER: UNKNOWN}},
    {"StringEquals": {MARKER: {}}},
    {MARKER: UNKNOWN},
    {MARKER: "x"},
]


@pytest.mark.parametrize("condition", KEYED)
@pytest.mark.parametrize("wrap", [secret, lambda one: secret(json.dumps(one))])
def test_key_of_a_secret_map_is_not_shown(condition: Any, wrap: Any, tmp_path: Path) -> None:
    policy = {"Statement": [{**OPEN, "Condition": condition}]}
    if UNKNOWN in (*condition.values(), *condition.get("StringEquals", {}).values()):
        wrap = secret  # a text is known or not as a whole
    for type_ in (KEYS[0], BUCKET_POLICIES[0]):
        assert MARKER not in said([Sent(type_, "r", {"policy": wrap(policy)})], tmp_path)


def _rule(check: Any) -> Rule:
    return rule(
        title="A rule",
        types=KEYS,
        severity=Severity.LOW,
        fix="Mend it.",
        controls=(),
        passes=[],
        fails=[],
    )(check)


def shows_in_text(key: Resource) -> Findings:
    yield f"The key is described as {key.get('description')}."


def shows_by_joining(key: Resource) -> Findings:
    yield " ".join(["The key is", key.get("description")])


def shows_the_value_alone(key: Resource) -> Findings:
    yield key.get("description")


def shows_in_a_template(key: Resource) -> Findings:
    yield finding(f"The key is {key.get('description')}, {{name}}.", name="label")


def raises(key: Resource) -> Findings:
    yield from ()
    raise ValueError(key.get("description"))


@pytest.mark.parametrize(
    "check", [shows_in_text, shows_by_joining, shows_the_value_alone, shows_in_a_template]
)
@pytest.mark.parametrize("value", [MARKER, secret(MARKER)], ids=["clear", "secret"])
def test_reason_that_may_hold_a_value_is_withheld(check: Any, value: Any) -> None:
    (told,) = diagnostics(serve([_rule(check)]), [Sent(KEYS[0], "key", {"description": value})])
    assert "withheld" in told.message
    assert MARKER not in str(told)


@pytest.mark.parametrize("value", [MARKER, secret(MARKER)], ids=["clear", "secret"])
def test_text_of_an_exception_is_not_shown(
    value: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (told,) = diagnostics(serve([_rule(raises)]), [Sent(KEYS[0], "key", {"description": value})])
    assert "the rule broke (ValueError in raises" in told.message
    assert MARKER not in f"{told} {caplog.text} {capfd.readouterr()}"
