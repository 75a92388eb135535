"""Signing calls for the API's IAM authorizer: SigV4 for the service `execute-api`, done by botocore.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import override
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from requests import PreparedRequest
from requests.auth import AuthBase

from local.cli.errors import Failure, Misuse

_API_HOST = re.compile(r"[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_LOCAL_REGION = "us-east-1"


class Signer(AuthBase):
    """Signs what `requests` is about to send, exactly as it will be sent."""

    def __init__(self, credentials: ReadOnlyCredentials, region: str) -> None:
        self.region = region
        self._sigv4 = SigV4Auth(credentials, "execute-api", region)

    @override
    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Add the signature's headers to `r`."""
        # Proxies may change other headers on the way, so only what says what the body is gets signed beside the host.
        headers = {name: value for name, value in r.headers.items() if name.lower() == "content-type"}
        request = AWSRequest(method=r.method, url=r.url, data=r.body, headers=headers)
        self._sigv4.add_auth(request)
        r.headers.update(dict(request.headers.items()))
        return r


def is_loopback(url: str) -> bool:
    """Say whether `url` stays on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def region_of(url: str, environ: Mapping[str, str], stack_region: str) -> str:
    """Give the region of the API at `url`: from its host name, else AWS_REGION, the local stack, or the AWS profile.

    Raises Misuse if none of them tells.
    """
    match = _API_HOST.fullmatch(urlsplit(url).hostname or "")
    found = match[1] if match else environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or stack_region
    if found:
        return found
    if is_loopback(url):
        return _LOCAL_REGION
    try:
        profile_region = Session().get_config_variable("region")
    except BotoCoreError as error:
        raise Failure("no_credentials", reason=error) from error
    if not profile_region:
        raise Misuse("no_region", url=url)
    return str(profile_region)


def credentials_for(url: str, environ: Mapping[str, str]) -> ReadOnlyCredentials:
    """Give the admin's credentials by botocore's default chain; for this machine, those in `environ` or fixed ones.

    Raises Failure if there are none, or the chain cannot get them (an expired single sign-on, a profile misspelt).
    """
    if is_loopback(url):
        key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
        if key and secret:
            return ReadOnlyCredentials(key, secret, environ.get("AWS_SESSION_TOKEN"))
        return Credentials("test", "test").get_frozen_credentials()
    try:
        credentials = Session().get_credentials()
        if credentials is not None:
            return credentials.get_frozen_credentials()
    except BotoCoreError as error:
        raise Failure("no_credentials", reason=error) from error
    raise Failure("no_credentials", reason="-")
