"""`python -m local.demo`: starts the local stack, sends bookings, deals, customers, purchases through, shows them."""

import argparse
import sys
from collections.abc import Sequence

import requests

from local.demo import customers, deals, sales, school
from local.demo.story import Story
from local.demo.visitor import DemoTrouble, Visitor
from local.stack import scheduled
from local.stack.__main__ import add_ports, chosen_ports, say, stop_on_signals, wait_for_ctrl_c
from local.stack.errors import StackError
from local.stack.places import Ports
from local.stack.stack import Running, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 if everything held (or after Ctrl-C, without --once), else 1."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after the story instead of staying up")
    add_ports(parser)
    given = parser.parse_args(arguments)
    stop_on_signals()
    try:
        return _demo(chosen_ports(given), once=given.once)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 1 if given.once else 0


def _demo(ports: Ports, *, once: bool) -> int:
    with running(ports, say) as stack:
        story = told(stack)
        if story.failed:
            say("\nThe demo FAILED:")
            for what in story.failed:
                say(f"  - {what}")
        else:
            say("\nThe demo went well: everything above held.")
        if not once:
            _stay(stack, story)
            wait_for_ctrl_c()
    return 1 if story.failed else 0


def told(stack: Running) -> Story:
    """Tell the story on a running stack; what stops it counts as failed."""
    visitor = Visitor(stack.state.url, stack.state.sandbox, stack.state.region, "demo")
    story = Story(visitor, say, lambda: scheduled.run(stack.state.endpoint_url, "notices"))
    try:
        story.tell()
        sales.tell(story)
        deals.tell(story, stack.state.outputs["HubspotWebhookUrl"])
        customers.tell(story)
        school.tell(story)
    except (DemoTrouble, requests.RequestException) as trouble:
        story.check(False, str(trouble))
    return story


def _stay(stack: Running, story: Story) -> None:
    say(f"""
It stays up until Ctrl-C. Look around:
  HubSpot's records and calls   {stack.state.sandbox}/hubspot/_sandbox/
  Salesforce's leads and calls  {stack.state.sandbox}/salesforce/_sandbox/
  board's projects and calls    {stack.state.sandbox}/board/_sandbox/
  falcana's addresses and calls {stack.state.sandbox}/falcana/_sandbox/
  Mailchimp's members and calls {stack.state.sandbox}/mailchimp/_sandbox/
  Slack's messages and calls    {stack.state.sandbox}/slack/_sandbox/
  the mails                     {stack.state.sandbox}/mailbox/
  the API                       {stack.state.url}
  AWS (emulator)                AWS_ENDPOINT_URL={stack.state.endpoint_url}
In another terminal:
  export PATH="$PWD/.venv/bin:$PATH" RENKEI_WORKSPACE=demo RENKEI_TIMEREX_TOKEN={story.token}
  renkei deliveries
  renkei test-connection hubspot
  renkei send events/timerex/event_confirmed_free_mail.json
  renkei --workspace billing board sync
  renkei --workspace vertrieb falcana status
  renkei --workspace school deliveries
  python -m local.stack logs""")


if __name__ == "__main__":
    sys.exit(main())
