"""The explicit list of integrations: nothing else imports one."""

from booking_to_hubspot import INTEGRATION as BOOKING_TO_HUBSPOT

INTEGRATIONS = {integration.key: integration for integration in (BOOKING_TO_HUBSPOT,)}
