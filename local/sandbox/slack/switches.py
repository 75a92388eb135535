"""What can be switched at the sandbox Slack."""

from pydantic import BaseModel, ConfigDict

from local.sandbox.slack import hooks


class Settings(BaseModel):
    """What can be switched. `hook_error`: what every living hook answers. A limit of None is no limit.

    Hooks take about a message a second and channel, and some more for a moment: here so many in ten seconds. Bots
    get no such moment here: so many in a second. `joined` are the channels that the app is in, `restricted` those in
    which only some people may post.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    scopes: list[str] = ["chat:write", "incoming-webhook"]
    revoked: list[str] = []
    deleted_hooks: list[str] = []
    app_removed: bool = False
    token_error: str = ""
    hook_error: hooks.HookError | None = None
    archived: list[str] = []
    restricted: list[str] = []
    joined: list[str] = ["C0DEMO", "C0OTHER"]
    hook_limit: int | None = 10
    post_limit: int | None = 1
    method_limit: int | None = 100
