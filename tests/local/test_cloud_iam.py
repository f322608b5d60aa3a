"""AWS's managed policies, which are read once and handed out anew."""

from __future__ import annotations

import json

from local.cloud import Cloud

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def test_a_reset_forgets_whom_a_managed_policy_was_attached_to(cloud: Cloud) -> None:
    cloud.reset()
    iam = cloud.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="reader", PolicyArn=READ_ONLY)
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1
    cloud.reset()
    policy = iam.get_policy(PolicyArn=READ_ONLY)["Policy"]
    assert policy["AttachmentCount"] == 0
    version = iam.get_policy_version(PolicyArn=READ_ONLY, VersionId=policy["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"]["Statement"]
