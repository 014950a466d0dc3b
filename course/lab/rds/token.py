"""The IAM token in place of a password: a request that somebody signed and that is never sent.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from course.lab.clock import clock
from course.lab.iam.seam import enforced
from course.lab.iam.secrets import NoSecret, secret_of


@dataclass(frozen=True)
class Login:
    """What a token has to fit: the address and user of this login, and the ARN that policies name."""

    host: str
    port: int
    user: str
    arn: str


def looks_like_token(password: str) -> bool:
    """Whether a password is an IAM token rather than a word."""
    return "Action=connect" in password and "X-Amz-Signature=" in password


def refusal(token: str, login: Login) -> str:
    """Why the token does not open this database for this user; empty when it does."""
    url = f"https://{token}"
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if urlsplit(url).netloc != f"{login.host}:{login.port}":
        return f"the token is for {urlsplit(url).netloc}, this is {login.host}:{login.port}"
    if query.get("DBUser") != login.user:
        return f"the token is for the user {query.get('DBUser')!r}"
    try:
        key, _, region, service, _ = query["X-Amz-Credential"].split("/")
        signed = dt.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        seconds = int(query["X-Amz-Expires"])
        secret = secret_of(key, query.get("X-Amz-Security-Token", ""))
    except (KeyError, ValueError):
        return "the token is malformed"
    except NoSecret as none:
        return f"the credentials that signed the token do not count ({none.reason})"
    if clock.now() > signed + dt.timedelta(seconds=seconds):
        age = (clock.now() - signed).total_seconds()
        return f"the token has expired: it was signed {age:.0f} s ago and holds for {seconds} s"
    if service != "rds-db" or not hmac.compare_digest(_signature(url, query, secret), query["X-Amz-Signature"]):
        return "the signature of the token is wrong"
    if enforced() and not _allowed(url, key, region, login):
        return f"IAM does not allow rds-db:connect on {login.arn} for the one who signed the token"
    return ""


def _signature(url: str, query: dict[str, str], secret: str) -> str:
    key, _, region, service, _ = query["X-Amz-Credential"].split("/")
    split = urlsplit(url)
    kept = urlencode([(name, value) for name, value in query.items() if name != "X-Amz-Signature"])
    request: Any = AWSRequest("GET", urlunsplit(split._replace(query=kept)))
    request.headers["host"] = split.netloc
    request.context["timestamp"] = query["X-Amz-Date"]
    credentials = Credentials(key, secret, query.get("X-Amz-Security-Token"))
    auth = SigV4QueryAuth(credentials, service, region, expires=int(query["X-Amz-Expires"]))
    signature: str = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return signature


def _allowed(url: str, key: str, region: str, login: Login) -> bool:
    from course.lab.iam.api_call import ApiCall, Check
    from course.lab.iam.callers import caller_of
    from course.lab.iam.guard import decide_check
    from course.lab.iam.resources import Resource

    caller = caller_of(key)
    if caller.problem:
        return False
    account = login.arn.split(":")[4]
    http: Any = AWSRequest("GET", url).prepare()
    call = ApiCall("rds-db", "connect", {}, region, account, key, True, "query", http)
    check = Check("rds-db:connect", login.arn)
    return decide_check(call, caller, check, Resource(login.arn, account), {}).allowed
