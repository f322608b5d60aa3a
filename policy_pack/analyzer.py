"""The engine's Analyzer protocol: each resource is read once, and judged by its type's rules alone.

The protocol is public (`pulumi.runtime.proto.analyzer_pb2_grpc`); the stock SDK serves it too, but
reads a resource once per policy and the stack once per stack policy, and lets an unknown value end
a policy with all that it would still find.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from importlib import resources
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2
from pulumi_policy import EnforcementLevel, Severity

import policy_pack
from policy_pack import report
from policy_pack.configuration import (
    PACK,
    PACK_SCHEMA,
    Configuration,
    ConfigurationError,
    Context,
    Given,
    schema,
)
from policy_pack.controls import CITED_BY_ID, NOT_CITED, Control, cite
from policy_pack.judge import Judge, Result, Status
from policy_pack.properties import from_struct
from policy_pack.rule import IDENTITIES, REPOSITORY, UNKNOWN, Resource, Rule, Stack, Undecided

GRPC_OPTIONS: Final = [
    ("grpc.max_receive_message_length", -1),  # a whole stack comes in one message
    ("grpc.max_send_message_length", -1),
]

_LEVELS: Final = {
    EnforcementLevel.ADVISORY: analyzer_pb2.ADVISORY,
    EnforcementLevel.MANDATORY: analyzer_pb2.MANDATORY,
    EnforcementLevel.REMEDIATE: analyzer_pb2.REMEDIATE,
    EnforcementLevel.DISABLED: analyzer_pb2.DISABLED,
}
_LEVEL_OF: Final = {number: level for level, number in _LEVELS.items()}
_SEVERITIES: Final = {
    Severity.LOW: analyzer_pb2.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: analyzer_pb2.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: analyzer_pb2.POLICY_SEVERITY_CRITICAL,
}


def serve(rules: Sequence[Rule]) -> None:
    """Serve the rules to the engine until it ends this process, or asks it to end."""
    analyzer = Analyzer(rules)
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=2),  # a call, and a cancellation beside it
        options=GRPC_OPTIONS,
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):  # the engine ends a pack by the first of them
        signal.signal(one, lambda _signal, _frame: ended.set())
    engine = os.getppid()
    sys.stdout.write(f"{port}\n")  # by the protocol, the first line tells the engine the port
    sys.stdout.flush()
    while os.getppid() == engine:  # else it was killed, and nobody is left to end us
        if ended.wait(timeout=1):
            break
    server.stop(grace=None)


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine about one run over one stack.

    Args:
        rules: The rules, at their defaults until the engine configures them.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._context = Context()
        self._judge = Judge(Configuration(rules))
        self._told: set[str] = set()
        self._version = policy_pack.__version__
        self._one_at_a_time = threading.Lock()
        self._given: dict[str, frozenset[str]] = {}
        self._same: dict[frozenset[str], frozenset[str]] = {}  # most resources share their names

    def Handshake(  # noqa: N802  the protocol's name
        self,
        _request: analyzer_pb2.AnalyzerHandshakeRequest,
        _context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzerHandshakeResponse:
        """Answer that the pack is there."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def GetPluginInfo(  # noqa: N802  the protocol's name
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Tell the pack's version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def GetAnalyzerInfo(  # noqa: N802  the protocol's name
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzerInfo:
        """Describe the pack and every rule, all of it from the rules."""
        return describe(self._rules, self._version)

    def ConfigureStack(  # noqa: N802  the protocol's name
        self,
        request: analyzer_pb2.AnalyzerStackConfigureRequest,
        context: grpc.ServicerContext,
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Take what the engine tells of the stack. It comes before `Configure`."""
        self._context = Context(
            project=request.project,
            stack=request.stack,
            organization=request.organization,
            tags=dict(request.tags),
            preview=request.dry_run,
        )
        self._configure(self._judge.configuration.given, context)
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(  # noqa: N802  the protocol's name
        self,
        request: analyzer_pb2.ConfigureAnalyzerRequest,
        context: grpc.ServicerContext,
    ) -> empty_pb2.Empty:
        """Take the configuration, or refuse to start with it."""
        given = {
            policy: Given(_LEVEL_OF[one.enforcementLevel], _plain(one.properties))
            for policy, one in request.policyConfig.items()
        }
        self._configure(given, context)
        return empty_pb2.Empty()

    def Analyze(  # noqa: N802  the protocol's name
        self, request: analyzer_pb2.AnalyzeRequest, _context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge a resource before it is made."""
        if self._context.preview:
            given = frozenset(request.properties.fields)
            self._given[request.urn] = self._same.setdefault(given, given)
        if not self._judge.judges(request.type):
            return analyzer_pb2.AnalyzeResponse()
        with self._one_at_a_time:
            results = self._judge.resource(_resource(request, set()))
            answer = self._tell(results)
            # An update ends with the first resource that blocks; the stack is not asked for then.
            if not self._context.preview and any(one.blocks for one in results):
                answer.diagnostics.extend(self._report(complete=False))
            return answer

    def AnalyzeStack(  # noqa: N802  the protocol's name
        self, request: analyzer_pb2.AnalyzeStackRequest, _context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge the whole stack, once all resources are registered."""
        with self._one_at_a_time:
            secrets: set[str] = set()
            configuration = self._judge.configuration
            stack = Stack(
                [_resource(one, secrets, self._given.get(one.urn)) for one in request.resources],
                configuration.today,
                configuration.previous,
            )
            results = self._judge.stack(stack)
            answer = self._tell(sorted(results, key=lambda one: one.subject.urn))
            answer.diagnostics.extend(self._notice(text) for text in self._judge.notices)
            answer.diagnostics.extend(self._report(complete=True))
            return answer

    def Remediate(  # noqa: N802  the protocol's name
        self, request: analyzer_pb2.AnalyzeRequest, _context: grpc.ServicerContext
    ) -> analyzer_pb2.RemediateResponse:
        """Mend a resource's inputs by the rules that are set to remediate."""
        answer = analyzer_pb2.RemediateResponse()
        for rule in self._judge.remedying(request.type, request.urn):
            with self._one_at_a_time:
                settings = self._judge.configuration.settings(rule)
                changed = _remedied(rule, request, settings)
            if changed is not None:
                request.properties.CopyFrom(changed)  # the next remedy goes on from here
                answer.remediations.add(
                    policyName=rule.id,
                    policyPackName=PACK,
                    policyPackVersion=self._version,
                    description=rule.title,
                    properties=changed,
                )
        return answer

    def Cancel(  # noqa: N802  the protocol's name
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Acknowledge the end: there is nothing to abort, a judgement takes milliseconds."""
        return empty_pb2.Empty()

    def _configure(self, given: Mapping[str, Given], context: grpc.ServicerContext) -> None:
        try:
            self._judge = Judge(Configuration(self._rules, self._context, given=given))
            # What an earlier run left must not be taken for this one's, should this one break off.
            report.write(self._judge, complete=False)
        except (ConfigurationError, OSError) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{PACK}: {error}")

    def _tell(self, results: Sequence[Result]) -> analyzer_pb2.AnalyzeResponse:
        answer = analyzer_pb2.AnalyzeResponse()
        for one in results:
            if one.status is not Status.EXEMPTED:
                level = analyzer_pb2.MANDATORY if one.blocks else analyzer_pb2.ADVISORY
                answer.diagnostics.append(
                    self._diagnostic(one.rule, "\n".join(self._lines(one)), level, one.subject.urn)
                )
        return answer

    def _lines(self, result: Result) -> Iterator[str]:
        """Tell a result; what is the same for all findings of a rule stands in the first one."""
        open_ = result.status is Status.UNDECIDED
        yield f"Undecided: {result.reason}" if open_ else result.reason
        if result.exemption:
            yield f"The exemption by {result.exemption.owner} expired {result.exemption.expires}."
        rule = result.rule
        if open_:
            again = not result.blocks and self._context.preview
            yield from ["It is judged again at `up`, once the value is known."] * again
        elif rule.id not in self._told:
            self._told.add(rule.id)
            settings = self._judge.configuration.settings(rule)
            yield f"Fix: {rule.fix_with(settings)}"
            controls = cite(rule.served(settings))
            yield from [f"Controls: {controls}"] if controls else []

    def _report(self, *, complete: bool) -> Iterator[analyzer_pb2.AnalyzeDiagnostic]:
        try:
            report.write(self._judge, complete=complete)
        except OSError as error:  # whoever asked for a report must not take its absence for a pass
            text = f"A report cannot be written: {error.filename}: {error.strerror}."
            yield self._notice(text, analyzer_pb2.MANDATORY)

    def _notice(
        self,
        text: str,
        level: analyzer_pb2.EnforcementLevel.ValueType = analyzer_pb2.ADVISORY,
    ) -> analyzer_pb2.AnalyzeDiagnostic:
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=PACK,
            policyPackName=PACK,
            policyPackVersion=self._version,
            description=_PACK_TITLE,
            message=text,
            enforcementLevel=level,
            severity=analyzer_pb2.POLICY_SEVERITY_LOW,
        )

    def _diagnostic(
        self, rule: Rule, text: str, level: analyzer_pb2.EnforcementLevel.ValueType, urn: str
    ) -> analyzer_pb2.AnalyzeDiagnostic:
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=rule.id,
            policyPackName=PACK,
            policyPackVersion=self._version,
            description=rule.title,
            message=text,
            enforcementLevel=level,
            urn=urn,
            severity=_SEVERITIES[rule.severity],
        )


_PACK_TITLE: Final = "Settings and notices of the pack"


def describe(rules: Sequence[Rule], version: str) -> analyzer_pb2.AnalyzerInfo:
    """Describe the pack as the engine and Pulumi Cloud show it, all of it from the rules."""
    info = analyzer_pb2.AnalyzerInfo(
        name=PACK,
        displayName="Secure Components",
        version=version,
        supportsConfig=True,
        description=policy_pack.__doc__,
        readme=resources.files("policy_pack").joinpath("README.md").read_text("utf-8"),
        provider=",".join(
            sorted({type_.partition(":")[0] for rule in rules for type_ in rule.types})
        ),
        tags=_tags(control for rule in rules for control in rule.served()),
        repository=REPOSITORY,
        policies=[_describe(rule) for rule in rules],
    )
    info.policies.add(
        name=PACK,
        displayName=_PACK_TITLE,
        description="What is configured for the whole pack, and what it has to say of that.",
        enforcementLevel=analyzer_pb2.ADVISORY,
        policy_type=analyzer_pb2.POLICY_TYPE_STACK,
        severity=analyzer_pb2.POLICY_SEVERITY_LOW,
        configSchema=_config_schema(PACK_SCHEMA),
    )
    return info


def _describe(rule: Rule) -> analyzer_pb2.PolicyInfo:
    served = rule.served()
    info = analyzer_pb2.PolicyInfo(
        name=rule.id,
        displayName=rule.title,
        description=rule.rationale,
        message=rule.fix_with(),
        enforcementLevel=_LEVELS[rule.level],
        policy_type=(
            analyzer_pb2.POLICY_TYPE_STACK
            if rule.whole_stack
            else analyzer_pb2.POLICY_TYPE_RESOURCE
        ),
        severity=_SEVERITIES[rule.severity],
        tags=_tags(served),
        remediation_steps=rule.fix_with(),
        url=rule.url,
        configSchema=_config_schema(schema(rule)),
    )
    for framework in _tags(served)[:1]:  # the protocol has room for one; the tags name the others
        info.framework.name = framework
        ids = (control.id for control in served if control.framework == framework)
        info.framework.specification = ", ".join(ids)
    return info


def _tags(controls: Iterable[Control]) -> list[str]:
    """Return the catalogues that are cited, those that people search by first."""
    named = {control.framework for control in controls} - set(NOT_CITED)
    return sorted(named, key=lambda one: (one not in CITED_BY_ID, one != CITED_BY_ID[0], one))


def _config_schema(
    properties: Mapping[str, Mapping[str, object]],
) -> analyzer_pb2.PolicyConfigSchema:
    made = analyzer_pb2.PolicyConfigSchema()
    json_format.ParseDict(dict(properties), made.properties)
    return made


def _resource(
    sent: analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource,
    secrets: set[str],
    given: frozenset[str] | None = None,
) -> Resource:
    """Make a resource of what the engine sends.

    Args:
        sent: The resource.
        secrets: Where its secrets are remembered.
        given: The inputs that it was registered with, where it is a plan. A provider that fills in
            what is left out foretells it as unknown; it is judged as what it is: left out.
    """
    dependencies = {}
    if isinstance(sent, analyzer_pb2.AnalyzerResource):
        dependencies = {key: list(one.urns) for key, one in sent.propertyDependencies.items()}

    def read() -> dict[str, Any]:
        properties = from_struct(sent.properties, secrets)
        if given is None:
            return properties
        kept = {*given, *IDENTITIES}
        return {
            key: value for key, value in properties.items() if value is not UNKNOWN or key in kept
        }

    return Resource(
        sent.type, sent.name, sent.urn, read, dependencies, secrets, sent.options.aliases
    )


def _remedied(
    rule: Rule, request: analyzer_pb2.AnalyzeRequest, settings: Mapping[str, object]
) -> struct_pb2.Struct | None:
    """Return the properties that a rule's remedy makes, or None where it has nothing to mend.

    The engine's own form is changed in place, so that secrets, assets and unknown values stay.
    """
    resource = _resource(request, set())
    if not rule.whole_stack and not rule.judge(resource, Stack([resource]), settings).findings:
        return None
    missing = {}
    for name, value in rule.remedies[request.type].items():
        try:
            if resource.get(name) is not value:
                missing[name] = value
        except Undecided:  # it may turn out right, and is judged again once it is known
            continue
    if not missing:
        return None
    mended = struct_pb2.Struct()
    mended.CopyFrom(request.properties)
    mended.update(missing)
    return mended


def _plain(properties: struct_pb2.Struct) -> dict[str, object]:
    """Return configured values; a whole number is an int, which protobuf does not know."""
    return {key: _whole(value) for key, value in json_format.MessageToDict(properties).items()}


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
