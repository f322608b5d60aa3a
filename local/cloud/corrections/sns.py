"""SNS, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_FORGOTTEN: Final = (
    "ArchivePolicy",
    "FifoThroughputScope",
    "MaximumMessageSize",
    "SignatureVersion",
    "TracingConfig",
    *(
        f"{kind}{what}"
        for kind in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
        for what in (
            "FailureFeedbackRoleArn",
            "SuccessFeedbackRoleArn",
            "SuccessFeedbackSampleRate",
        )
    ),
)
_CONFIRMED_BY_PEOPLE: Final = ("email", "email-json", "http", "https")


@corrects("moto.sns.responses", "SNSResponse.get_topic_attributes")
def _get_topic_attributes(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """Every attribute that was set is told."""
    from moto.core.utils import camelcase_to_underscores  # noqa: PLC0415  after its environment

    answer = moto(request)
    topic = request.backend.get_topic(request._get_param("TopicArn"))  # noqa: SLF001  its only reader
    for name in _FORGOTTEN:
        value = getattr(topic, camelcase_to_underscores(name), None)
        if value:
            answer.result["Attributes"][name] = value
    return answer


@corrects("moto.sns.models", "SNSBackend.subscribe")
def _subscribe(moto: Corrected, backend: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:  # noqa: ANN401
    """An endpoint that someone must confirm is pending until then."""
    subscription = moto(backend, topic_arn, endpoint, protocol)
    if protocol in _CONFIRMED_BY_PEOPLE and not subscription.confirmed:
        subscription.attributes["PendingConfirmation"] = True
        subscription.attributes["ConfirmationWasAuthenticated"] = False
    return subscription


@corrects("moto.sns.models", "SNSBackend.get_subscription_attributes")
def _get_subscription_attributes(moto: Corrected, backend: Any, arn: str) -> Any:  # noqa: ANN401
    """What was taken away is told no more."""
    told = moto(backend, arn)
    if told.get("FilterPolicy") == "{}":
        del told["FilterPolicy"], told["FilterPolicyScope"]
    return {name: value for name, value in told.items() if value not in (None, "")}
