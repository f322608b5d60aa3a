from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, rule


@rule(
    title="Permission sets are assigned to groups",
    types=("aws:ssoadmin/accountAssignment:AccountAssignment",),
    severity=Severity.MEDIUM,
    fix='Set principal_type="GROUP" with the id of a group, and add the user to it.',
    controls=(owasp("A01:2021"),),
    passes=[
        {"principalType": "GROUP", "principalId": "id"},
        {"principalType": "GROUP", "principalId": UNKNOWN},
    ],
    fails=[{"principalType": "USER", "principalId": "id"}, {"principalType": "user"}, {}],
    undecided=[{"principalType": UNKNOWN}],
)
def check(assignment: Resource) -> Findings:
    """Know who may do what by looking at groups, and let joining and leaving change it.

    An assignment to a user stays when the person changes the team, and is seen by nobody who looks
    at the groups of the identity provider.

    Source: IAM Identity Center User Guide, "Assign user or group access to AWS accounts", which
    advises groups.
    """
    if assignment.get("principalType") != "GROUP":
        yield "The permission set is assigned to a user directly."
