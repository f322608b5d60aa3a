from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, prowler, rule


@rule(
    title="Certificates are kept in ACM, not in IAM",
    types=("aws:iam/serverCertificate:ServerCertificate",),
    severity=Severity.MEDIUM,
    fix="Use aws.acm.Certificate, which AWS renews; import into ACM what another authority issued.",
    controls=(prowler("iam_no_expired_server_certificates_stored"), owasp("A02:2021")),
    passes=[{}],
    fails=[{"certificateBody": "body", "privateKey": "key"}, {"certificateBody": UNKNOWN}],
    omission="There is no certificate without a body: the provider refuses it.",
)
def check(certificate: Resource) -> Findings:
    """Serve no certificate that expires without a word, and keep no private key in a state file.

    IAM renews nothing, warns of nothing, and does not show in its console what it holds. AWS keeps
    it for regions without ACM.

    Source: CIS AWS Foundations, "Ensure that all expired SSL/TLS certificates stored in AWS IAM are
    removed"; AWS IAM User Guide, "Manage server certificates in IAM".
    """
    if certificate.has("certificateBody"):
        yield "IAM neither renews the certificate nor warns before it expires."
