"""The sandbox Mailchimp."""

from local.sandbox.mailchimp.accounts import DEMO, OTHER
from local.sandbox.mailchimp.app import Mailchimp

__all__ = ["DEMO", "OTHER", "Mailchimp"]
