"""What a read-only role may not read, and the source that says what it would be given.

`DATA` is always denied: actions whose purpose is to hand out what a resource holds, a credential,
or a link that is as good as one. `METADATA` is denied on request: actions that describe a resource,
one setting of which may hold a secret that somebody put there in plain text, or personal data.

Patterns, and not only what AWS grants today: AWS may widen its policies. Each entry's source is one
of

- `API MEMBER`: the API reference of the operation; `MEMBER` is the part of its output, and stands
  in botocore's service model, against which a test holds it.
- `SAR`: the page of the service in the Service Authorization Reference.
- `ours`: our own inference from the operation's name and purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Denial:
    """Actions that are denied.

    Attributes:
        actions: A pattern of actions, as `s3:GetObject*`.
        returns: What they hand out.
        source: Who says so: `API MEMBER`, `SAR` or `ours`.
    """

    actions: str
    returns: str
    source: str


DATA: Final = (
    Denial("appconfig:GetConfiguration", "a configuration", "API Content"),
    Denial("appconfig:GetHostedConfigurationVersion", "a configuration", "API Content"),
    Denial("appconfig:GetLatestConfiguration", "a configuration", "SAR"),
    Denial("appsync:ListApiKeys", "keys of APIs: an id is the key", "API apiKeys.id"),
    Denial("athena:GetQueryR*", "results of queries", "API ResultSet.Rows"),
    Denial("backup:ListIndexed*", "what indexed backups hold", "ours"),
    Denial("bedrock:*FlowExecution*", "inputs and outputs of flows", "ours"),
    Denial("bedrock:*IngestedDocument*", "who may read which document", "ours"),
    Denial("bedrock:*InvocationStep*", "talks", "API invocationStep.payload.contentBlocks"),
    Denial("bedrock:*KnowledgeBaseDocuments", "documents of a knowledge base", "ours"),
    Denial("bedrock:*Session*", "talks", "ours"),
    Denial("bedrock:GetAgentMemory", "talks", "API memoryContents.sessionSummary.summaryText"),
    Denial("bedrock:GetPrompt", "prompts", "API variants.templateConfiguration.text.text"),
    Denial("bedrock:ListInvocations", "talks", "ours"),
    Denial("cloudfront:Get*Function", "code", "API FunctionCode"),
    Denial("cloudtrail:Get*Data", "events of a data store", "ours"),
    Denial("cloudtrail:GetQueryResults", "events of a data store", "API QueryResultRows"),
    Denial("cloudwatch:GetInsightRuleReport", "fields of log events", "API Contributors.Keys"),
    Denial("codeartifact:GetAuthorizationToken", "a token", "API authorizationToken"),
    Denial("codeartifact:GetPackageVersion*", "packages", "API asset"),
    Denial("codecommit:*Get*File*", "code", "ours"),
    Denial("codecommit:Get*Commit*", "commits", "API commit.message"),
    Denial("codecommit:GetBlob", "code", "API content"),
    Denial("codecommit:GetDifferences", "code", "ours"),
    Denial("codecommit:GitPull", "code", "SAR"),
    Denial("codecommit:ListFileCommitHistory", "commits", "API revisionDag.commit.message"),
    Denial(
        "codedeploy:*GetDeploymentInstance*",
        "the end of a script's log",
        "API instanceSummary.lifecycleEvents.diagnostics.logTail",
    ),
    Denial(
        "codedeploy:*GetDeploymentTarget*",
        "the end of a script's log",
        "API deploymentTarget.instanceTarget.lifecycleEvents.diagnostics.logTail",
    ),
    Denial(
        "codepipeline:GetJobDetails",
        "credentials of the artifacts",
        "API jobDetails.data.artifactCredentials.secretAccessKey",
    ),
    Denial("cognito-identity:GetC*", "credentials", "API Credentials.SecretKey"),
    Denial("cognito-identity:GetOpen*", "a token", "API Token"),
    Denial(
        "cognito-idp:*UserImportJob*", "a link to write users", "API UserImportJob.PreSignedUrl"
    ),
    Denial("cognito-idp:AdminGet*", "users of an application", "API UserAttributes.Value"),
    Denial(
        "cognito-idp:DescribeIdentityProvider",
        "the secret of a client",
        "API IdentityProvider.ProviderDetails",
    ),
    Denial(
        "cognito-idp:DescribeUserPoolClient",
        "the secret of a client",
        "API UserPoolClient.ClientSecret",
    ),
    Denial("cognito-idp:ListDevices", "users of an application", "API Devices.DeviceAttributes"),
    Denial(
        "cognito-idp:ListUserPoolClientSecrets",
        "the secrets of a client",
        "API ClientSecrets.ClientSecretValue",
    ),
    Denial("cognito-idp:ListUsers*", "users of an application", "API Users.Attributes.Value"),
    Denial("cognito-idp:Get*", "users of an application", "API UserAttributes.Value"),
    Denial("config:DeliverConfigSnapshot", "nothing, but has a snapshot written", "SAR"),
    Denial("connect:*Notifications", "messages", "API UserNotifications.Content"),
    Denial("connect:Get*", "tokens, and contacts with customers", "ours"),
    Denial("connect:ListAssociatedContacts", "contacts with customers", "ours"),
    Denial("connect:ListContactE*", "contacts with customers", "ours"),
    Denial(
        "connect:ListContactR*", "contacts with customers", "API ReferenceSummaryList.Url.Value"
    ),
    Denial("connect:ListDataTable*Values", "values of tables", "API Values.Value"),
    Denial("connect:ListRealtime*", "transcripts", "API Segments.Transcript.Content"),
    Denial("directconnect:Describe*Loa", "letters of authorization", "API loa.loaContent"),
    Denial("directconnect:DescribeRouterC*", "keys of BGP", "API customerRouterConfig"),
    Denial(
        "directconnect:DescribeVirtualInterfaces", "keys of BGP", "API virtualInterfaces.authKey"
    ),
    Denial(
        "discovery:DescribeExport*",
        "links to an inventory",
        "API exportsInfo.configurationsDownloadUrl",
    ),
    Denial("dms:DescribeCertificates", "wallets", "API Certificates.CertificateWallet"),
    Denial(
        "dms:DescribeReplicationTaskAssessmentR*",
        "links to results",
        "API ReplicationTaskAssessmentResults.S3ObjectUrl",
    ),
    Denial("dynamodb:*GetItem", "items", "API Item"),
    Denial("dynamodb:GetRecords", "items", "API Records.dynamodb.NewImage"),
    Denial("dynamodb:PartiQL*", "items", "SAR"),
    Denial("dynamodb:Query", "items", "API Items"),
    Denial("dynamodb:Scan", "items", "API Items"),
    Denial(
        "ec2:DescribeBundleTasks",
        "a signed policy to upload",
        "API BundleTasks.Storage.S3.UploadPolicySignature",
    ),
    Denial(
        "ec2:DescribeConversionTasks",
        "links to images",
        "API ConversionTasks.ImportVolume.Image.ImportManifestUrl",
    ),
    Denial(
        "ec2:DescribeImport*Tasks",
        "links to images",
        "API ImportImageTasks.SnapshotDetails.Url",
    ),
    Denial(
        "ec2:DescribeVpnConnections",
        "pre-shared keys",
        "API VpnConnections.Options.TunnelOptions.PreSharedKey",
    ),
    Denial("ec2:GetConsole*", "what a machine printed", "API Output"),
    Denial("ec2:GetInstanceUefiData", "variables of UEFI", "API UefiData"),
    Denial("ec2:GetLaunchTemplateData", "user data", "API LaunchTemplateData.UserData"),
    Denial("ec2:GetPasswordData", "a password", "API PasswordData"),
    Denial(
        "ec2:GetVpnConnectionDeviceS*",
        "pre-shared keys",
        "API VpnConnectionDeviceSampleConfiguration",
    ),
    Denial("ecr-public:GetAuthorizationToken", "a token", "API authorizationData"),
    Denial("ecr:GetAuthorizationToken", "a token", "API authorizationData"),
    Denial("ecr:BatchGetImage", "images", "API images.imageManifest"),
    Denial("ecr:GetDownloadUrlForLayer", "images", "API downloadUrl"),
    Denial("ecs:ExecuteCommand", "a shell", "SAR"),
    Denial("es:ESHttp*", "documents", "SAR"),
    Denial("gamelift:GetInstanceAccess", "a key", "API InstanceAccess.Credentials.Secret"),
    Denial("gamelift:ListGameServers", "data of games", "API GameServers.GameServerData"),
    Denial("glacier:GetJobOutput", "archives", "API body"),
    Denial("glue:GetConnection*", "passwords", "API Connection.ConnectionProperties"),
    Denial("iot:GetRetainedMessage", "messages", "SAR"),
    Denial("iot:GetThingShadow", "states of things", "SAR"),
    Denial("kinesis:GetRecords", "records", "API Records.Data"),
    Denial("kinesis:SubscribeToShard", "records", "SAR"),
    Denial("kinesisvideo:Get*", "video", "ours"),
    Denial("kms:Decrypt*", "plain text", "API Plaintext"),
    Denial("kms:GetParametersForImport", "a token to import a key", "API ImportToken"),
    Denial("lambda:GetFunction", "a link to the code", "API Code.Location"),
    Denial("lambda:GetLayerVersion", "a link to the code", "API Content.Location"),
    Denial("lambda:Invoke*", "what a function answers", "SAR"),
    Denial("license-manager:GetAccessToken", "a token", "API AccessToken"),
    Denial("lightsail:GetBucketAccessKeys", "keys", "API accessKeys.secretAccessKey"),
    Denial("lightsail:GetContainerLog", "log events", "API logEvents.message"),
    Denial("lightsail:GetInstanceAccess*", "keys", "API accessDetails.privateKey"),
    Denial("lightsail:GetRelationalDatabase*", "passwords and logs", "API masterUserPassword"),
    Denial("logs:FilterLogEvents", "log events", "API events.message"),
    Denial("logs:GetLogEvents", "log events", "API events.message"),
    Denial("logs:GetLogObject", "log events", "API fieldStream"),
    Denial("logs:GetLogRecord", "log events", "API logRecord"),
    Denial("logs:GetQueryResults", "log events", "API results.value"),
    Denial("logs:StartLiveTail", "log events", "SAR"),
    Denial("logs:StartQuery", "log events", "SAR"),
    Denial("logs:Unmask", "log events, unmasked", "SAR"),
    Denial("mediaconnect:*Thumbnail", "pictures", "API ThumbnailDetails.Thumbnail"),
    Denial("mediastore:GetObject", "objects", "SAR"),
    Denial(
        "quicksight:*AssetBundle*Job", "links to definitions and credentials", "API DownloadUrl"
    ),
    Denial("quicksight:*DashboardSnapshotJob*", "links to dashboards", "API Result"),
    Denial("quicksight:DescribeAutomationJob", "data of a run", "API OutputPayload"),
    Denial("quicksight:DescribeData*Permissions", "nothing, but AWS ranks it higher", "SAR"),
    Denial("quicksight:DescribeTopicPermissions", "nothing, but AWS ranks it higher", "SAR"),
    Denial("quicksight:ListTopicReviewedAnswers", "answers", "API Answers.Question"),
    Denial("rds:DownloadDBLog*", "a database's log", "API LogFileData"),
    Denial("redshift-serverless:GetCredentials", "a password", "API dbPassword"),
    Denial("redshift:GetClusterCredentials*", "a password", "API DbPassword"),
    Denial("redshift:DescribeQuery", "queries", "SAR"),
    Denial("redshift:DescribeSavedQueries", "queries", "SAR"),
    Denial("redshift:ViewQueries*", "queries", "SAR"),
    Denial("rekognition:ListDatasetEntries", "data to train with", "API DatasetEntries"),
    Denial("rekognition:ListFaces", "faces", "API Faces.FaceId"),
    Denial("s3:GetDataAccess", "credentials", "API Credentials.SecretAccessKey"),
    Denial("s3:GetObject*", "objects", "API Body"),
    Denial("s3express:CreateSession", "credentials", "SAR"),
    Denial("s3tables:GetTableData", "rows", "SAR"),
    Denial("s3vectors:*Vectors", "vectors", "API vectors.data"),
    Denial("secretsmanager:*GetSecretValue", "secrets", "API SecretString"),
    Denial("securityhub:BatchGetEnabledRegionsV2", "unknown: no reference names it", "ours"),
    Denial("ses:GetArchiveM*", "mails", "API MessageDownloadLink"),
    Denial("ses:ListAddressListI*", "links to write addresses", "API ImportJobs.PreSignedUrl"),
    Denial("ses:ListContacts", "addresses of customers", "API Contacts.EmailAddress"),
    Denial("ses:ListMembers*", "addresses of customers", "API Addresses.Address"),
    Denial(
        "ses:ListSuppressed*",
        "addresses of customers",
        "API SuppressedDestinationSummaries.EmailAddress",
    ),
    Denial("sns:ListEndpoints*", "tokens of devices", "API Endpoints.Attributes"),
    Denial("sns:ListPhone*", "numbers of customers", "API phoneNumbers"),
    Denial("sns:ListSMSSandboxPhone*", "numbers", "API PhoneNumbers.PhoneNumber"),
    Denial("sqs:ReceiveMessage", "messages", "API Messages.Body"),
    Denial("ssm:GetParameter*", "parameters", "API Parameter.Value"),
    Denial(
        "ssm:ListCommandInvocations",
        "what a command printed",
        "API CommandInvocations.CommandPlugins.Output",
    ),
    Denial("ssm:S*Session", "a shell", "SAR"),
    Denial("sso:GetRoleCredentials", "credentials", "API roleCredentials.secretAccessKey"),
    Denial("states:DescribeExecution", "inputs and outputs", "API output"),
    Denial("states:GetA*", "inputs of activities", "API input"),
    Denial("states:GetExecutionHistory", "inputs and outputs", "API events"),
    Denial(
        "storagegateway:DescribeChap*", "secrets", "API ChapCredentials.SecretToAuthenticateTarget"
    ),
    Denial("sts:AssumeR*", "credentials", "API Credentials.SecretAccessKey"),
    Denial("sts:GetFederationToken", "credentials", "API Credentials.SecretAccessKey"),
    Denial("sts:GetSessionToken", "credentials", "API Credentials.SecretAccessKey"),
    Denial("support:DescribeAttachment", "attachments of cases", "API attachment.data"),
    Denial("support:DescribeC*", "texts of cases", "ours"),
    Denial("transcribe:Get*Transcript*", "transcripts", "ours"),
    Denial("transcribe:Get*Vocabulary*", "links to word lists", "API DownloadUri"),
    Denial("wafv2:GetSampledRequests", "requests", "API SampledRequests.Request"),
    Denial("wafv2:ListAPIKeys", "keys", "API APIKeySummaries.APIKey"),
    Denial("xray:GetTraceSum*", "requests", "API TraceSummaries.Http.HttpURL"),
    Denial("xray:BatchGetTraces", "requests", "API Traces.Segments.Document"),
)
"""Always denied."""

METADATA: Final = (
    Denial("airflow:GetEnvironment", "options", "API Environment.AirflowConfigurationOptions"),
    Denial(
        "apprunner:DescribeService",
        "variables",
        "API Service.SourceConfiguration.ImageRepository.ImageConfiguration"
        ".RuntimeEnvironmentVariables",
    ),
    Denial("autoscaling:DescribeLaunchC*", "user data", "API LaunchConfigurations.UserData"),
    Denial("batch:DescribeJob*", "variables", "API jobDefinitions.containerProperties.environment"),
    Denial("cleanrooms:GetProtected*", "queries", "API protectedQuery.sqlParameters"),
    Denial("cloudformation:Describe*", "parameters", "API Stacks.Parameters.ParameterValue"),
    Denial("cloudformation:GetTemplate*", "templates", "API TemplateBody"),
    Denial("cloudformation:ListExports", "values", "API Exports.Value"),
    Denial("cloudformation:ListResourceRequests", "properties", "ours"),
    Denial(
        "cloudformation:ListStackInstanceR*",
        "properties",
        "API Summaries.PropertyDifferences.ActualValue",
    ),
    Denial(
        "cloudfront:GetDistribution*",
        "headers to the origin",
        "API DistributionConfig.Origins.Items.CustomHeaders.Items.HeaderValue",
    ),
    Denial(
        "cloudfront:ListDistributions*",
        "headers to the origin",
        "API DistributionList.Items.Origins.Items.CustomHeaders.Items.HeaderValue",
    ),
    Denial("cloudtrail:LookupEvents", "requests", "API Events.CloudTrailEvent"),
    Denial(
        "codebuild:BatchGetProjects",
        "variables",
        "API projects.environment.environmentVariables.value",
    ),
    Denial("config:BatchGet*", "properties", "API baseConfigurationItems.configuration"),
    Denial("config:Get*ResourceConfig*", "properties", "API configurationItems.configuration"),
    Denial("config:Select*", "properties", "API Results"),
    Denial("datasync:DescribeLocationFsxO*", "a password", "API Protocol.SMB.Password"),
    Denial("dms:DescribeEndpoints", "passwords", "API Endpoints.MongoDbSettings.Password"),
    Denial(
        "ds:DescribeDirectories",
        "the secret of RADIUS",
        "API DirectoryDescriptions.RadiusSettings.SharedSecret",
    ),
    Denial("ec2:DescribeInstanceAttribute", "user data", "API UserData.Value"),
    Denial(
        "ec2:DescribeLaunchTemplateVersions",
        "user data",
        "API LaunchTemplateVersions.LaunchTemplateData.UserData",
    ),
    Denial(
        "ec2:DescribeSpot*Requests",
        "user data",
        "API SpotInstanceRequests.LaunchSpecification.UserData",
    ),
    Denial(
        "ec2:DescribeVerifiedAccessTrustProviders",
        "the secret of a client",
        "API VerifiedAccessTrustProviders.OidcOptions.ClientSecret",
    ),
    Denial(
        "ecs:DescribeExpress*",
        "variables",
        "API service.activeConfigurations.primaryContainer.environment",
    ),
    Denial(
        "ecs:DescribeTask*",
        "variables",
        "API taskDefinition.containerDefinitions.environment.value",
    ),
    Denial(
        "elasticbeanstalk:DescribeConfigurationSettings",
        "variables",
        "API ConfigurationSettings.OptionSettings.Value",
    ),
    Denial("elasticmapreduce:Describe*", "arguments", "API Cluster.Configurations.Properties"),
    Denial("elasticmapreduce:ListBootstrapActions", "arguments", "API BootstrapActions.Args"),
    Denial(
        "elasticmapreduce:ListInstance*",
        "settings",
        "API InstanceGroups.Configurations.Properties",
    ),
    Denial("elasticmapreduce:ListSteps", "arguments", "API Steps.Config.Args"),
    Denial(
        "emr-serverless:GetApplication",
        "settings",
        "API application.runtimeConfiguration.properties",
    ),
    Denial(
        "events:DescribeConnection",
        "headers",
        "API AuthParameters.InvocationHttpParameters.HeaderParameters.Value",
    ),
    Denial("events:ListTargetsByRule", "inputs", "API Targets.Input"),
    Denial(
        "firehose:DescribeDeliveryStream",
        "a token",
        "API DeliveryStreamDescription.Destinations.SplunkDestinationDescription.HECToken",
    ),
    Denial("glue:GetDevEndpoints", "arguments", "API DevEndpoints.Arguments"),
    Denial("glue:GetJob*", "arguments", "API Jobs.DefaultArguments"),
    Denial("glue:ListSessions", "arguments", "API Sessions.DefaultArguments"),
    Denial("identitystore:ListUsers", "names and addresses", "API Users.Emails.Value"),
    Denial("kafkaconnect:Describe*", "settings", "API connectorConfiguration"),
    Denial("lambda:GetFunctionConfiguration", "variables", "API Environment.Variables"),
    Denial("lambda:ListFunctions", "variables", "API Functions.Environment.Variables"),
    Denial("lambda:ListVersionsByFunction", "variables", "API Versions.Environment.Variables"),
    Denial(
        "lightsail:GetContainerS*",
        "variables",
        "API containerServices.currentDeployment.containers.environment",
    ),
    Denial("logs:DescribeQuer*", "queries", "API queries.queryString"),
    Denial("mq:DescribeConfigurationR*", "settings", "API Data"),
    Denial(
        "rds:DescribeOptionGroups", "settings", "API OptionGroupsList.Options.OptionSettings.Value"
    ),
    Denial(
        "quicksight:DescribeDataSet", "queries", "API DataSet.PhysicalTableMap.CustomSql.SqlQuery"
    ),
    Denial(
        "quicksight:DescribeTopic",
        "values",
        "API Topic.DataSets.Columns.CellValueSynonyms.CellValue",
    ),
    Denial("route53domains:GetDomainDetail", "names and addresses", "API AdminContact.Email"),
    Denial("sagemaker:Describe*Job*", "variables", "API Environment"),
    Denial("sagemaker:Describe*LifecycleConfig", "scripts", "API OnCreate.Content"),
    Denial("sagemaker:DescribeInferenceC*", "variables", "API Specification.Container.Environment"),
    Denial("sagemaker:DescribeModel*", "variables", "API PrimaryContainer.Environment"),
    Denial("sagemaker:DescribePipeline*", "definitions", "API PipelineDefinition"),
    Denial("sagemaker:ListPipelineP*", "parameters", "API PipelineParameters.Value"),
    Denial("sns:ListSubscriptions*", "addresses and numbers", "API Subscriptions.Endpoint"),
    Denial("ssm:*AutomationE*", "outputs", "API AutomationExecution.Outputs"),
    Denial("ssm:Describe*MaintenanceWindow*Task*", "parameters", "API Tasks.TaskParameters"),
    Denial("ssm:DescribeAssociation", "parameters", "API AssociationDescription.Parameters"),
    Denial("ssm:ListAssociationV*", "parameters", "API AssociationVersions.Parameters"),
    Denial("ssm:ListCommands", "parameters", "API Commands.Parameters"),
    Denial("states:DescribeStateMachine", "definitions", "API definition"),
    Denial("workmail:DescribeUser", "names and addresses", "API Telephone"),
)
"""Denied where `deny_secrets_in_metadata` is set."""
