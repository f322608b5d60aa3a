"""Events of CloudTrail, in the form in which a trail writes them to its log group.

Source: AWS CloudTrail User Guide, "CloudTrail record contents", "CloudTrail userIdentity element"
and "AWS Management Console sign-in events".
"""

from __future__ import annotations

from typing import Any, Final

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"

Event = dict[str, Any]

USER: Final[Event] = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLEEXAMPLE01",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "userName": "alice",
}
ROOT: Final[Event] = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": f"arn:aws:iam::{ACCOUNT}:root",
    "accountId": ACCOUNT,
    "accessKeyId": "",
}
SERVICE: Final[Event] = {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}


def role(name: str = "deploy", session: str = "pipeline") -> Event:
    """Return who somebody is that has assumed a role."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLEEXAMPLE01:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEEXAMPLE01",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
                "accountId": ACCOUNT,
                "userName": name,
            },
            "attributes": {"creationDate": "2026-11-02T08:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def call(source: str, name: str, who: Event | None = None, **more: Any) -> Event:
    """Return the event of a call to a service, as `iam`."""
    return {
        "eventVersion": "1.11",
        "userIdentity": who or role(),
        "eventTime": "2026-11-02T08:15:30Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": None,
        "responseElements": None,
        "requestID": "11111111-2222-3333-4444-555555555555",
        "eventID": "66666666-7777-8888-9999-000000000000",
        "readOnly": name.startswith(("Get", "List", "Describe")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **more,
    }


def denied(source: str, name: str, code: str) -> Event:
    """Return the event of a call that was refused."""
    return call(source, name, errorCode=code, errorMessage="You are not authorized.")


def sign_in(who: Event, *, mfa: bool, success: bool = True, **additional: str) -> Event:
    """Return the event of a sign-in to the console."""
    told = {
        "LoginTo": "https://console.aws.amazon.com/console/home",
        "MobileVersion": "No",
        "MFAUsed": "Yes" if mfa else "No",
    }
    failed = {} if success else {"errorMessage": "Failed authentication"}
    return call(
        "signin",
        "ConsoleLogin",
        {name: value for name, value in who.items() if name != "accessKeyId"},
        responseElements={"ConsoleLogin": "Success" if success else "Failure"},
        additionalEventData={**told, **additional},
        eventType="AwsConsoleSignIn",
        **failed,
    )


SAML_SIGN_IN: Final = sign_in(
    role("Administrators", "alice"),
    mfa=False,
    SamlProviderArn=f"arn:aws:iam::{ACCOUNT}:saml-provider/company",
)
"""Through an identity provider, whose MFA AWS does not see."""

IDENTITY_CENTER_SIGN_IN: Final = sign_in(
    role("AWSReservedSSO_Administrator_0123456789abcdef", "alice"), mfa=False
)
"""Through IAM Identity Center's access portal: its own sign-in has asked for MFA."""

ORDINARY: Final[dict[str, Event]] = {
    "reads": call("ec2", "DescribeInstances"),
    "a role is assumed": call("sts", "AssumeRole", SERVICE),
    "an instance is started": call("ec2", "RunInstances"),
    "a bucket is made": call("s3", "CreateBucket"),
    "a bucket is asked for": call("s3", "HeadBucket"),
    "a key is used": call("kms", "GenerateDataKey", {**SERVICE, "invokedBy": "s3.amazonaws.com"}),
    "a key is made": call("kms", "CreateKey"),
    "a user's sign-in with MFA": sign_in(USER, mfa=True),
    "another error": call("s3", "CreateBucket", errorCode="BucketAlreadyExists"),
    "throttled": call("ec2", "DescribeInstances", errorCode="Client.RequestLimitExceeded"),
    "a scaling policy of Auto Scaling": call("autoscaling", "DeletePolicy"),
    "a scaling policy of Application Auto Scaling": call("autoscaling", "PutScalingPolicy"),
    "the root user's key, used by a service": call(
        "kms", "Decrypt", {**ROOT, "invokedBy": "secretsmanager.amazonaws.com"}
    ),
    "a service on the root user's behalf": call(
        "kms", "RotateKey", ROOT, eventType="AwsServiceEvent"
    ),
    "a table's route of API Gateway": call("apigateway", "CreateRoute"),
    "the recorder's status": call("config", "DescribeConfigurationRecorderStatus"),
    "an organization's reading": call("organizations", "DescribeOrganization"),
    "a firewall": call("wafv2", "UpdateWebACL"),
}
"""What happens all day, and is for nobody to look at."""
