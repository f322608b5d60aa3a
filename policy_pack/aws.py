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
BUCKET_LOCKS: Final = (
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
)
BUCKET_LOGGINGS: Final = (
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketLoggingV2:BucketLoggingV2",
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
LOG_DELIVERIES: Final = ("aws:cloudwatch/logDelivery:LogDelivery",)
LOG_DELIVERY_DESTINATIONS: Final = ("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",)
LOG_DELIVERY_SOURCES: Final = ("aws:cloudwatch/logDeliverySource:LogDeliverySource",)
METRIC_FILTERS: Final = ("aws:cloudwatch/logMetricFilter:LogMetricFilter",)
LOG_RESOURCE_POLICIES: Final = ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy",)
TOPICS: Final = ("aws:sns/topic:Topic",)
TOPIC_POLICIES: Final = ("aws:sns/topicPolicy:TopicPolicy",)

IDENTITY_POLICIES: Final = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
)
ROLES: Final = ("aws:iam/role:Role",)

ACCOUNT_PUBLIC_ACCESS_BLOCKS: Final = ("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",)
ANALYZERS: Final = ("aws:accessanalyzer/analyzer:Analyzer",)
CONFIG_RECORDERS: Final = ("aws:cfg/recorder:Recorder",)
CONFIG_RECORDER_STATUSES: Final = ("aws:cfg/recorderStatus:RecorderStatus",)
DEFAULT_SECURITY_GROUPS: Final = ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",)
DETECTORS: Final = ("aws:guardduty/detector:Detector",)
DETECTOR_FEATURES: Final = ("aws:guardduty/detectorFeature:DetectorFeature",)
EBS_ENCRYPTIONS: Final = ("aws:ebs/encryptionByDefault:EncryptionByDefault",)
FLOW_LOGS: Final = ("aws:ec2/flowLog:FlowLog",)
HUBS: Final = ("aws:securityhub/account:Account",)
HUB_STANDARDS: Final = ("aws:securityhub/standardsSubscription:StandardsSubscription",)
INSTANCES: Final = ("aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest")
LAUNCH_CONFIGURATIONS: Final = ("aws:ec2/launchConfiguration:LaunchConfiguration",)
LAUNCH_TEMPLATES: Final = ("aws:ec2/launchTemplate:LaunchTemplate",)
MACIE_ACCOUNTS: Final = ("aws:macie2/account:Account",)
METADATA_DEFAULTS: Final = ("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",)
SNAPSHOT_ACCESS_BLOCKS: Final = ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",)
VPCS: Final = ("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")

ORGANIZATIONS: Final = ("aws:organizations/organization:Organization",)
ORGANIZATION_ACCOUNTS: Final = ("aws:organizations/account:Account",)
ORGANIZATION_ADMINISTRATORS: Final = (
    "aws:organizations/delegatedAdministrator:DelegatedAdministrator",
)
ORGANIZATION_POLICIES: Final = ("aws:organizations/policy:Policy",)
ORGANIZATION_POLICY_ATTACHMENTS: Final = ("aws:organizations/policyAttachment:PolicyAttachment",)

SUBNETS: Final = ("aws:ec2/subnet:Subnet",)
CACHES: Final = ("aws:elasticache/replicationGroup:ReplicationGroup",)
CLASSIC_SECURITY_GROUP_RULES: Final = ("aws:ec2/securityGroupRule:SecurityGroupRule",)
CACHE_CLUSTERS_OF_TABLES: Final = ("aws:dax/cluster:Cluster",)
DATABASE_CLUSTERS: Final = ("aws:rds/cluster:Cluster",)
DATABASE_INSTANCES: Final = ("aws:rds/instance:Instance",)
DATABASE_MEMBERS: Final = ("aws:rds/clusterInstance:ClusterInstance",)
DATABASE_SNAPSHOTS: Final = (
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)
DOCUMENT_CLUSTERS: Final = ("aws:docdb/cluster:Cluster",)
GRAPH_CLUSTERS: Final = ("aws:neptune/cluster:Cluster",)
ELASTIC_FILE_SYSTEMS: Final = ("aws:efs/fileSystem:FileSystem",)
HTTP_API_STAGES: Final = ("aws:apigatewayv2/stage:Stage",)
FILE_SYSTEM_BACKUPS: Final = ("aws:efs/backupPolicy:BackupPolicy",)
IMAGE_PERMISSIONS: Final = ("aws:ec2/amiLaunchPermission:AmiLaunchPermission",)
IMAGE_REPOSITORIES: Final = ("aws:ecr/repository:Repository",)
IMAGE_SCANNING: Final = ("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",)
KUBERNETES_CLUSTERS: Final = ("aws:eks/cluster:Cluster",)
LISTENERS: Final = (
    "aws:lb/listener:Listener",
    "aws:alb/listener:Listener",
    "aws:elasticloadbalancingv2/listener:Listener",
    "aws:applicationloadbalancing/listener:Listener",
)
METHOD_SETTINGS: Final = ("aws:apigateway/methodSettings:MethodSettings",)
MODEL_LOGS: Final = (
    "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration",
)
NETWORK_ACLS: Final = (
    "aws:ec2/networkAcl:NetworkAcl",
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
)
NETWORK_ACL_RULES: Final = ("aws:ec2/networkAclRule:NetworkAclRule",)
NETWORK_FIREWALL_POLICIES: Final = ("aws:networkfirewall/firewallPolicy:FirewallPolicy",)
PREFIX_LISTS: Final = (
    "aws:ec2/managedPrefixList:ManagedPrefixList",
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
)
SECRET_ROTATIONS: Final = ("aws:secretsmanager/secretRotation:SecretRotation",)
SECURITY_GROUPS: Final = ("aws:ec2/securityGroup:SecurityGroup",)
SECURITY_GROUP_INGRESS: Final = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",)
STREAMS: Final = ("aws:kinesis/stream:Stream",)
TABLES: Final = ("aws:dynamodb/table:Table",)
TRANSIT_GATEWAYS: Final = ("aws:ec2transitgateway/transitGateway:TransitGateway",)
VOLUMES: Final = ("aws:ebs/volume:Volume", "aws:ebs/snapshotCopy:SnapshotCopy")
WAREHOUSES: Final = ("aws:redshift/cluster:Cluster",)
WAREHOUSE_LOGS: Final = ("aws:redshift/logging:Logging",)
