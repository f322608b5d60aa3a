"""Arguments of `WebApplicationFirewall`. Every one may be left out, unless it says otherwise."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi


class ManagedRuleGroupArgs(TypedDict):
    """How one of AWS's managed rule groups is used."""

    mode: NotRequired[str]
    """`block` or `count`; the firewall's `mode` when absent."""

    version: NotRequired[str]
    """Pins a version, as `Version_1.0`; AWS's current default when absent. A pinned version gets
    no new rules, and expires."""

    overrides: NotRequired[Mapping[str, str]]
    """Action by rule of the group: `count`, `captcha`, `challenge`, `block` or `allow`. An allow
    skips every later rule; the policy pack blocks it."""

    scope_down: NotRequired[Mapping[str, Any]]
    """Statement, as `aws.wafv2.WebAcl` takes it, of the requests that the group inspects."""


class BotControlArgs(TypedDict):
    """Bot control: 10 USD a month, and 1 USD (common) or 10 USD (targeted) per million requests."""

    level: NotRequired[str]
    """`common` (default): bots that say that they are. `targeted`: also those that hide."""

    machine_learning: NotRequired[bool]
    """Whether `targeted` may learn from traffic; true by default, as in AWS."""


class ResponseInspectionArgs(TypedDict):
    """By which answers of the application attempts succeed and fail. For CloudFront alone."""

    success_codes: Sequence[int]
    """HTTP statuses of a success, as 200: up to 10. Required."""

    failure_codes: Sequence[int]
    """HTTP statuses of a failure, as 401: up to 10, none of them a success. Required."""


class AccountTakeoverArgs(TypedDict):
    """Account takeover prevention: 10 USD a month, and 1 USD per thousand log-in attempts."""

    login_path: str
    """Path that log-ins are sent to, as `/api/login`. Required."""

    payload_type: NotRequired[str]
    """`JSON` (default) or `FORM_ENCODED`."""

    username_field: NotRequired[str]
    """JSON pointer, or form field, of the user name; `/username` by default."""

    password_field: NotRequired[str]
    """JSON pointer, or form field, of the password; `/password` by default."""

    response_inspection: NotRequired[ResponseInspectionArgs]
    """Limits clients by their failed log-ins too. With scope `cloudfront` alone."""


class AccountCreationFraudArgs(TypedDict):
    """Account creation fraud prevention: 10 USD a month, and 1 USD per thousand attempts."""

    registration_page_path: str
    """Path of the page with the form, as `/register`. Required."""

    creation_path: str
    """Path that the form is sent to, as `/api/accounts`. Required."""

    payload_type: NotRequired[str]
    """`JSON` (default) or `FORM_ENCODED`."""

    username_field: NotRequired[str]
    """JSON pointer, or form field, of the user name; `/username` by default."""

    password_field: NotRequired[str]
    """JSON pointer, or form field, of the password; `/password` by default."""

    email_field: NotRequired[str]
    """JSON pointer, or form field, of the e-mail address; `/email` by default."""

    phone_number_fields: NotRequired[Sequence[str]]
    """JSON pointers, or form fields, of the parts of the phone number, in their order."""

    address_fields: NotRequired[Sequence[str]]
    """JSON pointers, or form fields, of the parts of the postal address, in their order."""

    response_inspection: NotRequired[ResponseInspectionArgs]
    """Limits clients by their new accounts too. With scope `cloudfront` alone."""


class AntiDdosArgs(TypedDict):
    """Anti-DDoS: 20 USD a month per web ACL, and 0.15 USD per million requests."""

    challenge: NotRequired[bool]
    """Whether browsers are challenged silently during an attack; true by default."""

    exempt_uri_patterns: NotRequired[Sequence[str]]
    """Regular expressions of the URIs whose clients cannot answer a challenge: 1 to 5. By default
    what AWS recommends: `/api/`, and files as images, scripts and fonts."""

    challenge_sensitivity: NotRequired[str]
    """`HIGH` (default), `MEDIUM` or `LOW`: how little is enough to challenge a browser."""

    block_sensitivity: NotRequired[str]
    """`LOW` (default), `MEDIUM` or `HIGH`: how sure AWS must be to block."""


class ResponseArgs(TypedDict):
    """What a blocked client is answered."""

    code: int
    """HTTP status that AWS WAF can answer with, as 403, 404, 429 or 503. Required."""

    body: NotRequired[str]
    """Text of at most 4,096 bytes."""

    content_type: NotRequired[str]
    """`TEXT_PLAIN` (default), `TEXT_HTML` or `APPLICATION_JSON`."""

    headers: NotRequired[Mapping[str, str]]
    """Headers to add, as `Retry-After`."""


class HeaderArgs(TypedDict):
    """A header with a value."""

    name: str
    """Name, in any case. Required."""

    value: str
    """The exact value, compared in lower case. Required."""


class RateLimitArgs(TypedDict):
    """Requests that may come in a window."""

    limit: NotRequired[int]
    """Requests per window and key, 10 to 2,000,000,000; 2,000 by default. AWS estimates: the limit
    is applied near it, seconds late."""

    window_in_seconds: NotRequired[int]
    """60, 120, 300 (default) or 600."""

    action: NotRequired[str]
    """`block` (default), `captcha`, `challenge` or `count`."""

    by: NotRequired[Sequence[str]]
    """What is counted apart: `ip` (default), `forwarded_ip`, `method`, `uri_path`,
    `query_string`, `asn`, `ja3`, `ja4`, `header:NAME`, `cookie:NAME`, `query_argument:NAME` or
    `label:NAMESPACE:`; up to 5 together. Empty: all requests of the scope in one count."""

    path_prefix: NotRequired[str]
    """Only requests whose path begins so, as `/api/`."""

    method: NotRequired[str]
    """Only requests of that method, as `POST`."""

    header: NotRequired[HeaderArgs]
    """Only requests with that header."""

    response: NotRequired[ResponseArgs]
    """What a blocked client is answered; 403 without a body when absent."""


class IpRestrictionsArgs(TypedDict):
    """Addresses: CIDRs (IPv4 or IPv6), or existing `aws.wafv2.IpSet`s, as resources or ARNs."""

    block: NotRequired[Sequence[pulumi.Input[str] | pulumi.Resource]]
    """Blocked, whatever they send."""

    only: NotRequired[Sequence[pulumi.Input[str] | pulumi.Resource]]
    """All others are blocked."""

    allow: NotRequired[Sequence[pulumi.Input[str] | pulumi.Resource]]
    """Free of country, reputation, anonymity, DDoS and rate rules; still inspected for attacks."""

    updated_elsewhere: NotRequired[bool]
    """Whether addresses are changed at run time, outside the stack, which then leaves them alone
    once they are made. False by default."""


class CountriesArgs(TypedDict):
    """Countries, as ISO 3166 codes of two letters, by AWS's estimate of the address."""

    block: NotRequired[Sequence[str]]
    """Blocked."""

    only: NotRequired[Sequence[str]]
    """All others are blocked."""


class ForwardedIpArgs(TypedDict):
    """Where the client's address stands behind a CDN or proxy.

    Whoever reaches the endpoint directly can forge the header, and AWS WAF skips a rule where it is
    missing: close the way around the CDN.
    """

    header: NotRequired[str]
    """`X-Forwarded-For` by default."""

    position: NotRequired[str]
    """`FIRST` (default), `LAST` or `ANY` of the addresses in it; countries and rates take the
    first."""


class RuleArgs(TypedDict):
    """A rule of your own."""

    name: str
    """Letters, digits, `-` and `_`; unique. Required."""

    statement: Mapping[str, Any]
    """Statement, as `aws.wafv2.WebAcl` takes it. Required."""

    action: str
    """`block`, `captcha`, `challenge` or `count`. No allow, which skips every later rule. Required.
    """

    labels: NotRequired[Sequence[str]]
    """Labels that matching requests get."""

    before_managed_rules: NotRequired[bool]
    """Whether it stands before AWS's managed rule groups; true by default."""


class LoggingArgs(TypedDict):
    """Where requests are logged, and what of them."""

    destination: NotRequired[str]
    """`cloudwatch` (default), `s3` or `firehose` (into a bucket): made, encrypted and named as AWS
    WAF demands. Whoever reads such a bucket is logged into another one."""

    destination_arn: NotRequired[pulumi.Input[str]]
    """An existing log group, bucket or delivery stream, whose name begins `aws-waf-logs-`."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """Key of all that is made; one is made when absent. Its policy must allow the services."""

    retention_in_days: NotRequired[pulumi.Input[int]]
    """Days that requests, and the access logs of them, are kept, as CloudWatch Logs takes them; 365
    by default, and no less."""

    access_log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that records who reads the logs, where they go into one that is made; one
    is made when absent. It must be of the same region and account, without SSE-KMS by default and
    without object lock, and let `logging.s3.amazonaws.com` put objects."""

    keep: NotRequired[str]
    """`matched` (default): requests that a rule blocked, counted or challenged. `all`: every one.
    """

    redact_headers: NotRequired[Sequence[str]]
    """Headers that are never logged nor sampled, beside `authorization` and `cookie`."""


class AlarmsArgs(TypedDict):
    """When somebody must look. Thresholds are requests in five minutes."""

    topic_arn: NotRequired[pulumi.Input[str]]
    """SNS topic that is told; an encrypted one is made when absent. Subscribe to it."""

    blocked_requests: NotRequired[int]
    """Blocked requests that alarm; 1,000 by default."""

    rate_limited_requests: NotRequired[int]
    """Requests over a rate limit that alarm, for each limit; 100 by default."""

    counted_requests: NotRequired[int]
    """Requests that a rule only counted, and would have blocked; 100 by default."""


class OrganizationArgs(TypedDict):
    """Which accounts and resources of the organization get the firewall."""

    resource_types: NotRequired[Sequence[str]]
    """CloudFormation types; load balancers and API Gateway stages by default. CloudFront
    distributions cannot be together with others."""

    include_accounts: NotRequired[Sequence[str]]
    """Only these accounts."""

    include_organizational_units: NotRequired[Sequence[str]]
    """Only these organizational units."""

    exclude_accounts: NotRequired[Sequence[str]]
    """All but these accounts."""

    exclude_organizational_units: NotRequired[Sequence[str]]
    """All but these organizational units."""


class WebApplicationFirewallArgs(TypedDict):
    """Arguments of `WebApplicationFirewall`. All may be left out."""

    scope: NotRequired[str]
    """`regional` (default), `cloudfront` (distributions and Amplify; made in us-east-1), or
    `organization` (a Firewall Manager policy, from its administrator account)."""

    mode: NotRequired[str]
    """`block` (default), or `count`: every rule only counts, until you have seen what it would
    block."""

    count_until: NotRequired[str]
    """Day, as `2027-01-31`, until which anything may only count; required where anything does. The
    policy pack blocks after it."""

    protects: NotRequired[Sequence[pulumi.Input[str] | pulumi.Resource]]
    """Application load balancers, API Gateway REST stages, AppSync APIs, Cognito user pools, App
    Runner services, Verified Access instances or, with scope `cloudfront`, Amplify apps: the
    resources or their ARNs. A distribution takes `web_acl_arn` as its `web_acl_id` instead."""

    platforms: NotRequired[Sequence[str]]
    """`linux`, `unix`, `windows`, `php`, `wordpress`: what the application runs on."""

    managed_rule_groups: NotRequired[Mapping[str, ManagedRuleGroupArgs]]
    """How groups are used, by AWS's names, as `AWSManagedRulesCommonRuleSet`."""

    bot_control: NotRequired[BotControlArgs]
    """Adds bot control, at a price."""

    account_takeover: NotRequired[AccountTakeoverArgs]
    """Adds account takeover prevention, at a price. Not for Cognito user pools."""

    account_creation_fraud: NotRequired[AccountCreationFraudArgs]
    """Adds account creation fraud prevention, at a price. Not for Cognito user pools."""

    anti_ddos: NotRequired[AntiDdosArgs]
    """Adds anti-DDoS, at a price."""

    rate_limit: NotRequired[RateLimitArgs]
    """The limit for everybody: 2,000 requests in five minutes per address by default. It counts by
    `ip` or `forwarded_ip`, with `asn` or without."""

    rate_limits: NotRequired[Mapping[str, RateLimitArgs]]
    """Further limits by name, as for a log-in path; up to 9."""

    ip_restrictions: NotRequired[IpRestrictionsArgs]
    """Addresses that are blocked, alone let in, or freed of limits."""

    countries: NotRequired[CountriesArgs]
    """Countries that are blocked, or alone let in."""

    forwarded_ip: NotRequired[ForwardedIpArgs]
    """Where the client's address stands behind a CDN; the connection's own when absent."""

    rules: NotRequired[Sequence[RuleArgs]]
    """Rules of your own."""

    body_inspection_kilobytes: NotRequired[int]
    """How much of a body is inspected, where AWS WAF lets it be set: 16 (default), 32, 48 or 64, at
    a price over 16. Load balancers and AppSync have 8, fixed."""

    logging: NotRequired[LoggingArgs]
    """Where requests are logged, and what of them. Not for scope `organization`, but
    `destination_arn`, which is required there."""

    alarms: NotRequired[AlarmsArgs]
    """When somebody must look. Not for scope `organization`: metrics stay in the accounts."""

    dashboard: NotRequired[bool]
    """Whether a CloudWatch dashboard is made, for 3 USD a month; false by default."""

    organization: NotRequired[OrganizationArgs]
    """Which accounts and resources, for scope `organization`."""
