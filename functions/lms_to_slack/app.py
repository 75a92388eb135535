"""Takes bells from the queue and tells in Slack what a school's events have to say. Thin: `plan` decides."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lms_to_slack import INTEGRATION, Settings
from lms_to_slack.messages import Said, single, summary
from lms_to_slack.plan import OPEN, SENDING, TOLD, Notice, Post, draft, ends, for_all, plan, surely_not
from renkei import links
from renkei.errors import Misconfigured, Outcome
from renkei.integration import Job, Verdict
from renkei.runtime import Work, answer_bells
from renkei.texts import text
from renkei.vendors.slack import Message, Slack
from renkei.watch import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work jobs of one workspace off together: a verdict on each."""
    return Run(work).all(jobs)


class Run:
    """One batch of events on its way into one channel."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._settings = Settings.model_validate(work.settings)
        self._scope = links.scope(work.workspace, INTEGRATION.vendor, work.connection.account)

    def all(self, jobs: Sequence[Job]) -> dict[str, Verdict]:
        """Draft, plan, then post one message after the other, until one is refused that stands for all."""
        drafted = {job.id: self.drafted(job) for job in jobs}
        posts, verdicts = self.planned([one for one in drafted.values() if isinstance(one, Notice)])
        verdicts |= {id_: one for id_, one in drafted.items() if not isinstance(one, Notice)}
        stop: Outcome | None = None
        while posts:
            post = posts.pop(0)
            end = stop or self._posted(post)
            stop = end if end is not None and for_all(end) else None
            if end is not None and not stop and len(post.notices) > 1:  # one of them may be all that is wrong
                posts = post.singly + posts
            else:
                verdicts |= ends(post, end)
        return verdicts

    def drafted(self, job: Job) -> Notice | Outcome:
        """What a job has to say, or why it has nothing."""
        try:
            return draft(job.id, job.payload["body"], self._settings, self._work.platform.vault.digest)
        except Outcome as end:
            return end

    def planned(self, notices: Sequence[Notice]) -> tuple[list[Post], dict[str, Verdict]]:
        """The posts, and the verdicts on what needs none."""
        remembered = links.recall(self._scope, (notice.link for notice in notices))
        return plan(notices, remembered, self._settings.fold_above)

    def said(self, post: Post) -> Said:
        """A post in words."""
        language, again = self._work.language, len(post.again)

        def say(code: str, **params: str) -> str:
            return text(code, language, params)

        first, *more = (notice.fact for notice in post.notices)
        if more:
            return summary([first, *more], say, language, again=again)
        return single(first, say, language, again=again > 0)

    def _posted(self, post: Post) -> Outcome | None:
        """Post it, and note before and after what is known of it. Gives why it could not be posted."""
        said = self.said(post)
        try:
            channel, slack = self.channel(), self._slack
        except Outcome as end:
            return end
        self._note(post.fresh, state=SENDING)
        calls = slack.calls
        try:
            slack.post(Message(said.text, said.blocks), channel)
        except Outcome as end:
            if surely_not(end):
                self._note(post.fresh, state=OPEN)
            return end
        finally:
            self._work.calls += slack.calls - calls
        for notice in post.notices:
            self._note([notice.link], state=TOLD, by=notice.id)
        return None

    def _note(self, noted: Sequence[str], **values: str) -> None:
        for link in noted:
            links.remember(self._scope, link, values)

    def channel(self) -> str:
        """The channel to post into, "" for a hook's own. Misconfigured if connection and settings do not fit."""
        channel = self._settings.channel
        if self._slack.hooks and channel:
            raise Misconfigured("slack_hook_channel", vendor=INTEGRATION.vendor, channel=channel)
        if not self._slack.hooks and not channel:
            raise Misconfigured("slack_no_channel", vendor=INTEGRATION.vendor)
        return channel

    @functools.cached_property
    def _slack(self) -> Slack:
        """The client. Reconnect if what was entered is no secret of Slack's."""
        work = self._work
        return Slack(work.platform.session, work.platform.connections.secrets(work.connection), work.budget)
