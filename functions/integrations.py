"""The explicit list of integrations: nothing else imports one."""

from __future__ import annotations

import importlib
from types import ModuleType

from booking_to_hubspot import INTEGRATION as BOOKING_TO_HUBSPOT
from booking_to_salesforce import INTEGRATION as BOOKING_TO_SALESFORCE
from falcana_hubspot import INTEGRATION as FALCANA_HUBSPOT
from hubspot_to_board import INTEGRATION as HUBSPOT_TO_BOARD
from lms_to_hubspot import INTEGRATION as LMS_TO_HUBSPOT
from lms_to_mailchimp import INTEGRATION as LMS_TO_MAILCHIMP
from lms_to_slack import INTEGRATION as LMS_TO_SLACK
from renkei.integration import Integration

INTEGRATIONS = {
    integration.key: integration
    for integration in (
        BOOKING_TO_HUBSPOT,
        BOOKING_TO_SALESFORCE,
        HUBSPOT_TO_BOARD,
        FALCANA_HUBSPOT,
        LMS_TO_HUBSPOT,
        LMS_TO_MAILCHIMP,
        LMS_TO_SLACK,
    )
}


def through(vendor: str) -> list[Integration]:
    """The integrations that work with a vendor's connection."""
    return [integration for integration in INTEGRATIONS.values() if vendor in integration.vendors]


def console_of(key: str) -> ModuleType:
    """What an integration brings to the admin's door (`<key>/console.py`): `check` and `preview`."""
    return importlib.import_module(f"{key}.console")
