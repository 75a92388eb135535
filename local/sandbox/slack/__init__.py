"""The sandbox Slack."""

from local.sandbox.slack.app import Slack
from local.sandbox.slack.teams import DEMO, OTHER

__all__ = ["DEMO", "OTHER", "Slack"]
