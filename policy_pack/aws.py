"""Type tokens of AWS resources that several rules share, with their older spellings."""

from __future__ import annotations

from typing import Final

TRAILS: Final = ("aws:cloudtrail/trail:Trail",)
KEYS: Final = ("aws:kms/key:Key",)
KEY_POLICIES: Final = ("aws:kms/keyPolicy:KeyPolicy",)
LOG_GROUPS: Final = ("aws:cloudwatch/logGroup:LogGroup",)

BUCKETS: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
BUCKET_ACLS: Final = ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")
BUCKET_ENCRYPTIONS: Final = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
BUCKET_LIFECYCLES: Final = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
BUCKET_OWNERSHIPS: Final = ("aws:s3/bucketOwnershipControls:BucketOwnershipControls",)
BUCKET_POLICIES: Final = ("aws:s3/bucketPolicy:BucketPolicy",)
BUCKET_VERSIONINGS: Final = (
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketVersioningV2:BucketVersioningV2",
)
PUBLIC_ACCESS_BLOCKS: Final = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)

ALARMS: Final = ("aws:cloudwatch/metricAlarm:MetricAlarm",)
DELIVERY_STREAMS: Final = ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",)
LOG_RESOURCE_POLICIES: Final = ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy",)
TOPICS: Final = ("aws:sns/topic:Topic",)
TOPIC_POLICIES: Final = ("aws:sns/topicPolicy:TopicPolicy",)

IDENTITY_POLICIES: Final = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/userPolicy:UserPolicy",
)
ROLES: Final = ("aws:iam/role:Role",)
