"""Ways from what an identity may do to what it may not, as they are published.

Each is the least set of actions that is enough. Where one holds another, only the smaller one is
here. Service principals are those that IAM's `iam:PassedToService` names.

Sources: Rhino Security Labs, "AWS IAM Privilege Escalation - Methods and Mitigation"; DataDog,
pathfinding.cloud; Prowler 5.46, `iam/lib/privilege_escalation.py`, which draws on both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policy_pack.iam import Actions, Statement, is_any_resource, matches
from policy_pack.identities import (
    IDENTITIES,
    KINDS,
    Document,
    documents,
    hides_name,
    index,
    own_name,
)
from policy_pack.rule import Malformed, Resource, Stack, Undecided


@dataclass(frozen=True)
class Escalation:
    """A way to more than was given.

    Attributes:
        action: The action that reaches what has more, as another role. It counts where nothing
            narrows what it reaches.
        others: The actions that make use of it. They count wherever they are allowed.
        services: The services to which `iam:PassRole` hands a role, where that is the way.
    """

    action: str
    others: Sequence[str] = ()
    services: Sequence[str] = ()

    def __str__(self) -> str:
        """Return it as a person reads it, as `iam:PassRole with ec2:RunInstances`."""
        return " with ".join([self.action, *([" and ".join(self.others)] if self.others else [])])


PASS_ROLE: Final = "iam:PassRole"  # noqa: S105  an action


def _alone(*actions: str) -> tuple[Escalation, ...]:
    return tuple(Escalation(action) for action in actions)


def _passing(services: Sequence[str], *others: Sequence[str]) -> tuple[Escalation, ...]:
    principals = [f"{service}.amazonaws.com" for service in services]
    return tuple(Escalation(PASS_ROLE, each, principals) for each in others)


ESCALATIONS: Final = (
    # What changes the permissions, the groups or the credentials of an identity.
    *_alone(
        "iam:AddUserToGroup",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreatePolicyVersion",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateLoginProfile",
    ),
    # What makes something run as a role that it is handed.
    *_passing(
        ["apprunner"],
        ["apprunner:CreateService"],
    ),
    *_passing(
        ["autoscaling", "ec2"],
        ["autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"],
        ["autoscaling:CreateLaunchConfiguration", "autoscaling:UpdateAutoScalingGroup"],
    ),
    *_passing(
        ["bedrock-agentcore"],
        ["bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:InvokeCodeInterpreter"],
    ),
    *_passing(
        ["cloudformation"],
        ["cloudformation:CreateStack"],
        ["cloudformation:CreateStackInstances", "cloudformation:CreateStackSet"],
        ["cloudformation:UpdateStackSet"],
    ),
    *_passing(
        ["codebuild"],
        ["codebuild:CreateProject", "codebuild:StartBuild"],
        ["codebuild:CreateProject", "codebuild:StartBuildBatch"],
    ),
    *_passing(["codestar"], ["codestar:CreateProject"]),
    *_passing(
        ["datapipeline", "ec2", "elasticmapreduce"],
        [
            "datapipeline:ActivatePipeline",
            "datapipeline:CreatePipeline",
            "datapipeline:PutPipelineDefinition",
        ],
    ),
    *_passing(["ec2"], ["ec2:RunInstances"], ["ec2:RequestSpotInstances"]),
    *_passing(
        ["ecs-tasks"],
        ["ecs:RunTask"],
        ["ecs:CreateService", "ecs:RegisterTaskDefinition"],
        ["ecs:RegisterTaskDefinition", "ecs:StartTask"],
        [
            "ecs:DeregisterContainerInstance",
            "ecs:RegisterContainerInstance",
            "ecs:StartTask",
        ],
    ),
    # pathfinding.cloud, batch-001. A job runs as a task of ECS.
    *_passing(["batch", "ecs-tasks"], ["batch:RegisterJobDefinition", "batch:SubmitJob"]),
    *_passing(
        ["glue"],
        ["glue:CreateDevEndpoint"],
        ["glue:CreateJob", "glue:CreateTrigger"],
        ["glue:CreateJob", "glue:StartJobRun"],
        ["glue:CreateTrigger", "glue:UpdateJob"],
        ["glue:StartJobRun", "glue:UpdateJob"],
    ),
    *_passing(
        ["lambda"],
        ["lambda:AddPermission", "lambda:CreateFunction"],
        ["lambda:CreateEventSourceMapping", "lambda:CreateFunction"],
        ["lambda:CreateFunction", "lambda:InvokeFunction"],
    ),
    *_passing(
        ["sagemaker"],
        ["sagemaker:CreateNotebookInstance"],
        ["sagemaker:CreateProcessingJob"],
        ["sagemaker:CreateTrainingJob"],
    ),
    # What takes over something that runs as a role already.
    *_alone(
        "apprunner:UpdateService",
        "cloudformation:UpdateStack",
        "codebuild:StartBuild",
        "codebuild:StartBuildBatch",
        "glue:UpdateDevEndpoint",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "ssm:SendCommand",
        "ssm:StartSession",
    ),
    Escalation(
        "bedrock-agentcore:InvokeCodeInterpreter", ["bedrock-agentcore:StartCodeInterpreterSession"]
    ),
    Escalation("cloudformation:ExecuteChangeSet", ["cloudformation:CreateChangeSet"]),
    Escalation("ec2-instance-connect:SendSSHPublicKey", ["ec2:DescribeInstances"]),
    Escalation("ec2:ModifyInstanceAttribute", ["ec2:StartInstances", "ec2:StopInstances"]),
    Escalation("ec2:ModifyLaunchTemplate", ["ec2:CreateLaunchTemplateVersion"]),
    Escalation("ecs:ExecuteCommand", ["ecs:DescribeTasks"]),
    Escalation(
        "sagemaker:UpdateNotebookInstance",
        [
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:StartNotebookInstance",
            "sagemaker:StopNotebookInstance",
        ],
    ),
)


BY_AWS: Final = frozenset(
    {
        "AWSAppRunnerFullAccess",
        "AWSApplicationMigrationEC2Access",
        "AWSApplicationMigrationFullAccess",
        "AWSApplicationMigrationSSMAccess",
        "AWSBackupFullAccess",
        "AWSBackupOperatorAccess",
        "AWSCloud9Administrator",
        "AWSCloud9EnvironmentMember",
        "AWSCloud9User",
        "AWSCloudFormationFullAccess",
        "AWSCodeBuildAdminAccess",
        "AWSCodeBuildDeveloperAccess",
        "AWSConnector",
        "AWSDeepRacerCloudFormationAccessPolicy",
        "AWSEC2VssRestorePolicy",
        "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
        "AWSElasticDisasterRecoveryConsoleFullAccess",
        "AWSElasticDisasterRecoveryConsoleFullAccess_v2",
        "AWSElasticDisasterRecoveryLaunchActionsPolicy",
        "AWSGlueConsoleFullAccess",
        "AWSGlueConsoleSageMakerNotebookFullAccess",
        "AWSLambda_FullAccess",
        "AWSMarketplaceFullAccess",
        "AWSRefactoringToolkitFullAccess",
        "AWSServiceCatalogAppRegistryFullAccess",
        "AWSSystemsManagerJustInTimeAccessTokenPolicy",
        "AWSTransformServerMigrationAgentPolicy",
        "AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary",
        "AmazonDynamoDBFullAccesswithDataPipeline",
        "AmazonEC2FullAccess",
        "AmazonEC2RolePolicyForLaunchWizard",
        "AmazonECSInfrastructureRolePolicyForManagedInstances",
        "AmazonECS_FullAccess",
        "AmazonEKSComputePolicy",
        "AmazonElasticMapReduceFullAccess",
        "AmazonRedshiftAllCommandsFullAccess",
        "AmazonSSMFullAccess",
        "AmazonSageMakerCanvasDataPrepFullAccess",
        "AmazonSageMakerCanvasFullAccess",
        "AmazonSageMakerFullAccess",
        "AmazonSageMakerPipelinesIntegrations",
        "AmazonSageMakerServiceCatalogProductsCodeBuildServiceRolePolicy",
        "BedrockAgentCoreFullAccess",
        "BedrockAgentCoreRuntimeInstancesOperatorRolePolicy",
        "EC2FastLaunchFullAccess",
        "EC2ImageBuilderExecutionPolicy",
        "EC2InstanceConnect",
        "SageMakerStudioAdminIAMDefaultExecutionPolicy",
        "SageMakerStudioAdminIAMPermissiveExecutionPolicy",
        "SageMakerStudioUserIAMDefaultExecutionPolicy",
        "SageMakerStudioUserIAMPermissiveExecutionPolicy",
        "SecretsManagerReadWrite",
    }
)
"""AWS's policies that open one of these ways, but for service roles' and administrators'.

Source: their documents, read as below; a test holds the list against them.
"""

_ON_ITSELF: Final = frozenset(
    {
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreatePolicyVersion",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
    }
)
"""What gives an identity more that is allowed it of itself, or of a policy that it holds."""

_NARROW: Final = ("*:ResourceTag/*", "ecs:cluster", "ecs:task")
_NARROW_ATTACHING: Final = (*_NARROW, "iam:PolicyARN", "iam:PermissionsBoundary")
_NARROW_CHANGING: Final = (*_NARROW, "iam:PermissionsBoundary")
_NARROWED_BY: Final[Mapping[str, Sequence[str]]] = {
    "iam:AttachGroupPolicy": (*_NARROW, "iam:PolicyARN"),
    "iam:AttachRolePolicy": _NARROW_ATTACHING,
    "iam:AttachUserPolicy": _NARROW_ATTACHING,
    "iam:PutRolePolicy": _NARROW_CHANGING,
    "iam:PutUserPolicy": _NARROW_CHANGING,
    "iam:UpdateAssumeRolePolicy": _NARROW_CHANGING,
}
"""Condition keys by which an action is narrowed without naming resources, beside `_NARROW`.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS IAM".
"""

_FIRST: Final = frozenset(one.action for one in ESCALATIONS)
_ACTIONS: Final = Actions(action for one in ESCALATIONS for action in (one.action, *one.others))
_SERVICES: Final = frozenset(service for one in ESCALATIONS for service in one.services)


@dataclass
class Allowed:
    """What policies allow of the actions by which an identity may gain more.

    Attributes:
        free: By action, the Sid of a statement that allows it on anything. Of `iam:PassRole` there
            is one for each service that may be handed a role.
        some: The actions that are allowed on something.
        named: What is allowed on named resources: the action, their patterns and the Sid.
        denied: The actions that are denied on anything, or on anything but named resources.
        denied_named: What is denied on named resources: the action and their patterns.
        unread: Why parts could not be read.
    """

    free: dict[str, str] = field(default_factory=dict)
    some: set[str] = field(default_factory=set)
    named: list[tuple[str, Sequence[str], str]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    denied_named: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    unread: list[Undecided | Malformed] = field(default_factory=list)

    def add(self, statement: Statement, *, administrators: bool = False) -> None:
        """Add what a statement allows or denies, or why it cannot be read.

        Args:
            statement: The statement.
            administrators: Whether one counts that allows every action. Of what an identity is
                given it does not: such an identity has nothing to gain.
        """
        try:
            if statement.allows and (administrators or not statement.everything):
                self._allow(statement)
            elif statement.denies:
                self._deny(statement)
        except (Undecided, Malformed) as stopped:
            self.unread.append(stopped)

    def merge(self, other: Allowed) -> None:
        """Add what other policies allow and deny."""
        self.free = {**other.free, **self.free}
        self.some |= other.some
        self.named += other.named
        self.denied |= other.denied
        self.denied_named += other.denied_named
        self.unread += other.unread

    def may(self) -> Allowed:
        """Return what counts of policies that an identity may hold: what they deny does not."""
        free = {key: sid for key, sid in self.free.items() if self.lets(key)}
        named = [
            (action, patterns, sid)
            for action, patterns, sid in self.named
            if action not in self.denied
        ]
        return Allowed(free, self.some - self.denied, named, unread=self.unread)

    def escalations(
        self, own: Iterable[str] = (), boundary: Allowed | None = None
    ) -> list[tuple[Escalation, str]]:
        """Return each way to more that is open, with the Sid of the statement that opens it.

        Args:
            own: How the ARNs end of the identity and of the policies that it holds.
            boundary: What a permissions boundary allows, where it is known.
        """
        open_ = {
            action: sid
            for action, sid in self.free.items()
            if self.lets(action) and (boundary is None or boundary.lets(action))
        }
        some = {
            action
            for action in self.some - self.denied
            if boundary is None or action in boundary.some - boundary.denied
        }
        itself = {
            action: sid
            for action, patterns, sid in self.named
            for name in own
            if _any_matches(patterns, name)
            and not self._denies_of(action, name)
            and (boundary is None or boundary.lets_of(action, name))
        }
        ways = []
        for one in ESCALATIONS:
            keys = [f"{one.action} {service}" for service in one.services] or [one.action]
            sid = next((open_[key] for key in keys if key in open_), itself.get(one.action))
            if sid is not None and some.issuperset(one.others):
                ways.append((one, sid))
        return ways

    def lets(self, action: str) -> bool:
        """Tell whether an action is allowed on anything, as `free` calls it."""
        return action in self.free and action.split(maxsplit=1)[0] not in self.denied

    def lets_of(self, action: str, name: str) -> bool:
        """Tell whether an action is allowed on a resource whose ARN ends in a name."""
        named = any(one == action and _any_matches(found, name) for one, found, _ in self.named)
        return (named or action in self.free) and not self._denies_of(action, name)

    def names_any(self, kind: str) -> bool:
        """Tell whether something is allowed on a named resource of a kind, as `role`."""
        return any(
            action not in self.denied and any(matches(_end(one).split("/")[0], kind) for one in on)
            for action, on, _ in self.named
        )

    def _denies_of(self, action: str, name: str) -> bool:
        return action in self.denied or any(
            one == action and _any_matches(patterns, name) for one, patterns in self.denied_named
        )

    def _allow(self, statement: Statement) -> None:
        covered = statement.covered(_ACTIONS)
        self.some |= covered
        first = covered & _FIRST
        if not first:
            return
        anything = statement.any_resource
        for action in first:
            if statement.binds(*_NARROWED_BY.get(action, _NARROW)):
                continue
            if not anything:
                if action in _ON_ITSELF:
                    self.named.append((action, statement.resources, statement.sid))
            elif action == PASS_ROLE:
                tied = statement.tied_to("iam:PassedToService")
                for service in _SERVICES:
                    if tied is None or any(matches(one, service) for one in tied):
                        self.free.setdefault(f"{action} {service}", statement.sid)
            else:
                self.free.setdefault(action, statement.sid)

    def _deny(self, statement: Statement) -> None:
        """Add what a statement denies without a condition, or but for what meets a demand."""
        covered = statement.covered(_ACTIONS)
        if not covered:
            return
        conditional = any(True for _ in statement.conditions())
        whole = _denies_the_rest(statement)
        for action in covered:
            if conditional and not statement.all_but(*_NARROWED_BY.get(action, _NARROW)):
                continue
            if whole:
                self.denied.add(action)
            elif action in _ON_ITSELF and not statement.raw.has("NotResource"):
                self.denied_named.append((action, statement.resources))


def _denies_the_rest(statement: Statement) -> bool:
    """Tell whether what a statement leaves undenied is nothing, or named resources."""
    if statement.raw.has("NotResource"):
        return not any(map(is_any_resource, statement.raw.strings("NotResource")))
    return statement.any_resource


def _any_matches(patterns: Iterable[str], name: str) -> bool:
    """Tell whether a pattern of ARNs matches one that ends in a name.

    A policy variable, as `${aws:username}`, may stand for anything.
    """
    return any(matches(re.sub(r"\$\{[^}]*}", "*", _end(one)), name) for one in patterns)


def _end(arn: str) -> str:
    return arn.split(":", _LAST)[-1]


_LAST: Final = 5


# --- What an identity holds ---

Unread = Undecided | Malformed


def ways(subject: Resource, stack: Stack) -> tuple[list[tuple[Escalation, str]], list[Unread]]:
    """Return how an identity can gain more, by which statements, and what could not be read.

    The subject is an identity, with all policies that it holds, or a policy that no identity of the
    stack is known to hold. What an identity may hold, and a boundary that is not known yet, leave
    it undecided.
    """
    known = index(stack)
    reader = stack.once(_Reader)
    if subject.type in IDENTITIES:
        held = [*known.documents(subject)]
    else:
        held = [*documents(subject)] if known.stands_alone(subject) else []
    allowed, may = Allowed(), Allowed()
    for document in held:
        if document.certain:
            allowed.merge(reader.read(document))
        else:
            may.merge(reader.read(document).may())
    loose = reader.loose(subject.type)
    may.merge(loose.allowed)
    unsure = [one.undecided for one in (*held, *loose.documents) if not one.certain]
    itself = [subject, *(one.block for one in held if isinstance(one.block, Resource))]
    own = list(filter(None, map(own_name, itself)))
    boundary, not_known = _boundary(subject, reader)
    found = allowed.escalations(own, boundary)
    unread = [*allowed.unread]
    hidden = [one for one in itself if hides_name(one) and allowed.names_any(KINDS[one.type])]
    unread += [Undecided(one.name, "name") for one in hidden]
    if unsure:
        allowed.merge(may)
        if may.unread or len(allowed.escalations(own, boundary)) > len(found):
            unread.append(unsure[0])
    if found and not_known is not None:
        return [], [*unread, not_known]
    return found, unread


@dataclass(frozen=True)
class _Loose:
    """What any identity of a type may hold."""

    documents: Sequence[Document] = ()
    allowed: Allowed = field(default_factory=Allowed)


class _Reader:
    """Reads each document of a stack once, however many identities hold it."""

    def __init__(self, stack: Stack) -> None:
        self.index = index(stack)
        self._read: dict[tuple[str, str], Allowed] = {}
        self._loose: dict[str, _Loose] = {}

    def read(self, document: Document, *, administrators: bool = False) -> Allowed:
        """Return what a document allows. See `Allowed.add`."""
        block = document.block
        if administrators or not isinstance(block, Resource):
            return _read(document, administrators=administrators)
        at = (block.urn, document.key)
        if at not in self._read:
            self._read[at] = _read(document)
        return self._read[at]

    def loose(self, type_: str) -> _Loose:
        """Return what any identity of a type may hold, as it is not known yet who does."""
        if type_ not in self._loose:
            found = [*self.index.loose(type_)]
            allowed = Allowed()
            for document in found:
                allowed.merge(self.read(document).may())
            self._loose[type_] = _Loose(found[:1], allowed)
        return self._loose[type_]


def _read(document: Document, *, administrators: bool = False) -> Allowed:
    allowed = Allowed()
    try:
        for statement in document.statements():
            allowed.add(statement, administrators=administrators)
    except (Undecided, Malformed) as stopped:
        allowed.unread.append(stopped)
    return allowed


def _boundary(subject: Resource, reader: _Reader) -> tuple[Allowed | None, Undecided | None]:
    """Return what bounds an identity, or what is not known of it.

    A boundary that is not in the stack bounds nothing that can be seen.
    """
    for named in reader.index.boundaries(subject) if subject.type in IDENTITIES else ():
        if named.unknown or named.maybe or len(named.known) > 1:
            return None, Undecided(subject.name, "permissionsBoundary")
        for policy in named.known:
            document = Document(policy, "policy", (policy, "policy"))
            allowed = reader.read(document, administrators=True)
            for stopped in allowed.unread:
                return None, stopped if isinstance(stopped, Undecided) else None
            return allowed, None
    return None, None
