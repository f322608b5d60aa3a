from __future__ import annotations

from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    prowler,
    rule,
)

_VPC = {"vpcConfig": {"subnets": ["subnet-0123"], "securityGroupIds": ["sg-0123"]}}


@rule(
    title="SageMaker models and training jobs are isolated in your VPC",
    types=("aws:sagemaker/model:Model", "aws:sagemaker/trainingJob:TrainingJob"),
    severity=Severity.MEDIUM,
    fix="Set enable_network_isolation=True and vpc_config.",
    controls=(
        prowler("sagemaker_models_network_isolation_enabled"),
        prowler("sagemaker_models_vpc_settings_configured"),
        prowler("sagemaker_training_jobs_network_isolation_enabled"),
        prowler("sagemaker_training_jobs_vpc_settings_configured"),
        owasp("A05:2021"),
    ),
    passes=[
        {"enableNetworkIsolation": True, **_VPC},
        {"enableNetworkIsolation": True, "vpcConfig": {"subnets": [UNKNOWN]}},
    ],
    fails=[
        {},
        _VPC,
        {"enableNetworkIsolation": False, **_VPC},
        {"enableNetworkIsolation": True},
        {"enableNetworkIsolation": UNKNOWN},
        {"enableNetworkIsolation": True, "vpcConfig": {"subnets": []}},
        {"vpcConfig": UNKNOWN},
    ],
    undecided=[
        {"enableNetworkIsolation": UNKNOWN, **_VPC},
        {"enableNetworkIsolation": True, "vpcConfig": UNKNOWN},
    ],
)
def check(container: Resource) -> Findings:
    """Let code that came with a model send nowhere what it is asked, or what it learns from.

    Source: Amazon SageMaker AI Developer Guide, "Run training and inference containers in
    internet-free mode".
    """
    yield from every((_judge_isolation, _judge_vpc), lambda judge: judge(container))


def _judge_isolation(container: Resource) -> Findings:
    if container.get("enableNetworkIsolation") is not True:
        yield "The container can call the network."


def _judge_vpc(container: Resource) -> Findings:
    if not container.has("vpcConfig", "subnets"):
        yield "The container does not run in your VPC."
