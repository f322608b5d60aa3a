"""Reports: what a machine reads of a run, and an exported state judged without the engine.

`sarif-2.1.0.schema.json` is the schema of the OASIS standard, SARIF 2.1.0 Plus Errata 01 (28 August
2023), as it stands at the address in its `id`. It cannot prove what GitHub asks beyond the
standard; that is checked here by the properties which "SARIF support for code scanning" names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator
from pulumi_policy import EnforcementLevel
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from policy_pack import report
from policy_pack.aws import BUCKETS, KEYS, LOG_GROUPS, PUBLIC_ACCESS_BLOCKS, TRAILS
from policy_pack.catalog import rules
from policy_pack.configuration import PACK, Configuration, Context, Given
from policy_pack.judge import Judge
from policy_pack.report import files as report_files
from policy_pack.report import junit as junit_report
from policy_pack.report import own_json as json_report
from policy_pack.report import sarif as sarif_report
from policy_pack.rule import UNKNOWN, Resource, Rule, Stack, example_urn

TODAY = date(2026, 6, 1)
KEY, LOG_GROUP, TRAIL = KEYS[0], LOG_GROUPS[0], TRAILS[0]
BUCKET, BLOCK = BUCKETS[0], PUBLIC_ACCESS_BLOCKS[0]
RETENTION, LOGGING, ROTATION = "cloudwatch-log-retention", "cloudtrail-logging", "kms-key-rotation"
BROKEN = "kms-key-broken"
ALL_BLOCKED = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_text("utf-8"))


def rule(id_: str) -> Rule:
    return next(one for one in rules() if one.id == id_)


def break_down(_key: Resource) -> Iterator[str]:
    raise KeyError("hunter2")
    yield ""


def catalog() -> tuple[Rule, ...]:
    """Two rules of the pack, and one that breaks."""
    broken = replace(rule(ROTATION), id=BROKEN, check=break_down)
    return (rule(RETENTION), rule(LOGGING), broken)


def exemption(name: str, expires: str, **more: str) -> dict[str, str]:
    return {
        "resource": f"*::{LOG_GROUP}::{name}",
        "reason": "Moves to the archive.",
        "owner": "payments",
        "expires": expires,
        **more,
    }


EXEMPTIONS = [exemption("old", "2026-07-01"), exemption("lapsed", "2026-05-31")]
UNUSED = exemption("gone", "2026-07-01")
STACK = {
    "short": (LOG_GROUP, {"retentionInDays": 30}),
    "open": (LOG_GROUP, {"retentionInDays": UNKNOWN}),
    "long": (LOG_GROUP, {"retentionInDays": 365}),
    "old": (LOG_GROUP, {"retentionInDays": 30}),
    "lapsed": (LOG_GROUP, {"retentionInDays": 30}),
    "trail": (TRAIL, {"enableLogging": False}),
    "key": (KEY, {}),
}
"""Every status: two findings of retention, one whose exemption has expired; one of logging."""


def judged(
    given: Mapping[str, Given] | None = None,
    stack: Mapping[str, tuple[str, dict[str, Any]]] | None = None,
    *,
    preview: bool = False,
    backwards: bool = False,
) -> Judge:
    if given is None:
        given = {RETENTION: Given(None, {"exemptions": [*EXEMPTIONS, UNUSED]})}
    context = Context("shop", "live", "charity", preview=preview)
    judge = Judge(Configuration(catalog(), context, TODAY, given))
    resources = [
        Resource(type_, name, example_urn(type_, name), properties)
        for name, (type_, properties) in (STACK if stack is None else stack).items()
    ]
    for resource in reversed(resources) if backwards else resources:
        judge.resource(resource)
    judge.stack(Stack(resources))
    return judge


def as_json(judge: Judge, *, complete: bool = True) -> Any:
    return json.loads(json_report.as_json(judge, complete=complete))


def as_sarif(judge: Judge, *, complete: bool = True) -> Any:
    log = json.loads(sarif_report.as_sarif(judge, complete=complete))
    Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return run


def as_junit(judge: Judge, *, complete: bool = True) -> ET.Element:
    return ET.fromstring(junit_report.as_junit(judge, complete=complete))  # noqa: S314  our own


# --- JSON


def test_json_counts_every_status_and_tells_the_run() -> None:
    made = as_json(judged())
    assert made["version"] == 1
    assert made["tool"]["name"] == PACK
    assert made["complete"] is True
    assert [made[key] for key in ("organization", "project", "stack", "profile", "preview")] == [
        "charity",
        "shop",
        "live",
        "production",
        False,
    ]
    assert made["counts"] == {
        "findings": 3,
        "broken": 1,
        "undecided": 1,
        "exempted": 1,
        "passed": 1,
        "blocking": 5,
    }


@pytest.mark.parametrize(
    ("control", "serving", "numbers"),
    [
        (("AWS FSBP", "CloudWatch.16"), [RETENTION], (2, 0, 1, 1, 1, 3)),
        (("OWASP", "A09:2021"), [LOGGING, RETENTION], (3, 0, 1, 1, 1, 4)),
        (("AWS FSBP", "CloudTrail.1"), [LOGGING], (1, 0, 0, 0, 0, 1)),
        (("AWS FSBP", "KMS.4"), [BROKEN], (0, 1, 0, 0, 0, 1)),
    ],
)
def test_json_counts_per_control(
    control: tuple[str, str], serving: list[str], numbers: tuple[int, ...]
) -> None:
    controls = as_json(judged())["controls"]
    one = next(one for one in controls if (one["framework"], one["id"]) == control)
    assert one["rules"] == serving
    assert tuple(one["counts"].values()) == numbers
    order = [(one["framework"], one["id"], one["level"]) for one in controls]
    assert order == sorted(order)


def test_control_with_nothing_to_judge_is_there_and_has_no_pass() -> None:
    controls = as_json(judged({}, {}))["controls"]
    assert len(controls) > 10
    assert not any(any(one["counts"].values()) for one in controls)


def test_json_lists_what_is_no_pass_worst_first() -> None:
    results = as_json(judged())["results"]
    assert [(one["rule"], one["name"], one["status"], one["blocks"]) for one in results] == [
        (LOGGING, "trail", "finding", True),
        (RETENTION, "lapsed", "finding", True),
        (RETENTION, "open", "undecided", True),
        (RETENTION, "short", "finding", True),
        (BROKEN, "key", "broken", True),
        (RETENTION, "old", "exempted", False),
    ]
    assert results[0] == {
        "rule": LOGGING,
        "urn": example_urn(TRAIL, "trail"),
        "type": TRAIL,
        "name": "trail",
        "status": "finding",
        "blocks": True,
        "severity": "critical",
        "reason": "The trail exists but logging is stopped.",
        "finding": "",
        "exemption": None,
    }


def test_json_tells_exemptions_in_force_expired_and_unused() -> None:
    made = as_json(judged())
    by_name = {one["name"]: one["exemption"] for one in made["results"]}
    granted = {"reason": "Moves to the archive.", "owner": "payments"}
    assert by_name["old"] == {**granted, "expires": "2026-07-01", "expired": False}
    assert by_name["lapsed"] == {**granted, "expires": "2026-05-31", "expired": True}
    assert [one["resource"] for one in made["unusedExemptions"]] == [f"*::{LOG_GROUP}::gone"]
    assert any("matches nothing: remove it" in text for text in made["notices"])


def test_looser_threshold_drops_controls_by_name() -> None:
    made = as_json(judged({RETENTION: Given(None, {"days": 90})}))
    by_id = {one["id"]: one for one in made["rules"]}
    retention = by_id[RETENTION]
    assert retention["settings"] == {"days": 90}
    assert [one["framework"] for one in retention["controls"]] == ["OWASP"]
    dropped = {(one["framework"], one["id"]) for one in retention["dropped"]}
    assert {("AWS FSBP", "CloudWatch.16"), ("HIPAA", "164.312(b)")} <= dropped
    assert ("AWS FSBP", "CloudWatch.16") not in {
        (one["framework"], one["id"]) for one in made["controls"]
    }
    assert by_id[LOGGING]["dropped"] == []


def test_disabled_rule_serves_no_control() -> None:
    made = as_json(judged({LOGGING: Given(EnforcementLevel.DISABLED)}))
    disabled = next(one for one in made["rules"] if one["id"] == LOGGING)
    assert disabled["level"] == "disabled"
    assert disabled["controls"] == []
    assert {"AWS FSBP", "OWASP"} <= {one["framework"] for one in disabled["dropped"]}
    assert ("AWS FSBP", "CloudTrail.1") not in {
        (one["framework"], one["id"]) for one in made["controls"]
    }
    assert not any(LOGGING in one["rules"] for one in made["controls"])


# --- SARIF


def test_sarif_describes_rules_as_code_scanning_asks() -> None:
    driver = as_sarif(judged())["tool"]["driver"]
    assert driver["name"] == PACK
    assert driver["semanticVersion"]
    described = {one["id"]: one for one in driver["rules"]}
    assert list(described) == [LOGGING, RETENTION, BROKEN]
    for one in described.values():
        for text in ("shortDescription", "fullDescription"):
            assert 0 < len(one[text]["text"]) <= 1024
        assert one["help"]["text"]
        assert "**Fix:**" in one["help"]["markdown"]
        assert one["helpUri"].endswith(f"#{one['id']}")
        tags = one["properties"]["tags"]
        assert tags[0] == "security"
        assert len(tags) <= 10
        assert one["properties"]["precision"] == "high"
    assert described[LOGGING]["defaultConfiguration"]["level"] == "error"
    assert described[RETENTION]["defaultConfiguration"]["level"] == "warning"
    # GitHub's bands: over 9.0 is critical, from 4.0 to 6.9 medium.
    assert float(described[LOGGING]["properties"]["security-severity"]) > 9
    assert 4 <= float(described[RETENTION]["properties"]["security-severity"]) <= 6.9
    assert "Set retention_in_days to 365 or more." in described[RETENTION]["help"]["text"]


def test_sarif_of_the_whole_pack_is_valid_and_within_limits() -> None:
    judge = Judge(Configuration(rules()))
    described = as_sarif(judge)["tool"]["driver"]["rules"]
    on = {one.id for one in rules() if one.level is not EnforcementLevel.DISABLED}
    assert {one["id"] for one in described} == on
    assert all(len(one["properties"]["tags"]) <= 10 for one in described)
    assert all(len(one["fullDescription"]["text"]) <= 1024 for one in described)


def test_long_description_is_shortened_and_kept_whole_in_the_help() -> None:
    long = replace(rule(LOGGING), rationale="why " * 500)
    (one,) = as_sarif(Judge(Configuration([long])))["tool"]["driver"]["rules"]
    assert len(one["fullDescription"]["text"]) == 1024
    assert "why " * 500 in one["help"]["text"]


def test_sarif_results_by_status() -> None:
    run = as_sarif(judged())
    described = run["tool"]["driver"]["rules"]
    by_name = {}
    for one in run["results"]:
        (location,) = one["locations"]
        (logical,) = location["logicalLocations"]
        assert described[one["ruleIndex"]]["id"] == one["ruleId"]
        assert logical["name"] in one["message"]["text"]
        assert logical["fullyQualifiedName"].endswith(f"::{logical['name']}")
        assert location["physicalLocation"]["region"]["startLine"] == 1
        by_name[logical["name"]] = one
    assert {
        name: (one["kind"], one["level"], [sup["status"] for sup in one["suppressions"]])
        for name, one in by_name.items()
    } == {
        "trail": ("fail", "error", []),
        "short": ("fail", "warning", []),
        "lapsed": ("fail", "warning", ["rejected"]),
        "open": ("open", "none", []),
        "old": ("fail", "note", ["accepted"]),
        "key": ("fail", "error", []),
    }
    (accepted,) = by_name["old"]["suppressions"]
    assert accepted["kind"] == "external"
    assert accepted["justification"] == "Moves to the archive. (payments, until 2026-07-01)"
    (rejected,) = by_name["lapsed"]["suppressions"]
    assert rejected["justification"] == "Moves to the archive. (payments, expired 2026-05-31)"
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    (broken,) = invocation["toolExecutionNotifications"]
    assert broken["level"] == "error"
    assert broken["associatedRule"] == {"id": BROKEN, "index": 2}
    assert run["automationDetails"]["id"] == f"{PACK}/shop/live/"


def test_advice_is_a_note() -> None:
    made = as_sarif(judged({"all": Given(EnforcementLevel.ADVISORY)}))
    levels = {one["properties"]["status"]: one["level"] for one in made["results"]}
    assert levels == {"finding": "note", "undecided": "none", "broken": "error"}


def test_fingerprints_are_stable_and_tell_results_apart() -> None:
    first, again = as_sarif(judged()), as_sarif(judged(backwards=True))
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in first["results"]]
    assert len(set(prints)) == len(prints)
    assert first == again
    # They hold on to rule, resource and finding, whatever becomes of its level.
    advisory = as_sarif(judged({"all": Given(EnforcementLevel.ADVISORY)}))
    assert set(prints) == {
        one["partialFingerprints"]["primaryLocationLineHash"] for one in advisory["results"]
    }


def test_findings_of_one_rule_and_resource_have_fingerprints_of_their_own() -> None:
    def check(_key: Resource) -> Iterator[str]:
        yield "One."
        yield "Two."

    judge = Judge(Configuration([replace(rule(ROTATION), check=check)]))
    judge.resource(Resource(KEY, "key", example_urn(KEY, "key"), {}))
    one, two = (
        made["partialFingerprints"]["primaryLocationLineHash"]
        for made in as_sarif(judge)["results"]
    )
    assert one != two
    assert one.partition(":")[0] == two.partition(":")[0]


@pytest.mark.parametrize(
    ("repository", "project", "here", "uri"),
    [
        (".", "infra/site", "infra/site", "infra/site/Pulumi.yaml"),
        (".", "infra/site", "infra/site/src", "infra/site/Pulumi.yaml"),
        (".", "my infra", "my infra", "my%20infra/Pulumi.yaml"),
        ("infra", "infra", "infra", "Pulumi.yaml"),
        (None, "infra/site", "infra/site", "Pulumi.yaml"),
        ("infra", ".", "infra", "Pulumi.yaml"),  # what is outside of the repository is not named
    ],
)
def test_sarif_points_at_the_project_from_the_repository_root(
    repository: str | None,
    project: str,
    here: str,
    uri: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / here).mkdir(parents=True)
    (tmp_path / project / "Pulumi.yaml").write_text("name: shop\n")
    if repository:
        (tmp_path / repository / ".git").mkdir()
    monkeypatch.chdir(tmp_path / here)
    uris = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in as_sarif(judged())["results"]
    }
    assert uris == {uri}


def test_over_the_limit_the_worst_are_kept_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif_report, "_MOST_RESULTS", 2)
    run = as_sarif(judged())
    assert [one["ruleId"] for one in run["results"]] == [LOGGING, RETENTION]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("4 results are left out")


# --- JUnit


def test_junit_shows_nothing_as_passed_that_did_not_pass() -> None:
    root = as_junit(judged())
    assert [suite.get("name") for suite in root] == [LOGGING, RETENTION, BROKEN]
    outcomes = {
        case.get("name").rpartition("::")[2]: [outcome.tag for outcome in case]
        for case in root.iter("testcase")
    }
    assert outcomes == {
        "trail": ["failure"],
        "short": ["failure"],
        "lapsed": ["failure"],
        "open": ["error"],
        "long": [],
        "old": ["skipped"],
        "key": ["error"],
    }
    retention = root.find(f"testsuite[@name='{RETENTION}']")
    numbers = ("tests", "failures", "errors", "skipped")
    assert [retention.get(key) for key in numbers] == ["5", "2", "1", "1"]
    assert [root.get(key) for key in numbers] == ["7", "3", "2", "1"]
    (skipped,) = root.iter("skipped")
    assert skipped.get("message").startswith("exempted until 2026-07-01 by payments: The log group")


def test_junit_skips_what_does_not_block() -> None:
    root = as_junit(judged({"all": Given(EnforcementLevel.ADVISORY)}, preview=True))
    tags = [outcome.tag for case in root.iter("testcase") for outcome in case]
    assert sorted(tags) == ["error", *["skipped"] * 5]  # a rule that broke has judged nothing
    assert all(outcome.get("message") for outcome in root.iter("skipped"))


def test_junit_case_has_its_worst_outcome_and_tells_all() -> None:
    def check(key: Resource) -> Iterator[str]:
        yield "The first."
        key.get("unknown")

    judge = Judge(Configuration([replace(rule(ROTATION), check=check)]))
    judge.resource(Resource(KEY, "key", example_urn(KEY, "key"), {"unknown": UNKNOWN}))
    (case,) = as_junit(judge).iter("testcase")
    (failure,) = case
    assert failure.tag == "failure"
    assert failure.text.splitlines() == [
        "blocks: The first.",
        "undecided, blocks: 'unknown' of 'key' is not known yet.",
        "Fix: Set enable_key_rotation=True.",
    ]


def test_junit_holds_no_character_that_xml_does_not_allow() -> None:
    name = "a\x00\x1b\ud800<b>\U0001f512"
    root = as_junit(judged({}, {name: (TRAIL, {"enableLogging": False})}))
    (case,) = root.iter("testcase")
    assert case.get("name").endswith("::a\ufffd\ufffd\ufffd<b>\U0001f512")


# --- Writing


def configured(tmp_path: Path) -> tuple[Judge, dict[str, Path]]:
    files = {form: tmp_path / "made" / f"policy.{form}" for form in ("json", "sarif", "junit")}
    given = {PACK: Given(None, {"reports": {form: str(file) for form, file in files.items()}})}
    return judged(given), files


def test_unfinished_run_replaces_an_earlier_report_and_says_so(tmp_path: Path) -> None:
    judge, files = configured(tmp_path)
    report.write(judge, complete=True)
    earlier = files["json"].read_text()
    report.write(judge, complete=False)
    made = json.loads(files["json"].read_text())
    assert made["complete"] is False
    assert made["counts"] == json.loads(earlier)["counts"]
    (run,) = json.loads(files["sarif"].read_text())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    root = ET.parse(files["junit"]).getroot()  # noqa: S314  our own
    assert "did not reach its end" in root.find(f"testsuite[@name='{PACK}']//error").get("message")
    assert int(root.get("errors")) == 3
    report.write(judge, complete=True)
    assert files["json"].read_text() == earlier
    assert sorted(file.name for file in (tmp_path / "made").iterdir()) == [
        "policy.json",
        "policy.junit",
        "policy.sarif",
    ]


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_unfinished_run_is_no_success_where_nothing_was_judged(form: str) -> None:
    judge = judged({RETENTION: Given(None, {"exemptions": EXEMPTIONS})}, {})
    match form:
        case "json":
            made = as_json(judge, complete=False)
            assert made["complete"] is False
            assert made["unusedExemptions"] == []  # none is known to be unused yet
            assert made["notices"] == []
        case "sarif":
            (invocation,) = as_sarif(judge, complete=False)["invocations"]
            (told,) = invocation["toolExecutionNotifications"]
            assert told["level"] == "error"
        case _:
            assert as_junit(judge, complete=False).get("errors") == "1"


def test_report_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge, files = configured(tmp_path)
    report.write(judge, complete=True)
    earlier = files["json"].read_text()

    def fill_the_disk(file: Path, text: str, _encoding: str) -> int:
        with file.open("w") as stream:
            stream.write(text[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        report.write(judge, complete=False)
    assert files["json"].read_text() == earlier
    assert len(list((tmp_path / "made").iterdir())) == 3


def test_reader_of_an_earlier_report_reads_all_of_it(tmp_path: Path) -> None:
    judge, files = configured(tmp_path)
    report.write(judge, complete=True)
    earlier = files["json"].read_text()
    with files["json"].open() as reader:
        report.write(judge, complete=False)
        assert reader.read() == earlier
    assert files["json"].read_text() != earlier


def test_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    given = {PACK: Given(None, {"reports": {"json": str(link)}})}
    report.write(judged(given, {}), complete=True)  # small enough for the pipe to hold it
    assert json.loads(os.read(reader, 1 << 16))["version"] == 1
    os.close(reader)
    assert link.is_symlink()
    assert pipe.is_fifo()


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_report_depends_on_nothing_but_what_was_judged(form: str) -> None:
    make = report_files._WRITERS[form]  # noqa: SLF001  all of them alike
    assert make(judged(), complete=True) == make(judged(backwards=True), complete=True)


# --- An exported state


def exported(*resources: dict[str, Any], version: int = 3) -> str:
    return json.dumps({"version": version, "deployment": {"resources": list(resources)}})


def recorded(type_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:live::shop::{type_}::{name}", "type": type_, "custom": True, **more}


def secret(**value: str) -> dict[str, str]:
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, **value}


ROTATING = recorded(KEY, "right", inputs={"enableKeyRotation": True})
STALE = recorded(KEY, "wrong", inputs={"enableKeyRotation": False})


def report_of(
    state: str, tmp_path: Path, *arguments: str, config: Mapping[str, Any] | None = None
) -> tuple[subprocess.CompletedProcess[str], Any]:
    """Run the command on a state from standard input, and read its JSON."""
    made = tmp_path / "policy.json"
    options = [*arguments, "--json", str(made)]
    if config is not None:
        file = tmp_path / "configuration.json"
        file.write_text(json.dumps(config))
        options += ["--config", str(file)]
    ran = subprocess.run(
        [sys.executable, "-m", "policy_pack", "report", "-", *options],
        input=state,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran, json.loads(made.read_text()) if made.exists() else None


def test_state_that_is_right_passes(tmp_path: Path) -> None:
    ran, made = report_of(exported(ROTATING), tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (made["project"], made["stack"], made["complete"]) == ("shop", "live", True)
    assert made["counts"]["passed"] > 0
    assert made["results"] == []


def test_state_that_is_wrong_blocks_and_is_told_by_rule(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(exported(STALE, recorded(TRAIL, "trail", inputs={"enableLogging": False})))
    ran = subprocess.run(
        [sys.executable, "-m", "policy_pack", "report", str(state)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[:4] == [
        f"{LOGGING} (critical): CloudTrail is switched on",
        f"  blocks: trail ({TRAIL}): The trail exists but logging is stopped.",
        "  Fix: Leave enable_logging out, or use secure_components.AuditTrail.",
        "",
    ]
    at = lines.index(f"{ROTATION} (medium): KMS keys rotate")
    assert lines[at + 1] == f"  blocks: wrong ({KEY}): The key is never rotated."
    assert lines[-1].endswith("blocking")


@pytest.mark.parametrize(
    ("config", "code"),
    [({"all": "advisory"}, 0), ({ROTATION: "disabled"}, 0), ({RETENTION: "advisory"}, 1)],
)
def test_configuration_decides_what_blocks(
    config: dict[str, Any], code: int, tmp_path: Path
) -> None:
    ran, _ = report_of(exported(STALE), tmp_path, config=config)
    assert ran.returncode == code, ran.stdout + ran.stderr


def test_reports_of_the_configuration_are_written_too(tmp_path: Path) -> None:
    sarif, junit = tmp_path / "policy.sarif", tmp_path / "policy.xml"
    config = {PACK: {"reports": {"sarif": str(sarif), "junit": str(tmp_path / "other.xml")}}}
    ran, made = report_of(exported(STALE), tmp_path, "--junit", str(junit), config=config)
    assert ran.returncode == 1
    assert made["counts"]["blocking"] == 1
    Draft4Validator(SCHEMA).validate(json.loads(sarif.read_text()))
    assert ET.parse(junit).getroot().get("failures") == "1"  # noqa: S314  our own
    assert not (tmp_path / "other.xml").exists()


def test_resource_is_judged_by_inputs_and_stack_by_outputs_as_the_engine_does(
    tmp_path: Path,
) -> None:
    key = recorded(
        KEY, "key", inputs={"enableKeyRotation": True}, outputs={"enableKeyRotation": False}
    )
    bucket = recorded(BUCKET, "bucket", id="bucket-1", inputs={}, outputs={})
    block = recorded(BLOCK, "block", inputs={}, outputs={**ALL_BLOCKED, "bucket": "bucket-1"})
    _, made = report_of(exported(key, bucket, block), tmp_path)
    found = {one["rule"] for one in made["results"]}
    assert ROTATION not in found
    assert "s3-public-access-block" not in found
    block["outputs"]["bucket"] = "bucket-2"
    _, made = report_of(exported(key, bucket, block), tmp_path)
    assert "s3-public-access-block" in {one["rule"] for one in made["results"]}


def test_property_dependencies_of_the_state_are_followed(tmp_path: Path) -> None:
    bucket = recorded(BUCKET, "bucket", id="bucket-1")
    block = recorded(
        BLOCK,
        "block",
        outputs={**ALL_BLOCKED, "bucket": secret(ciphertext="v1:x")},
        propertyDependencies={"bucket": [bucket["urn"]], "other": None},
    )
    _, made = report_of(exported(bucket, block), tmp_path)
    assert "s3-public-access-block" not in {one["rule"] for one in made["results"]}


def test_resource_that_is_about_to_be_deleted_is_not_judged(tmp_path: Path) -> None:
    ran, made = report_of(exported(ROTATING, {**STALE, "delete": True}), tmp_path)
    assert ran.returncode == 0
    assert made["results"] == []


def test_encrypted_secret_is_undecided_and_blocks_until_it_is_shown(tmp_path: Path) -> None:
    hidden = recorded(KEY, "key", inputs={"enableKeyRotation": secret(ciphertext="v1:cipher")})
    ran, made = report_of(exported(hidden), tmp_path)
    assert ran.returncode == 1
    assert [(one["rule"], one["status"], one["blocks"]) for one in made["results"]] == [
        (ROTATION, "undecided", True)
    ]
    assert "`--show-secrets` decides them" in ran.stdout
    shown = recorded(KEY, "key", inputs={"enableKeyRotation": secret(plaintext="true")})
    ran, made = report_of(exported(shown), tmp_path)
    assert ran.returncode == 0
    assert "--show-secrets" not in ran.stdout


def test_secret_of_a_state_reaches_no_report(tmp_path: Path) -> None:
    days = secret(plaintext='"hunter2"')
    group = recorded(LOG_GROUP, "logs", inputs={"retentionInDays": days, "kmsKeyId": days})
    files = [tmp_path / "made.sarif", tmp_path / "made.xml"]
    ran, made = report_of(
        exported(group), tmp_path, "--sarif", str(files[0]), "--junit", str(files[1])
    )
    assert RETENTION in {one["rule"] for one in made["results"]}
    written = [ran.stdout, ran.stderr, json.dumps(made), *(file.read_text() for file in files)]
    assert not any("hunter2" in text for text in written)


def test_printed_line_cannot_be_forged(tmp_path: Path) -> None:
    group = recorded(KEY, "a\n0 findings\x1b[2J", inputs={})
    ran, _ = report_of(exported(group), tmp_path)
    assert f"  blocks: a?0 findings?[2J ({KEY}): The key is never rotated." in ran.stdout


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("", "is empty; write it with `pulumi stack export --show-secrets`"),
        ("{", "is no JSON; write it with"),
        ("[]", "is no exported state; write it with"),
        ('{"resources": []}', "is no exported state; write it with"),
        (exported(ROTATING, version=5), "is of a version other than 3 and 4; export it with"),
        ('{"version": 3, "deployment": null}', "deployment is not as an exported state has it"),
        (exported({"urn": "hunter2"}), "deployment.resources.0"),
        (exported(ROTATING | {"urn": "hunter2"}), "deployment.resources.0.urn is not as"),
        (exported(ROTATING | {"inputs": ["hunter2"]}), "deployment.resources.0.inputs is not as"),
        (exported(), "holds no resource, so nothing can be judged; export another"),
        ('{"version": 3, "deployment": {}}', "holds no resource"),
        (exported({**ROTATING, "delete": True}), "holds no resource"),
    ],
)
def test_state_that_cannot_be_judged_is_refused_by_name(
    state: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "state.json"
    file.write_text(state)
    with pytest.raises(report.StateError) as caught:
        report.run(rules(), str(file), None, {})
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_state_of_the_later_version_and_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(exported(ROTATING, version=4), "utf-8-sig")
    assert report.run(rules(), str(file), None, {}) == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.json", None, "missing.json: cannot be read (No such file or directory); write"),
        ("utf16.json", exported(ROTATING).encode("utf-16"), "utf16.json: is no UTF-8 text; write"),
    ],
)
def test_file_that_cannot_be_read_is_refused_by_name(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(report.StateError) as caught:
        report.run(rules(), str(file), None, {})
    assert message in str(caught.value)


def test_standard_input_that_is_no_text_ends_with_two_and_one_line() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "policy_pack", "report", "-"],
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:strict"},
        input=b"\xff\xfe",
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 2
    (line,) = ran.stderr.decode().splitlines()
    assert line.startswith("secure-components: standard input: is no UTF-8 text; write it with")


@pytest.mark.parametrize(
    ("state", "target", "config", "message"),
    [
        ("", "x.json", {}, "secure-components: standard input: is empty; write it with"),
        (exported(STALE), "", {}, "Is a directory"),
        (exported(STALE), "x.json", {"nonsense": "advisory"}, "nonsense: there is no such rule"),
    ],
)
def test_command_that_cannot_judge_ends_with_two_and_one_line(
    state: str, target: str, config: dict[str, Any], message: str, tmp_path: Path
) -> None:
    sarif = str(tmp_path / target)
    ran, _ = report_of(state, tmp_path, "--sarif", sarif, config=config)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert message in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
