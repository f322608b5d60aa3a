from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, rule


@rule(
    title="IAM users have no credentials of single services",
    types=(
        "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
        "aws:iam/sshKey:SshKey",
        "aws:iam/signingCertificate:SigningCertificate",
    ),
    severity=Severity.MEDIUM,
    fix="Use a role: for CodeCommit with git-remote-codecommit, elsewhere with its sessions.",
    controls=(owasp("A07:2021"),),
    passes=[{"status": "Inactive"}, {"status": "inactive"}],
    fails=[{}, {"status": "Active"}, {"userName": UNKNOWN}],
    undecided=[{"status": UNKNOWN}],
)
def check(credential: Resource) -> Findings:
    """Keep no credential that works until somebody remembers to end it.

    SSH keys and passwords for CodeCommit, Keyspaces or Bedrock, and certificates that sign
    requests, last as long as access keys, and are looked at less. That all of them are found is
    our inference.

    Source: AWS IAM User Guide, "Security best practices in IAM", "Require workloads to use
    temporary credentials with IAM roles"; "Service-specific credentials for IAM users".
    """
    if str(credential.get("status")).lower() != "inactive":
        yield "The credential works until it is ended by hand."
