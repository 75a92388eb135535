"""Scheduled functions of the local stack, run now instead of at their time, with what their schedule sends."""

from datetime import UTC, datetime

from local.stack.deploy import session
from local.stack.errors import StackError
from local.stack.places import STACK_NAME

JOBS = ("sweep", "notices", "daily", "dispatch", "dispatch-falcana")
TIME = "<aws.scheduler.scheduled-time>"
"""What EventBridge Scheduler fills in, and the emulator does where it sends it by itself (`emulator_shims.py`).
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""


def run(endpoint: str, job: str) -> str:
    """Invoke the function of one of JOBS as EventBridge Scheduler does, and wait for its answer (JSON).

    Raises StackError if it fails.
    """
    aws = session(endpoint)
    schedule = aws.client("scheduler", endpoint_url=endpoint).get_schedule(Name=f"{STACK_NAME}-{job}")
    target = schedule["Target"]
    sent = target["Input"].replace(TIME, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    answer = aws.client("lambda", endpoint_url=endpoint).invoke(FunctionName=target["Arn"], Payload=sent)
    said = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise StackError(f"{job} failed: {said[:1000]}")
    return said
