"""The Analyzer protocol over real gRPC, as the engine speaks it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policy_pack import analyzer
from policy_pack.aws import BUCKETS, KEYS, LOG_GROUPS, PUBLIC_ACCESS_BLOCKS, TRAILS
from policy_pack.catalog import rules
from policy_pack.configuration import PACK
from policy_pack.properties import from_struct
from policy_pack.rule import Findings, Resource, Rule, Severity, Stack, rule

KEY, BUCKET, BLOCK = KEYS[0], BUCKETS[0], PUBLIC_ACCESS_BLOCKS[0]
LOG_GROUP = LOG_GROUPS[0]  # which no rule joins with anything
UNKNOWN = UNKNOWN_STRING_VALUE
TODAY = datetime.now(UTC).date()
ALL_BLOCKED = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
Serve = Callable[..., analyzer_pb2_grpc.AnalyzerStub]


def secret(value: object) -> dict[str, object]:
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve rules over gRPC, configured as the engine does it."""
    ends: list[Callable[[], object]] = []

    def serve_(
        catalog: Sequence[Rule] | None = None,
        given: Mapping[str, Any] | None = None,
        *,
        preview: bool = True,
    ) -> analyzer_pb2_grpc.AnalyzerStub:
        server = grpc.server(
            futures.ThreadPoolExecutor(max_workers=1), options=analyzer.GRPC_OPTIONS
        )
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server(
            analyzer.Analyzer(rules() if catalog is None else catalog), server
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_send_message_length", -1)]
        )
        ends.extend([channel.close, lambda: server.stop(grace=None)])
        stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        stub.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(
                project="project", stack="dev", dry_run=preview
            )
        )
        if given is not None:
            configure(stub, given)
        return stub

    yield serve_
    for end in ends:
        end()


def configure(stub: analyzer_pb2_grpc.AnalyzerStub, given: Mapping[str, Any]) -> None:
    """Configure as the engine does: it fills in each policy's level."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy, values in given.items():
        level = values.get("enforcementLevel", "mandatory").upper()
        request.policyConfig[policy].enforcementLevel = analyzer_pb2.EnforcementLevel.Value(level)
        rest = {key: value for key, value in values.items() if key != "enforcementLevel"}
        request.policyConfig[policy].properties.update(rest)
    stub.Configure(request)


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::project::{type_}::{name}"


def resource(type_: str, name: str, **properties: Any) -> analyzer_pb2.AnalyzeRequest:
    request = analyzer_pb2.AnalyzeRequest(type=type_, name=name, urn=urn(type_, name))
    request.properties.update(properties)
    return request


def stack(
    *resources: tuple[str, str, Mapping[str, Any]],
    dependencies: Mapping[tuple[str, str], str] | None = None,
) -> analyzer_pb2.AnalyzeStackRequest:
    """Build a stack; `dependencies` maps name and property to the URN that it comes from."""
    request = analyzer_pb2.AnalyzeStackRequest()
    for type_, name, properties in resources:
        one = request.resources.add(type=type_, name=name, urn=urn(type_, name))
        one.properties.update(properties)
        for (owner, property_), source in (dependencies or {}).items():
            if owner == name:
                one.propertyDependencies[property_].urns.append(source)
    return request


def told(answer: analyzer_pb2.AnalyzeResponse) -> list[tuple[str, str, str]]:
    """Return rule, resource's name and level of each diagnostic, in order."""
    return [
        (
            one.policyName,
            one.urn.rpartition("::")[2],
            analyzer_pb2.EnforcementLevel.Name(one.enforcementLevel).lower(),
        )
        for one in answer.diagnostics
    ]


def make(check: Callable[..., Findings], id_: str, types: Sequence[str] = KEYS) -> Rule:
    made = rule(
        title=id_,
        types=types,
        severity=Severity.HIGH,
        fix="Mend it.",
        controls=(),
        passes=[],
        fails=[],
    )(check)
    object.__setattr__(made, "id", id_)
    return made


PUBLIC_KEY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"}}'


def test_finding_before_an_unknown_value_blocks_and_the_unknown_is_listed(serve: Serve) -> None:
    document = {
        "Statement": [
            {"Sid": "Open", "Effect": "Allow", "Principal": UNKNOWN},
            {"Sid": "Everyone", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"},
        ]
    }
    answer = serve().Analyze(resource(KEY, "key", enableKeyRotation=UNKNOWN, policy=document))
    assert sorted(told(answer)) == [
        ("kms-key-not-public", "key", "advisory"),
        ("kms-key-not-public", "key", "mandatory"),
        ("kms-key-rotation", "key", "advisory"),
        ("kms-policy-source-bound", "key", "advisory"),
        ("resource-policy-named-actions", "key", "advisory"),
    ]
    messages = {one.message.splitlines()[0] for one in answer.diagnostics}
    assert "The key policy statement 'Everyone' allows everyone." in messages
    assert "Undecided: 'enableKeyRotation' of 'key' is not known yet." in messages
    assert "Undecided: 'policy.Statement.0.Principal' of 'key' is not known yet." in messages
    assert any("judged again at `up`" in one.message for one in answer.diagnostics)


@pytest.mark.parametrize(
    ("preview", "given", "level"),
    [
        (True, {}, "advisory"),
        (True, {PACK: {"undecided": "mandatory"}}, "mandatory"),
        (False, {}, "mandatory"),
        (False, {"kms-key-rotation": {"enforcementLevel": "advisory"}}, "advisory"),
    ],
)
def test_undecided_blocks_as_configured_and_at_up(
    serve: Serve, preview: bool, given: dict[str, Any], level: str
) -> None:
    stub = serve(given=given, preview=preview)
    answer = stub.Analyze(resource(KEY, "key", enableKeyRotation=UNKNOWN))
    assert told(answer) == [("kms-key-rotation", "key", level)]


def test_unknown_of_one_resource_leaves_the_findings_of_others(serve: Serve) -> None:
    settings = {"bucket": "a", **ALL_BLOCKED, "blockPublicAcls": UNKNOWN, "ignorePublicAcls": False}
    answer = serve().AnalyzeStack(
        stack((BUCKET, "a", {"id": "a"}), (BUCKET, "b", {"id": "b"}), (BLOCK, "block", settings))
    )
    block = [one for one in told(answer) if one[0] == "s3-public-access-block"]
    assert block == [
        ("s3-public-access-block", "a", "mandatory"),
        ("s3-public-access-block", "a", "advisory"),
        ("s3-public-access-block", "b", "mandatory"),
    ]


def test_reference_is_resolved_before_it_counts_as_undecided(serve: Serve) -> None:
    bucket = (BUCKET, "a", {"id": UNKNOWN})
    block = (BLOCK, "block", {"bucket": UNKNOWN, **ALL_BLOCKED})
    stub = serve([one for one in rules() if one.id == "s3-public-access-block"])
    assert told(stub.AnalyzeStack(stack(bucket, block))) == [
        ("s3-public-access-block", "a", "advisory")
    ]
    known = {("block", "bucket"): urn(BUCKET, "a")}
    assert told(stub.AnalyzeStack(stack(bucket, block, dependencies=known))) == []


def test_input_that_is_left_out_is_judged_so_though_its_provider_fills_it_in(
    serve: Serve,
) -> None:
    planned = {"id": UNKNOWN, "versioning": UNKNOWN, "policy": UNKNOWN}
    bucket, foreign = (BUCKET, "a", planned), (BUCKET, "read", planned)
    stub = serve([one for one in rules() if one.id == "s3-versioning"])
    stub.Analyze(resource(BUCKET, "a", forceDestroy=True))
    assert told(stub.AnalyzeStack(stack(bucket, foreign))) == [
        ("s3-versioning", "a", "mandatory"),
        ("s3-versioning", "read", "advisory"),  # nobody told what it was registered with
    ]
    stub = serve([one for one in rules() if one.id == "s3-versioning"])
    stub.Analyze(resource(BUCKET, "a", versioning=UNKNOWN))
    assert told(stub.AnalyzeStack(stack(bucket))) == [("s3-versioning", "a", "advisory")]


def breaks(resource: Resource) -> Findings:
    yield "Found before it broke."
    raise ValueError(resource.get("description"))


def breaks_in_stack(resource: Resource, stack: Stack) -> Findings:
    assert stack.resources
    raise KeyError(resource.get("description"))
    yield ""


@pytest.mark.parametrize("level", ["mandatory", "advisory"])
def test_rule_that_breaks_is_told_at_its_level_and_the_others_run(serve: Serve, level: str) -> None:
    catalog = [make(breaks, "breaks"), make(breaks_in_stack, "breaks-in-stack"), *rules()]
    given = {one: {"enforcementLevel": level} for one in ("breaks", "breaks-in-stack")}
    stub = serve(catalog, given)
    answer = stub.Analyze(resource(KEY, "key", description="hunter2"))
    assert told(answer) == [
        ("breaks", "key", level),
        ("breaks", "key", level),
        ("kms-key-rotation", "key", "mandatory"),
    ]
    assert "Not judged: the rule broke (ValueError in breaks" in answer.diagnostics[1].message
    answer = stub.AnalyzeStack(stack((KEY, "key", {"description": "hunter2"})))
    assert told(answer) == [("breaks-in-stack", "key", level)]
    assert "hunter2" not in str(answer)


def test_what_is_the_same_for_all_findings_of_a_rule_is_told_once(serve: Serve) -> None:
    stub = serve()
    first, second = (stub.Analyze(resource(KEY, name)).diagnostics[0] for name in ("a", "b"))
    assert first.message.splitlines() == [
        "The key is never rotated.",
        "Fix: Set enable_key_rotation=True.",
        "Controls: AWS FSBP KMS.4, CIS AWS 7.0 4.6, OWASP A02:2021, GDPR, HIPAA",
    ]
    assert second.message == "The key is never rotated."


def exemption(name: str, days: int = 1, **more: str) -> dict[str, str]:
    return {
        "resource": f"*::{name}",
        "reason": "It is replaced next week.",
        "owner": "payments",
        "expires": str(TODAY + timedelta(days=days)),
        **more,
    }


def test_exempted_finding_does_not_count_and_is_told(serve: Serve) -> None:
    stub = serve(given={"kms-key-rotation": {"exemptions": [exemption("legacy")]}})
    assert told(stub.Analyze(resource(KEY, "legacy"))) == []
    assert told(stub.Analyze(resource(KEY, "other"))) == [
        ("kms-key-rotation", "other", "mandatory")
    ]
    (notice,) = stub.AnalyzeStack(stack()).diagnostics
    assert notice.policyName == PACK
    assert notice.enforcementLevel == analyzer_pb2.ADVISORY
    assert notice.message.splitlines()[0] == "Findings that are exempted: 1"
    assert "kms-key-rotation on *::legacy: 1, until" in notice.message


def test_expired_exemption_brings_the_finding_back_marked(serve: Serve) -> None:
    stub = serve(given={"kms-key-rotation": {"exemptions": [exemption("legacy", days=-1)]}})
    (found,) = stub.Analyze(resource(KEY, "legacy")).diagnostics
    assert found.enforcementLevel == analyzer_pb2.MANDATORY
    assert f"The exemption by payments expired {TODAY - timedelta(days=1)}." in found.message


def test_exemption_of_a_named_finding_leaves_the_others(serve: Serve) -> None:
    document = {
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"}
            for sid in ("Legacy", "New")
        ]
    }
    stub = serve(given={"kms-key-not-public": {"exemptions": [exemption("key", finding="Legacy")]}})
    answer = stub.Analyze(resource(KEY, "key", enableKeyRotation=True, policy=document))
    assert [one.message.splitlines()[0] for one in answer.diagnostics] == [
        "The key policy statement 'New' allows everyone."
    ]


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [
        ("*::nobody", True),
        ("urn:pulumi:dev::project::*::nobody", True),
        ("urn:pulumi:live::project::*::nobody", False),
        ("urn:pulumi:*::other::*::nobody", False),
    ],
)
def test_exemption_that_matches_nothing_of_this_stack_is_reported(
    serve: Serve, pattern: str, reported: bool
) -> None:
    entry = exemption("x") | {"resource": pattern}
    stub = serve(given={"kms-key-rotation": {"exemptions": [entry]}})
    messages = [one.message for one in stub.AnalyzeStack(stack()).diagnostics]
    wanted = f"The exemption of {pattern} from kms-key-rotation matches nothing: remove it."
    assert messages == [wanted] * reported


def test_rule_that_breaks_cannot_be_exempted(serve: Serve) -> None:
    stub = serve([make(breaks, "breaks")], {"breaks": {"exemptions": [exemption("key")]}})
    assert told(stub.Analyze(resource(KEY, "key"))) == [("breaks", "key", "mandatory")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kms-key-rotatoin": {}}, "kms-key-rotatoin: there is no such rule; did you mean"),
        (
            {"kms-key-rotation": {"exemptions": [exemption("x", days=120)]}},
            "kms-key-rotation.exemptions[0].expires: ",
        ),
        ({"cloudwatch-log-retention": {"days": "x"}}, "cloudwatch-log-retention.days: 'x' is not"),
    ],
)
def test_pack_refuses_to_start_with_what_it_cannot_use(
    serve: Serve, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        serve(given=given)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert message in caught.value.details()


def test_threshold_is_judged_and_told_as_configured(serve: Serve) -> None:
    retention = resource(LOG_GROUPS[0], "logs", retentionInDays=100, kmsKeyId="k")
    assert told(serve().Analyze(retention)) == [("cloudwatch-log-retention", "logs", "mandatory")]
    assert told(serve(given={"cloudwatch-log-retention": {"days": 90}}).Analyze(retention)) == []
    stub = serve(given={"cloudwatch-log-retention": {"days": 120}})
    text = stub.Analyze(retention).diagnostics[0].message
    assert "less than 120 days" in text
    assert "Set retention_in_days to 120 or more." in text
    assert "FSBP" not in text


def test_sandbox_advises_and_says_so(serve: Serve) -> None:
    profiles = {"profiles": [{"profile": "sandbox", "stack": "dev"}]}
    stub = serve(given={PACK: profiles})
    assert told(stub.Analyze(resource(KEY, "key"))) == [("kms-key-rotation", "key", "advisory")]
    (notice,) = stub.AnalyzeStack(stack()).diagnostics
    assert "The profile is 'sandbox': nothing blocks." in notice.message


def test_disabled_rule_does_not_run_and_is_named(serve: Serve) -> None:
    stub = serve(given={"kms-key-rotation": {"enforcementLevel": "disabled"}})
    assert told(stub.Analyze(resource(KEY, "key"))) == []
    (notice,) = stub.AnalyzeStack(stack()).diagnostics
    assert "Rules that are disabled: kms-key-rotation." in notice.message


def test_report_of_an_update_that_ends_at_a_resource_holds_its_finding(
    serve: Serve, tmp_path: Path
) -> None:
    file = tmp_path / "policy.json"
    stub = serve(given={PACK: {"reports": {"json": str(file)}}}, preview=False)
    assert json.loads(file.read_text())["results"] == []
    stub.Analyze(resource(KEY, "key"))
    written = json.loads(file.read_text())
    assert not written["complete"]
    assert [one["rule"] for one in written["results"]] == ["kms-key-rotation"]


def test_report_that_cannot_be_written_blocks_beside_the_findings(
    serve: Serve, tmp_path: Path
) -> None:
    file = tmp_path / "folder" / "policy.json"
    stub = serve(given={PACK: {"reports": {"json": str(file)}}})
    shutil.rmtree(file.parent)
    file.parent.write_text("no folder")
    answer = stub.AnalyzeStack(stack((BUCKET, "a", {})))
    assert ("s3-versioning", "a", "mandatory") in told(answer)
    assert told(answer)[-1] == (PACK, "", "mandatory")
    assert answer.diagnostics[-1].message.startswith(f"A report cannot be written: {file.parent}")


REMEDIATED = [
    ("kms-key-rotation", KEY, {}, {"enableKeyRotation": True}),
    ("cloudtrail-log-validation", TRAILS[0], {}, {"enableLogFileValidation": True}),
    ("cloudtrail-logging", TRAILS[0], {"enableLogging": False}, {"enableLogging": True}),
    ("s3-public-access-block", BLOCK, {"blockPublicAcls": True}, ALL_BLOCKED),
]


@pytest.mark.parametrize(("rule_id", "type_", "before", "after"), REMEDIATED)
def test_remedy_is_off_by_default_and_mends_where_it_is_set(
    serve: Serve, rule_id: str, type_: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    others = {"password": secret("hunter2"), "arn": UNKNOWN, "tags": {"a": "b"}}
    request = resource(type_, "x", **before, **others)
    assert not serve().Remediate(request).remediations
    stub = serve(given={rule_id: {"enforcementLevel": "remediate"}})
    (made,) = stub.Remediate(request).remediations
    assert made.policyName == rule_id
    wanted = struct_pb2.Struct()
    wanted.update({**before, **others, **after})
    assert made.properties == wanted
    request.properties.CopyFrom(made.properties)
    assert not stub.Remediate(request).remediations


@pytest.mark.parametrize(
    "properties",
    [
        {"enableKeyRotation": True},
        {"enableKeyRotation": UNKNOWN},
        {"customerMasterKeySpec": "RSA_2048"},
    ],
    ids=["right", "not known yet", "cannot rotate"],
)
def test_remedy_leaves_what_is_right_or_open(serve: Serve, properties: dict[str, Any]) -> None:
    stub = serve(given={"kms-key-rotation": {"enforcementLevel": "remediate"}})
    assert not stub.Remediate(resource(KEY, "key", **properties)).remediations


@pytest.mark.parametrize(("days", "mended"), [(1, 0), (-1, 1)], ids=["in force", "expired"])
def test_remedy_leaves_a_resource_that_is_exempted(serve: Serve, days: int, mended: int) -> None:
    entry = exemption("legacy", days=days)
    given = {"kms-key-rotation": {"enforcementLevel": "remediate", "exemptions": [entry]}}
    stub = serve(given=given)
    assert len(stub.Remediate(resource(KEY, "legacy")).remediations) == mended
    assert len(stub.Remediate(resource(KEY, "other")).remediations) == 1


def test_remedies_add_up_on_one_resource(serve: Serve) -> None:
    ids = ("cloudtrail-log-validation", "cloudtrail-logging")
    stub = serve(given={one: {"enforcementLevel": "remediate"} for one in ids})
    made = stub.Remediate(resource(TRAILS[0], "trail", enableLogging=False)).remediations
    assert [one.policyName for one in made] == list(ids)
    assert made[-1].properties["enableLogging"] is True
    assert made[-1].properties["enableLogFileValidation"] is True


def test_finding_that_no_remedy_mends_still_blocks(serve: Serve) -> None:
    stub = serve(given={"kms-key-not-public": {"enforcementLevel": "remediate"}})
    request = resource(KEY, "key", enableKeyRotation=True, policy=PUBLIC_KEY)
    assert not stub.Remediate(request).remediations
    assert told(stub.Analyze(request)) == [("kms-key-not-public", "key", "mandatory")]


def test_resource_is_read_once_and_only_where_a_rule_wants_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counting(sent: struct_pb2.Struct, secrets: set[str]) -> dict[str, Any]:
        read.append(sent["label"])
        return from_struct(sent, secrets)

    monkeypatch.setattr(analyzer, "from_struct", counting)
    stub = serve()
    stub.Analyze(resource(LOG_GROUP, "group", label="group"))
    stub.Analyze(resource("other:index:Thing", "thing", label="thing"))
    stub.AnalyzeStack(
        stack(
            (BUCKET, "bucket", {"label": "bucket"}),
            (LOG_GROUP, "group", {"label": "unread"}),
            ("other:index:Thing", "thing", {"label": "unread"}),
        )
    )
    assert read == ["group", "bucket"]


def test_stack_larger_than_a_usual_message_is_judged(serve: Serve) -> None:
    big = {"description": "x" * 1_000_000}
    answer = serve().AnalyzeStack(stack(*((BUCKET, f"b{index}", big) for index in range(6))))
    assert len({one.urn for one in answer.diagnostics}) == 6


def test_every_rule_is_described_in_full(serve: Serve) -> None:
    info = serve().GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == PACK
    assert all((info.displayName, info.version, info.description, info.readme, info.repository))
    described = {one.name: one for one in info.policies}
    assert set(described) == {one.id for one in rules()} | {PACK}
    for one in rules():
        policy = described[one.id]
        assert policy.displayName == one.title
        assert policy.description == one.rationale
        assert policy.remediation_steps == one.fix_with()
        assert policy.url.endswith(f"#{one.id}")
        assert policy.framework.name in policy.tags
        assert analyzer_pb2.PolicySeverity.Name(policy.severity).endswith(
            one.severity.value.upper()
        )
        assert "exemptions" in policy.configSchema.properties.fields
    assert "days" in described["cloudwatch-log-retention"].configSchema.properties.fields
