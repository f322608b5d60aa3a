"""Rules of change: the tables, the export that tells what was before, and what leaves the pack.

That the engine tells a renamed resource's URN before, and deleted ones not at all, is seen in
`tests/engine/test_changes.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2

from local.cloud.schema import UnknownTypeError, check, resource_schema
from policy_pack import report
from policy_pack.aws import (
    BUCKET_LIFECYCLES,
    BUCKET_LOCKS,
    BUCKETS,
    KEYS,
    LOG_GROUPS,
    PUBLIC_ACCESS_BLOCKS,
    TABLES,
    TRAILS,
)
from policy_pack.catalog import rules
from policy_pack.changes import GUARDS, LOCKS, RETENTIONS, VAULT_LOCKS, Strength
from policy_pack.configuration import (
    FORMATS,
    PACK,
    Configuration,
    ConfigurationError,
    Context,
    Given,
)
from policy_pack.endpoints import LOAD_BALANCERS
from policy_pack.judge import Judge, Status
from policy_pack.program import Verdict as ProgramVerdict
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    Verdict,
    finding,
    rule,
)
from policy_pack.testing import JudgeProgram
from tests.policy_pack.strategies import (
    CALL,
    Sent,
    changed,
    each_run,
    encoded,
    holds_unknown,
    level,
    near,
    parts,
    put,
    secret,
    serve,
    to_analyze_stack,
    urn,
)
from tests.policy_pack.test_fuzz import VALUES

SHORTENED, LIFTED, REMOVED = "retention-not-shortened", "protection-not-lifted", "guard-not-removed"
IDS: Final = (SHORTENED, LIFTED, REMOVED)
RULES: Final = {one.id: one for one in rules() if one.of_change}
ROWS: Final = [
    pytest.param(id_, row, type_, id=f"{type_.rpartition(':')[2]}-{row.name}")
    for id_, table in ((SHORTENED, RETENTIONS), (LIFTED, LOCKS))
    for row in table
    for type_ in row.types
]
LOG_GROUP, BUCKET, BLOCK, TRAIL = LOG_GROUPS[0], BUCKETS[0], PUBLIC_ACCESS_BLOCKS[0], TRAILS[0]
Properties = Mapping[str, Any]


def judged(
    id_: str, type_: str, before: Properties, now: Properties | None, *, was: str = ""
) -> Verdict:
    """Judge what became of a resource, by one rule."""
    earlier = Resource(was or type_, "one", urn(was or type_, "one"), before)
    aliases = [earlier.urn] if was else []
    made = [] if now is None else [Resource(type_, "one", urn(type_, "one"), now, aliases=aliases)]
    return RULES[id_].judge(earlier, Stack(made, None, Stack([earlier])))


def names(verdict: Verdict) -> list[str]:
    return [one.name for one in verdict.findings]


# --- The tables


@pytest.mark.parametrize(("id_", "row", "type_"), ROWS)
def test_each_row_is_found_where_it_is_weakened_alone(id_: str, row: Strength, type_: str) -> None:
    assert row.name in names(judged(id_, type_, row.strong, row.weak))
    for before, now in ((row.weak, row.strong), (row.strong, row.strong), (row.weak, row.weak)):
        assert judged(id_, type_, before, now).passed
    assert judged(id_, type_, row.strong, None).passed
    if row.weak:  # else it is enough that it is set
        assert judged(id_, type_, row.strong, dict.fromkeys(row.strong, UNKNOWN)).undecided
        assert judged(id_, type_, dict.fromkeys(row.strong, UNKNOWN), row.weak).undecided


@pytest.mark.parametrize(("id_", "row", "type_"), ROWS)
def test_what_a_row_reads_is_an_input_of_the_provider(id_: str, row: Strength, type_: str) -> None:
    assert type_ in RULES[id_].types
    try:
        schema = resource_schema(type_)
    except UnknownTypeError:
        assert type_ in LOAD_BALANCERS[2:]  # older names of a type, which the SDK has no longer
        return
    wrong = [
        one for one in check(schema, {**row.weak, **row.strong}) if "required" not in one.reason
    ]
    assert not wrong


@pytest.mark.parametrize("type_", GUARDS)
def test_what_a_guard_names_is_an_input_of_the_provider(type_: str) -> None:
    assert set(GUARDS[type_]) <= set(resource_schema(type_).inputs)


@pytest.mark.parametrize("type_", GUARDS)
def test_each_guard_is_missed_unless_it_goes_with_what_it_guards(type_: str) -> None:
    bucket = Resource(BUCKET, "data", urn(BUCKET, "data"), {})
    assert judged(REMOVED, type_, {}, {}).passed
    assert judged(REMOVED, type_, {}, None).findings
    for name in GUARDS[type_]:
        guard = Resource(type_, "guard", urn(type_, "guard"), {}, {name: [bucket.urn]})
        previous = Stack([guard, bucket])
        assert RULES[REMOVED].judge(guard, Stack([bucket], None, previous)).findings
        assert RULES[REMOVED].judge(guard, Stack([], None, previous)).passed


def lifecycle(*expiries: Properties, status: str = "Enabled") -> Properties:
    return {"rules": [{"id": f"r{i}", "status": status, **one} for i, one in enumerate(expiries)]}


def days(number: int) -> Properties:
    return {"expiration": {"days": number}}


def lock(**retention: Any) -> Properties:
    return {"rule": {"defaultRetention": retention}}


LIFECYCLE, LOCK = BUCKET_LIFECYCLES[0], BUCKET_LOCKS[0]
EXPIRES, NONCURRENT = "rules.expiration", "rules.noncurrentVersionExpiration"


@pytest.mark.parametrize(
    ("type_", "before", "now", "found"),
    [
        (LOG_GROUP, {}, {"retentionInDays": 3653}, ["retentionInDays"]),
        (LOG_GROUP, {"retentionInDays": 3653}, {"retentionInDays": 0}, []),
        (LOG_GROUP, {"retentionInDays": 400.0}, {"retentionInDays": "365"}, ["retentionInDays"]),
        (KEYS[0], {}, {"deletionWindowInDays": 29}, ["deletionWindowInDays"]),
        (KEYS[0], {"deletionWindowInDays": 30}, {}, []),
        (TABLES[0], {"pointInTimeRecovery": {"enabled": True}}, {}, []),  # of the other rule
        (LIFECYCLE, {}, lifecycle(days(3650)), [EXPIRES]),
        (LIFECYCLE, lifecycle(days(7)), {}, []),
        (LIFECYCLE, lifecycle(days(400)), lifecycle(days(400), days(7)), [EXPIRES]),
        (LIFECYCLE, lifecycle(days(400)), lifecycle(days(7), status="Disabled"), []),
        (LIFECYCLE, lifecycle(days(7), status="Disabled"), lifecycle(days(7)), [EXPIRES]),
        (LIFECYCLE, lifecycle(days(400)), lifecycle({"expiration": {"days": 0}}), []),
        (
            LIFECYCLE,
            lifecycle(days(1)),
            lifecycle({"expiration": {"date": "2027-01-01T00:00:00Z"}}),
            [EXPIRES],
        ),
        (
            LIFECYCLE,
            lifecycle(days(400)),
            lifecycle(days(400) | {"noncurrentVersionExpiration": {"noncurrentDays": 1}}),
            [NONCURRENT],
        ),
        (LOCK, lock(mode="GOVERNANCE", years=1), lock(mode="GOVERNANCE", days=365), []),
        (LOCK, lock(days=366), lock(years=1), ["rule.defaultRetention"]),
        (LOCK, lock(days=366), {}, ["rule.defaultRetention"]),
        (LOCK, lock(days=366), {"rule": [lock(days=365)["rule"]]}, ["rule.defaultRetention"]),
    ],
)
def test_time_is_compared_as_the_resource_means_it(
    type_: str, before: Properties, now: Properties, found: list[str]
) -> None:
    assert names(judged(SHORTENED, type_, before, now)) == found


STATUS, MFA = "versioningConfiguration.status", "versioningConfiguration.mfaDelete"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"


@pytest.mark.parametrize(
    ("type_", "before", "now", "found"),
    [
        (TRAIL, {}, {"enableLogging": False}, ["enableLogging"]),
        (TRAIL, {"isMultiRegionTrail": True, "enableLogging": True}, {}, ["isMultiRegionTrail"]),
        (BUCKET, {}, {"forceDestroy": True}, ["forceDestroy"]),
        (BUCKET, {"forceDestroy": False}, {}, []),
        (LOCK, lock(mode="COMPLIANCE"), lock(mode="GOVERNANCE"), ["rule.defaultRetention.mode"]),
        (LOCK, lock(mode="GOVERNANCE"), {}, ["rule.defaultRetention.mode"]),
        (VAULT_LOCKS[0], {"changeableForDays": 3}, {"minRetentionDays": 7}, ["changeableForDays"]),
        (VAULT_LOCKS[0], {"changeableForDays": 3}, {"changeableForDays": UNKNOWN}, []),
        (
            VERSIONING,
            {"versioningConfiguration": {"status": "Enabled", "mfaDelete": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended", "mfaDelete": ""}},
            [STATUS, MFA],
        ),
        (VERSIONING, {"versioningConfiguration": {"status": "Suspended"}}, {}, [STATUS]),
        (
            TABLES[0],
            {"pointInTimeRecovery": {"enabled": True}},
            {},
            ["pointInTimeRecovery.enabled"],
        ),
    ],
)
def test_protection_is_compared_as_the_resource_means_it(
    type_: str, before: Properties, now: Properties, found: list[str]
) -> None:
    assert names(judged(LIFTED, type_, before, now)) == found


@pytest.mark.parametrize("broken", ["before", "now"])
def test_choice_that_is_not_known_is_found_and_not_taken_for_any(broken: str) -> None:
    right = {"versioningConfiguration": {"status": "Enabled"}}
    wrong = {"versioningConfiguration": {"status": "Perhaps"}}
    before, now = (wrong, right) if broken == "before" else (right, wrong)
    (told,) = judged(LIFTED, VERSIONING, before, now).findings
    assert told.reason == (
        f"'{STATUS}' of 'one' is not one of the choices that are known, so it cannot be judged."
    )


def test_setting_is_compared_over_a_changed_type() -> None:
    old, new = BUCKET_LIFECYCLES[1], BUCKET_LIFECYCLES[0]
    verdict = judged(SHORTENED, new, lifecycle(days(400)), lifecycle(days(7)), was=old)
    assert names(verdict) == [EXPIRES]


# --- What was before, by an export


def record(type_: str, name: str, outputs: Properties, **more: Any) -> dict[str, Any]:
    made = {key: secret_value(value) for key, value in encoded(outputs).items()}
    return {"urn": urn(type_, name), "type": type_, "outputs": made, **more}


def secret_value(value: Any) -> Any:
    """Return a value as an export with `--show-secrets` has it."""
    if isinstance(value, Mapping) and value.keys() == secret("").keys():
        kept = {key: one for key, one in value.items() if key != "value"}
        return {**kept, "plaintext": json.dumps(value["value"])}
    if isinstance(value, Mapping):
        return {key: secret_value(one) for key, one in value.items()}
    return [secret_value(one) for one in value] if isinstance(value, list) else value


def export(folder: Path, *records: Mapping[str, Any], **more: Any) -> str:
    file = folder / "previous.json"
    state = {"version": 3, "deployment": {"resources": list(records)}, **more}
    file.write_text(json.dumps(state), "utf-8")
    return str(file)


def told(
    previous: str | None,
    resources: Sequence[Sent],
    aliases: Mapping[str, str] | None = None,
    properties: Mapping[str, Any] | None = None,
) -> list[tuple[str, str, str]]:
    """Return rule, URN and level of what the analyzer answers about a stack."""
    own = {} if previous is None else {PACK: {"previous": previous}}
    analyzer = serve(list(RULES.values()), properties={**own, **(properties or {})})
    request = to_analyze_stack(resources)
    for one in request.resources:
        one.options.aliases.extend([aliases[one.name]] if one.name in (aliases or {}) else [])
    answer = analyzer.AnalyzeStack(request, CALL)
    return [(one.policyName, one.urn, level(one)) for one in answer.diagnostics]


LOGS = Sent(LOG_GROUP, "logs", {"retentionInDays": 400})
LONGER = record(LOG_GROUP, "logs", {"retentionInDays": 2557})


def test_change_is_judged_by_an_export_and_without_one_not_at_all(tmp_path: Path) -> None:
    previous = export(tmp_path, LONGER)
    assert told(previous, [LOGS]) == [(SHORTENED, LOGS.urn, "mandatory")]
    assert told(None, [LOGS]) == []


def test_what_is_gone_is_told_by_the_urn_that_it_had(tmp_path: Path) -> None:
    previous = export(tmp_path, record(TRAIL, "audit", {}), LONGER)
    assert told(previous, []) == [(REMOVED, urn(TRAIL, "audit"), "mandatory")]


def test_resource_that_was_about_to_be_deleted_is_not_missed(tmp_path: Path) -> None:
    assert told(export(tmp_path, record(TRAIL, "audit", {}, delete=True)), []) == []


def test_resource_that_was_only_read_is_not_missed(tmp_path: Path) -> None:
    assert told(export(tmp_path, record(TRAIL, "audit", {}, external=True)), []) == []


def test_alias_tells_what_a_resource_was(tmp_path: Path) -> None:
    previous = export(tmp_path, LONGER, record(TRAIL, "audit", {}))
    renamed = [Sent(LOG_GROUP, "records", {"retentionInDays": 400}), Sent(TRAIL, "trail", {})]
    aliases = {"records": LOGS.urn, "trail": urn(TRAIL, "audit")}
    assert told(previous, renamed, aliases) == [(SHORTENED, renamed[0].urn, "mandatory")]
    assert told(previous, renamed) == [(REMOVED, urn(TRAIL, "audit"), "mandatory")]


def test_urn_goes_before_an_alias(tmp_path: Path) -> None:
    previous = export(tmp_path, LONGER)
    both = [LOGS, Sent(LOG_GROUP, "other", {"retentionInDays": 2557})]
    for order in (both, both[::-1]):
        assert told(previous, order, {"other": LOGS.urn}) == [(SHORTENED, LOGS.urn, "mandatory")]


@pytest.mark.parametrize(
    ("sources", "present", "found"),
    [
        (["data"], [], False),
        (["data"], ["data"], True),
        (["data", "other"], ["other"], True),
        ([], [], True),  # it names its bucket by a literal: the bucket may be anywhere
    ],
)
def test_guard_may_go_with_all_that_it_guards(
    sources: list[str], present: list[str], found: bool, tmp_path: Path
) -> None:
    block = record(
        BLOCK,
        "block",
        {"bucket": "data-1"},
        propertyDependencies={"bucket": [urn(BUCKET, one) for one in sources], "other": None},
    )
    buckets = [record(BUCKET, one, {}) for one in ("data", "other")]
    left = [Sent(BUCKET, one, {}) for one in present]
    expected = [(REMOVED, urn(BLOCK, "block"), "mandatory")] if found else []
    assert told(export(tmp_path, block, *buckets), left) == expected


def test_wanted_change_is_exempted_by_the_name_of_its_setting(tmp_path: Path) -> None:
    entry = {"reason": "Agreed.", "owner": "payments", "expires": "2000-01-01"}
    previous = export(tmp_path, LONGER, record(TRAIL, "audit", {}))
    configuration = Configuration(
        rules(),
        Context("project", "dev"),
        given={
            PACK: Given(values={"previous": previous}),
            SHORTENED: Given(
                values={"exemptions": [lasting(entry, LOGS.urn, finding="retentionInDays")]}
            ),
            REMOVED: Given(values={"exemptions": [lasting(entry, urn(TRAIL, "audit"))]}),
        },
    )
    judge = Judge(configuration)
    now = Resource(LOG_GROUP, "logs", LOGS.urn, LOGS.properties)
    judge.stack(Stack([now], configuration.today, configuration.previous))
    changes = {one.rule.id: one for one in judge.results if one.rule.of_change}
    assert {one.status for one in changes.values()} == {Status.EXEMPTED, Status.PASSED}
    assert changes[SHORTENED].status is changes[REMOVED].status is Status.EXEMPTED
    assert not judge.unused


def lasting(entry: Mapping[str, str], resource: str, **more: str) -> dict[str, str]:
    today = Configuration(()).today
    return {**entry, "resource": resource, "expires": today.isoformat(), **more}


def test_no_pass_is_claimed_for_what_was_not_compared(tmp_path: Path) -> None:
    def results(previous: str | None) -> list[tuple[str, str]]:
        given = {} if previous is None else {PACK: Given(values={"previous": previous})}
        configuration = Configuration(rules(), Context("project", "dev"), given=given)
        judge = Judge(configuration)
        group = Resource(LOG_GROUP, "logs", LOGS.urn, {"retentionInDays": 2557})
        judge.stack(Stack([group], configuration.today, configuration.previous))
        return [(one.rule.id, one.status) for one in judge.results if one.rule.of_change]

    assert results(None) == []
    assert results(export(tmp_path)) == []
    assert set(results(export(tmp_path, LONGER))) == {(SHORTENED, "passed"), (LIFTED, "passed")}


# --- What cannot be compared with


NAMED = record(LOG_GROUP, "logs", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read (No such file or directory); write it with `pulumi stack export"),
        ("", "is empty; write it with `pulumi stack export --file"),
        ("{", "is no JSON; write it with"),
        ("[]", "is no exported state; write it with"),
        (json.dumps({"version": 2, "deployment": {}}), "is of a version other than 3 and 4;"),
        (json.dumps({"version": 3, "deployment": []}), "deployment is not as an exported state"),
        (
            json.dumps({"version": 3, "deployment": {"resources": [{"urn": "hunter2"}]}}),
            "deployment.resources.0",
        ),
        *(
            (
                json.dumps(
                    {
                        "version": 3,
                        "deployment": {
                            "resources": [NAMED, {**NAMED, "urn": NAMED["urn"].replace(*other)}]
                        },
                    }
                ),
                "is of another stack than dev of project; write it with",
            )
            for other in (("dev", "live"), ("project", "shop"))
        ),
    ],
)
def test_export_that_cannot_be_used_stops_the_run_by_name(
    text: str | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "previous.json"
    if text is not None:
        file.write_text(text)
    given_ = {PACK: Given(values={"previous": str(file)})}
    with pytest.raises(ConfigurationError) as caught:
        Configuration(rules(), Context("project", "dev"), given=given_)
    assert str(caught.value).startswith(f"{PACK}.previous: {file}: ")
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(AssertionError, match="INVALID_ARGUMENT"):  # what ends the engine's run
        serve(properties={PACK: {"previous": str(file)}})


@pytest.mark.parametrize("previous", ["", 1, None])
def test_export_without_a_name_is_refused(previous: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"{PACK}\.previous: "):
        Configuration(rules(), given={PACK: Given(values={"previous": previous})})


@pytest.mark.parametrize("deployment", [{}, {"resources": None}, {"resources": []}])
def test_stack_that_was_never_deployed_has_nothing_to_compare_with(
    deployment: dict[str, Any], tmp_path: Path
) -> None:
    assert told(export(tmp_path, deployment=deployment), [LOGS]) == []


def test_encrypted_value_of_before_is_undecided(tmp_path: Path) -> None:
    hidden = {**secret(""), "ciphertext": "v1:hunter2"}
    del hidden["value"]
    previous = export(tmp_path, {**LONGER, "outputs": {"retentionInDays": hidden}})
    assert told(previous, [LOGS]) == [(SHORTENED, LOGS.urn, "advisory")]


# --- The other ways to judge


def test_two_exports_are_compared_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    previous = export(tmp_path, LONGER, record(TRAIL, "audit", {}))
    state, config = tmp_path / "state.json", tmp_path / "config.json"
    now = record(LOG_GROUP, "logs", {"retentionInDays": 400}, inputs={"retentionInDays": 400})
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [now]}}))
    only = {"all": "disabled", **dict.fromkeys(IDS, "mandatory")}
    own = {"enforcementLevel": "advisory", "previous": previous}
    config.write_text(json.dumps({**only, PACK: own}))
    assert report.run(rules(), str(state), config, {}) == 1
    printed = capsys.readouterr().out
    assert f"  blocks: logs ({LOG_GROUP}): 'retentionInDays' lets go sooner" in printed
    assert f"  blocks: audit ({TRAIL}): The Trail 'audit' is taken away." in printed
    config.write_text(json.dumps(only))
    assert report.run(rules(), str(state), config, {}) == 0


def test_program_is_compared_in_a_teams_own_test(
    judge_program: JudgeProgram, tmp_path: Path
) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("logs", retention_in_days=400)

    def found(previous: str | None) -> set[str]:
        own = {} if previous is None else {PACK: {"previous": previous}}
        verdict: ProgramVerdict = judge_program(
            program, stack="dev", project="project", configuration=own
        )
        return {one.rule.id for one in verdict.findings} & {*IDS}

    assert found(export(tmp_path, LONGER)) == {SHORTENED}
    assert found(None) == set()


# --- What leaves the pack


MARKER: Final = "hunter2-marker"


def cases(id_: str) -> Iterator[tuple[str, Properties, Properties]]:
    for example in (*RULES[id_].passes, *RULES[id_].fails):
        for type_, *states in example.values():
            before, now = (one or {} for one in states)
            known = [dict(encoded(one)) if not holds_unknown(one) else {} for one in (before, now)]
            yield type_, *({**one, "added": ""} for one in known)


@pytest.mark.parametrize("id_", [SHORTENED, LIFTED])
@pytest.mark.parametrize("wrap", [lambda value: value, secret], ids=["clear", "secret"])
def test_no_value_of_before_or_now_leaves_the_pack(id_: str, wrap: Any, tmp_path: Path) -> None:
    files = {form: str(tmp_path / f"report.{form}") for form in FORMATS}
    for type_, before, now in cases(id_):
        for place, properties in enumerate((before, now)):
            for path, _ in (*parts(properties),):
                states = [before, now]
                states[place] = changed(properties, path, put(wrap(MARKER)))
                previous = export(tmp_path, record(type_, "one", states[0]))
                own = {PACK: {"previous": previous, "reports": files}}
                analyzer = serve([RULES[id_]], properties=own)
                request = to_analyze_stack([Sent(type_, "one", states[1])])
                said = [str(analyzer.AnalyzeStack(request, CALL))]
                said += [Path(file).read_text("utf-8") for file in files.values()]
                assert not any(MARKER in text for text in said), (path, place)


def shows_a_label(earlier: Resource, now: Resource | None, _stack: Stack) -> Findings:
    """Why."""
    assert now is not None
    yield finding("It was {was}, and is {name}.", name=now.get("name"), was=earlier.get("name"))


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        ("a-label", "another", "It was a-label, and is another."),
        (secret("a-label"), "another", "It was [secret], and is another."),
        ("a-label", secret("another"), "It was a-label, and is [secret]."),
        ("another", secret("another"), "It was [secret], and is [secret]."),
    ],
)
def test_label_that_is_a_secret_before_or_now_is_not_shown(
    before: Any, now: Any, reason: str, tmp_path: Path
) -> None:
    made = rule(
        title="A rule",
        types=KEYS,
        severity=Severity.LOW,
        fix="Mend it.",
        controls=(),
        passes=[],
        fails=[],
    )(shows_a_label)
    previous = export(tmp_path, record(KEYS[0], "key", {"name": before}))
    analyzer = serve([made], properties={PACK: {"previous": previous}})
    request = to_analyze_stack([Sent(KEYS[0], "key", {"name": now})])
    (answer,) = analyzer.AnalyzeStack(request, CALL).diagnostics
    assert answer.message.splitlines()[0] == reason


@pytest.mark.parametrize("id_", IDS)
def test_anything_before_and_now_is_judged(id_: str, tmp_path: Path) -> None:
    """No rule breaks, whatever an export and the engine tell."""
    guards: list[tuple[str, Properties, Properties]] = [
        (type_, dict.fromkeys(names, "x"), {}) for type_, names in GUARDS.items()
    ]
    examples = list(guards if id_ == REMOVED else cases(id_))

    @each_run(60)
    @given(st.sampled_from(examples), st.data())
    def judge(example: tuple[str, Properties, Properties], data: st.DataObject) -> None:
        type_, *states = example
        before, now = (data.draw(near(one, VALUES)) for one in states)
        previous = export(tmp_path, record(type_, "one", before))
        analyzer = serve([RULES[id_]], properties={PACK: {"previous": previous}})
        request = analyzer_pb2.AnalyzeStackRequest()
        if data.draw(st.booleans()):
            request = to_analyze_stack([Sent(type_, "one", now)])
        answer = analyzer.AnalyzeStack(request, CALL)
        assert not [one for one in answer.diagnostics if one.message.startswith("Not judged")]

    judge()
