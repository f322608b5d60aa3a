"""A GraphQL API behind AWS WAF.

It has one query without a resolver: replace the schema by your own, and add data sources.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

import secure_components as secure

_SCHEMA = """\
type Query {
  health: String
}

schema {
  query: Query
}
"""

api = aws.appsync.GraphQLApi(
    "api",
    authentication_type="AWS_IAM",
    schema=_SCHEMA,
    xray_enabled=True,
    introspection_config="DISABLED",
    query_depth_limit=10,
    resolver_count_limit=100,
)

firewall = secure.WebApplicationFirewall("firewall", {"protects": [api]})

pulumi.export("url", api.uris["GRAPHQL"])
pulumi.export("web_acl_arn", firewall.web_acl_arn)
pulumi.export("capacity", firewall.capacity)
