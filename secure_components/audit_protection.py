"""What would blind whoever watches an account: the denies that several roles share."""

from __future__ import annotations

from typing import Final

from secure_components.documents import Statement

BLINDING: Final = (
    "access-analyzer:DeleteAnalyzer",
    "cloudtrail:DeleteEventDataStore",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopEventDataStoreIngestion",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateEventDataStore",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:Disassociate*",
    "guardduty:StopMonitoringMembers",
    "guardduty:UpdateDetector",
    "securityhub:DisableSecurityHub",
    "securityhub:Disassociate*",
)
"""Actions that stop or thin out what records and judges an account.

Source: Service Authorization Reference; which of them blind is our judgement.
"""

LEAVING: Final = ("account:*", "organizations:*")
"""What takes an account out of its organization, or changes who it belongs to."""


def deny_blinding() -> Statement:
    """Return the statement that keeps the records of an account running."""
    return {
        "Sid": "DenyBlinding",
        "Effect": "Deny",
        "Action": list(BLINDING),
        "Resource": "*",
    }


def deny_leaving() -> Statement:
    """Return the statement that keeps an account in its organization."""
    return {"Sid": "DenyLeaving", "Effect": "Deny", "Action": list(LEAVING), "Resource": "*"}
