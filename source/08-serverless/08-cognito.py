# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     - '2.3'
#     minutes: 60
#     practises:
#       cognito-bill:
#       - cognito.pricing
#       exchange:
#       - cognito.credential-exchange
#       - cognito.identity-pools
#       log-in:
#       - cognito.user-pool-features
#       own-folder:
#       - cognito.s3-policies
#       - cognito.identity-roles
#       own-rows:
#       - cognito.dynamodb-leading-keys
#       pkce:
#       - cognito.hosted-ui
#       triggers:
#       - cognito.lambda-triggers
#       verify:
#       - cognito.jwt
#       - cognito.user-pool-integrations
#       which-pool:
#       - cognito.pools-overview
#     services:
#     - cognito
#     - lambda
#     - s3
#     - dynamodb
#     title: Who is riding?
#     topics:
#     - cognito.pools-overview
#     - cognito.user-pool-features
#     - cognito.user-pool-integrations
#     - cognito.jwt
#     - cognito.lambda-triggers
#     - cognito.hosted-ui
#     - cognito.adaptive-authentication
#     - cognito.identity-pools
#     - cognito.credential-exchange
#     - cognito.identity-roles
#     - cognito.s3-policies
#     - cognito.dynamodb-leading-keys
#     - cognito.sync-legacy
#     - cognito.pricing
# ---

# %% [markdown]
# # Who is riding?
#
# Tern's riders want an account: sign in, see their own rides, keep their own photos. IAM users are for the dozen people
# who build Tern, not for a hundred thousand who ride. After this lesson you can sign riders in with **Amazon
# Cognito**, check their tokens by hand, and let each of them reach exactly one folder and one set of rows.

# %% setup="start"
import base64
import hashlib
import hmac
import inspect
import io
import json
import linecache
import random
import zipfile
from typing import Any

import boto3
import requests
from botocore.exceptions import ClientError, ParamValidationError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/08-cognito")
lab.start()
users = boto3.client("cognito-idp")
identities = boto3.client("cognito-identity")
iam = boto3.client("iam")
functions = boto3.client("lambda")
s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")
REGION = "us-east-1"

# %% [markdown]
# ## Two pools
#
# Cognito is two services under one name:
#
# - a **user pool** is a directory of people: sign-up, passwords, second factors, social logins. It answers *who are
#   you?* and gives out **tokens** (JWTs);
# - an **identity pool** (federated identities) takes a proof of identity, such as such a token, and gives out
#   **temporary AWS credentials**. It answers *what may you touch?*

# %%
charts.flow(
    [
        ("app", "user pool", "password"),
        ("user pool", "app", "tokens"),
        ("app", "API Gateway", "token"),
        ("API Gateway", "function"),
        ("app", "identity pool", "ID token"),
        ("identity pool", "STS", "role"),
        ("app", "S3, DynamoDB", "AWS keys"),
    ],
    kinds={
        "user pool": "security",
        "identity pool": "security",
        "STS": "security",
        "API Gateway": "network",
        "function": "compute",
        "S3, DynamoDB": "storage",
    },
    direction="right",
    headline="A token opens an API; only the identity pool turns it into AWS keys",
)

# %% [markdown]
# A user pool alone is enough for an app that talks to an API. **API Gateway** checks the token (a Cognito or JWT
# authorizer) and hands its claims to the back end. So does an **Application Load Balancer**: on an HTTPS listener it
# sends people to log in (`authenticate-cognito`, or `authenticate-oidc` for others) before it forwards;
# `OnUnauthenticatedRequest` says `authenticate` (the default), `deny` or `allow`. Since November 2025 an ALB can also
# verify tokens itself.
#
# ### Your turn: which pool?
#
# Say for each wish what it takes: `"user pool"`, `"identity pool"`, `"both"` or `"IAM"`.
#
# <details><summary>Hint</summary>
#
# Passwords, mails and tokens are the user pool's business; AWS keys in the hands of an app the identity pool's. If
# people sign in with a password of *yours* and the app then calls AWS itself, you need both.
# </details>

# %% exercise="which-pool" repair=true
chosen = {
    "50,000 riders sign up with e-mail and password and call our API": None,
    "visitors without an account may read one public map from S3": None,
    "a forgotten password is reset by a code sent by mail": None,
    "riders with our own accounts upload photos from the app straight to S3": None,
    "a new colleague needs the AWS console": None,
    "people with a Google account, and no directory of ours, write to DynamoDB": None,
    "a load balancer lets only signed-in riders through": None,
    "an EC2 instance reads a bucket": None,
}
### BEGIN SOLUTION
chosen = {
    "50,000 riders sign up with e-mail and password and call our API": "user pool",
    "visitors without an account may read one public map from S3": "identity pool",
    "a forgotten password is reset by a code sent by mail": "user pool",
    "riders with our own accounts upload photos from the app straight to S3": "both",
    "a new colleague needs the AWS console": "IAM",
    "people with a Google account, and no directory of ours, write to DynamoDB": "identity pool",
    "a load balancer lets only signed-in riders through": "user pool",
    "an EC2 instance reads a bucket": "IAM",
}
### END SOLUTION

# %% check="which-pool" points=1
with check("which-pool", needs="chosen", right="Tokens from one, keys from the other.") as expect:
    expect(
        isinstance(chosen, dict),
        "`chosen` should be the dictionary of the task, filled in.",
    )
    expect.not_tried(all(said is None for said in chosen.values()))
    fits = {
        "50,000 riders": ("user pool", "A directory and tokens are enough for an API."),
        "visitors": ("identity pool", "Guests get AWS keys without any sign-in."),
        "a forgotten": ("user pool", "Passwords live in the user pool."),
        "riders with": (
            "both",
            "The user pool signs in, the identity pool gives keys for S3.",
        ),
        "a new colleague": (
            "IAM",
            "Staff come through IAM (Identity Center), not Cognito.",
        ),
        "people with": (
            "identity pool",
            "It takes Google's token directly and gives AWS keys.",
        ),
        "a load": ("user pool", "The balancer only needs to know who it is."),
        "an EC2": ("IAM", "A machine takes on a role."),
    }

    def weigh(beginnings: list[str]) -> None:
        for beginning in beginnings:
            found = [said for case, said in chosen.items() if case.startswith(beginning)]
            expect(len(found) == 1, f"Keep the case '{beginning} ...' as it is.")
            said = str(found[0]).strip().lower()
            known = ("user pool", "identity pool", "both", "iam")
            expect(
                said in known,
                f"'{beginning} ...': say user pool, identity pool, both or IAM.",
            )
            right, reason = fits[beginning]
            expect(said == right.lower(), f"'{beginning} ...': not {found[0]}. {reason}")

    weigh(list(fits))
    ### BEGIN HIDDEN TESTS
    expect(len(chosen) == len(fits), "Keep the eight cases.")
    weigh(sorted(fits))
    ### END HIDDEN TESTS

# %% [markdown]
# ## A directory of riders
#
# Each program that uses the pool is an **app client** with an id, and says which ways to sign in it allows. Nobody gets
# real mail from the lab; `lab.outbox()` shows what would have been sent.


# %% setup="riders"
PASSWORD = "Right-horse-1"


def new_riders(name: str = "riders", **settings: Any) -> tuple[str, str]:
    """A user pool that signs in by e-mail; returns its id and the id of its app client."""
    more: Any = {"AutoVerifiedAttributes": ["email"], **settings}
    made = users.create_user_pool(
        PoolName=lab.unique_name(name),
        UsernameAttributes=["email"],
        **more,
    )
    return made["UserPool"]["Id"], new_client(made["UserPool"]["Id"])


def new_client(pool: str) -> str:
    """One more app client of a pool."""
    client = users.create_user_pool_client(
        UserPoolId=pool,
        ClientName=lab.unique_name("app"),
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",  # nobody learns which addresses have an account
    )
    return client["UserPoolClient"]["ClientId"]


def sign_up(client: str, email: str, password: str = PASSWORD) -> Any:
    """What a rider does on the first day."""
    return users.sign_up(
        ClientId=client,
        Username=email,
        Password=password,
        UserAttributes=[{"Name": "email", "Value": email}],
    )


def confirm(client: str, email: str) -> None:
    """The rider types the code from the mail."""
    code = lab.outbox().to(email)[-1].code
    users.confirm_sign_up(ClientId=client, Username=email, ConfirmationCode=code)


pool_id, client_id = new_riders()

# %%
for password in ("short", PASSWORD):
    try:
        signed_up = sign_up(client_id, "ada@riders.example", password)
        print("confirmed:", signed_up["UserConfirmed"])
    except ClientError as error:
        print(error.response["Error"]["Code"], "|", error.response["Error"]["Message"])
print(lab.outbox())
confirm(client_id, "ada@riders.example")

# %% [markdown]
# A pool can do more than passwords: second factors (app, SMS, e-mail), social logins and company logins (SAML, OIDC),
# passkeys and one-time codes. It holds up to 40 million users. Without Amazon SES it sends 50 e-mails a day.
#
# > **Then and now.** Since November 2024 features come in plans: *Lite*, *Essentials* (the default) and *Plus*.
# > Passkeys and one-time codes need Essentials; the check for leaked passwords and adaptive authentication need Plus.
#
# A sign-in is a conversation. `initiate_auth` answers with tokens, with an error, or with a **challenge**, which the
# app answers with `respond_to_auth_challenge`: a code from an app (`SOFTWARE_TOKEN_MFA`), or a new password
# (`NEW_PASSWORD_REQUIRED`) for people whom an administrator invited.

# %%
answer = users.initiate_auth(
    ClientId=client_id,
    AuthFlow="USER_PASSWORD_AUTH",
    AuthParameters={"USERNAME": "ada@riders.example", "PASSWORD": PASSWORD},
)
for what, value in answer["AuthenticationResult"].items():
    print(f"{what:13} {str(value)[:60]}")

# %% [markdown]
# (`USER_PASSWORD_AUTH` sends the password to Cognito over TLS; apps prefer `USER_SRP_AUTH`, which proves that you
# know it without sending it. Libraries do the mathematics.)
#
# ### Your turn: log in
#
# Write `log_in(client, email, password, new_password)`. It returns
#
# - the `AuthenticationResult` (with the tokens) of a rider who may come in;
# - also for an invited rider, who is asked for a new password: answer with `new_password`;
# - `"wrong"` if the e-mail or the password is wrong. Our app clients have `PreventUserExistenceErrors` on: both cases
#   give the same error, so nobody can try out which addresses have an account;
# - `"confirm first"` if the address was not confirmed. Other errors go through.
#
# <details><summary>Hint</summary>
#
# The errors are `NotAuthorizedException` and `UserNotConfirmedException`, in `error.response["Error"]["Code"]`. To
# answer a challenge give its `Session` back, with `ChallengeResponses={"USERNAME": ..., "NEW_PASSWORD": ...}`.
# </details>


# %% exercise="log-in"
def log_in(client: str, email: str, password: str, new_password: str = "") -> Any:
    """Sign a rider in; tell why, if that does not work."""
    ### BEGIN SOLUTION
    try:
        said = users.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except users.exceptions.NotAuthorizedException:
        return "wrong"
    except users.exceptions.UserNotConfirmedException:
        return "confirm first"
    if said.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        replies = {"USERNAME": email, "NEW_PASSWORD": new_password}
        said = users.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=said["Session"],
            ChallengeResponses=replies,
        )
    return said["AuthenticationResult"]
    ### END SOLUTION


# %% check="log-in" points=2
with check(
    "log-in",
    needs="log_in",
    right="A sign-in is a conversation, and apps must know all of its answers.",
) as expect:
    pool, client = new_riders("check")

    def rider(name: str) -> str:
        return f"{lab.unique_name(name)}@riders.example"

    def comes_in(told: Any, case: str) -> None:
        has = isinstance(told, dict) and "AccessToken" in told
        expect(has, f"{case}: return the AuthenticationResult; it was {str(told)[:60]!r}.")
        known = users.get_user(AccessToken=told["AccessToken"])
        expect(bool(known["Username"]), f"{case}: the access token opens nothing.")

    def all_cases(name: str) -> None:
        email = rider(name)
        sign_up(client, email)
        got = log_in(client, email, PASSWORD, "")
        expect.equal(got, "confirm first", "A rider who has not confirmed the address")
        confirm(client, email)
        comes_in(log_in(client, email, PASSWORD, ""), "A rider with the right password")
        expect.equal(log_in(client, email, "Wrong-horse-1", ""), "wrong", "A wrong password")
        nobody = log_in(client, rider("nobody"), PASSWORD, "")
        expect.equal(nobody, "wrong", "An e-mail without an account")
        invited = rider("invited")
        users.admin_create_user(
            UserPoolId=pool,
            Username=invited,
            TemporaryPassword="Temp-horse-1",
            MessageAction="SUPPRESS",
        )
        comes_in(log_in(client, invited, "Temp-horse-1", "My-own-horse-1"), "An invited rider")
        again = log_in(client, invited, "My-own-horse-1", "")
        comes_in(again, "The invited rider with the new password")

    all_cases("ada")
    try:
        log_in("no-such-client", "x@riders.example", PASSWORD, "")
    except ClientError:
        pass
    else:
        expect(False, "A client that does not exist: that error should go through.")
    ### BEGIN HIDDEN TESTS
    all_cases("grace")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Three parts, one signature
#
# A **JWT** is three parts with dots between: header, payload, signature, each in base64url. Anybody can read the first
# two. They are not secret; they are *signed*.


# %% setup="tokens"
class Rejected(Exception):
    """This token does not count."""


def issuer(pool: str) -> str:
    """Who signs the tokens of a pool."""
    return f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"


def published_keys(pool: str) -> list[dict[str, str]]:
    """The public keys of a pool, as anybody can fetch them (its JWKS)."""
    return requests.get(f"{issuer(pool)}/.well-known/jwks.json", timeout=5).json()["keys"]


def unpacked(part: str) -> bytes:
    """One part of a token: base64url without its padding."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def packed(data: bytes) -> str:
    """The other way round."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signature_fits(key: dict[str, str], signed: bytes, signature: bytes) -> bool:
    """RSA by hand: the signature to the power of e, modulo n, is the padded SHA-256 of the text."""
    n = int.from_bytes(unpacked(key["n"]), "big")
    e = int.from_bytes(unpacked(key["e"]), "big")
    size = (n.bit_length() + 7) // 8
    shown = pow(int.from_bytes(signature, "big"), e, n).to_bytes(size, "big")
    sha_256 = bytes.fromhex("3031300d060960864801650304020105000420")  # its name, in DER
    said = sha_256 + hashlib.sha256(signed).digest()
    filler = b"\xff" * (size - len(said) - 3)
    return len(signature) == size and shown == b"\x00\x01" + filler + b"\x00" + said


# %%
ada = answer["AuthenticationResult"]
for kind in ("IdToken", "AccessToken"):
    print(kind, json.loads(unpacked(ada[kind].split(".")[0])))
    for name, value in json.loads(unpacked(ada[kind].split(".")[1])).items():
        print(f"    {name:17} {value}")
print("published:", [(key["kid"], key["kty"], key["alg"]) for key in published_keys(pool_id)])

# %% [markdown]
# - `sub` is the rider's UUID: the only name that never changes.
# - `iss` is the pool, `exp` the second in which the token ends, `token_use` says `id` or `access`.
# - The **ID token** tells *who*: e-mail, groups, own claims. It names the app client in `aud`.
# - The **access token** tells *what it is for*: scopes. It names the app client in `client_id`.
# - The **refresh token** is opaque; only Cognito reads it, and gives new tokens for it.

# %%
charts.limits(
    {
        "ID and access token": (
            facts.limit("cognito", "id-and-access-token-minimum"),
            facts.limit("cognito", "id-and-access-token-default"),
            facts.limit("cognito", "id-and-access-token-maximum"),
        ),
        "refresh token": (
            facts.limit("cognito", "refresh-token-minimum"),
            facts.limit("cognito", "refresh-token-default") * 86_400,
            facts.limit("cognito", "refresh-token-maximum") * 86_400,
        ),
    },
    unit="seconds",
    headline="A stolen ID token is good for a day at most, a refresh token for ten years",
    source=facts.limit("cognito", "id-and-access-token-maximum"),
)

# %% [markdown]
# A signature proves who made the token, so a back end trusts nothing before it. API Gateway and load balancers do
# this for you; behind anything else you do it, usually with a library. Once in your life do it by hand.
#
# ### Your turn: the verifier
#
# Write `verify(token, pool, client, use)`; `use` is `"id"` or `"access"`. Return the claims, a dictionary, or raise
# `Rejected`. A token counts only if
#
# - it has three parts that can be read, and its header names the algorithm `RS256`;
# - the key with the header's `kid` is among `published_keys(pool)`, and the signature over `header.payload` (as they
#   stand in the token) fits;
# - `iss` is this pool's, `token_use` is `use`, the token was made for `client`, and `exp` is not over.
#
# <details><summary>Hint</summary>
#
# `signature_fits` does the arithmetic; `lab.clock.now().timestamp()` is the time. Rubbish makes `json.loads` and
# `unpacked` raise `ValueError`: turn it into `Rejected`. Compare with what you expect; never let the token say how it
# wants to be checked.
# </details>


# %% exercise="verify"
def verify(token: str, pool: str, client: str, use: str) -> dict:
    """The claims of a token that counts; Rejected for any other."""
    ### BEGIN SOLUTION
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError:
        raise Rejected("not a token") from None
    if header.get("alg") != "RS256":
        raise Rejected("the algorithm is not RS256")
    keys = [key for key in published_keys(pool) if key["kid"] == header.get("kid")]
    if not keys or not signature_fits(keys[0], f"{head}.{body}".encode(), signature):
        raise Rejected("the signature is not the pool's")
    audience = claims.get("aud" if use == "id" else "client_id")
    for got, wanted in (
        (claims.get("iss"), issuer(pool)),
        (claims.get("token_use"), use),
        (audience, client),
    ):
        if got != wanted:
            raise Rejected(f"it says {got}, not {wanted}")
    if claims.get("exp", 0) <= lab.clock.now().timestamp():
        raise Rejected("the token has expired")
    return claims
    ### END SOLUTION


# %% check="verify" points=4
with check(
    "verify",
    needs="verify",
    right="None, another's key, altered claims, expired, for others: none of them came through.",
) as expect:
    from unittest import mock

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    thief = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def tokens_of(client: str, email: str) -> Any:
        sign_up(client, email)
        confirm(client, email)
        told = {"USERNAME": email, "PASSWORD": PASSWORD}
        flow: Any = "USER_PASSWORD_AUTH"
        signed_in = users.initiate_auth(ClientId=client, AuthFlow=flow, AuthParameters=told)
        return signed_in["AuthenticationResult"]

    def written(header: Any, claims: Any) -> str:
        return ".".join(packed(json.dumps(part).encode()) for part in (header, claims))

    def by_thief(text: str) -> str:
        mark = thief.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{packed(mark)}"

    def comes_through(token: str, pool: str, client: str, use: str, case: str) -> None:
        wanted = json.loads(unpacked(token.split(".")[1]))
        try:
            got = verify(token, pool, client, use)
        except Rejected as no:
            expect(False, f"{case} was rejected: {no}.")
        expect.equal(got, wanted, f"{case}: the claims")

    def is_rejected(token: str, pool: str, client: str, use: str, case: str) -> None:
        try:
            verify(token, pool, client, use)
        except Rejected:
            return
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            expect(
                False,
                f"{case}: verify raised {said}. Raise Rejected, so that callers know.",
            )
        expect(False, f"{case} came through.")

    def attack(use: str, email: str) -> None:
        pool, client = new_riders("check")
        other = new_client(pool)
        _, stranger_client = new_riders("strangers")
        mine = tokens_of(client, email)
        token = mine["IdToken" if use == "id" else "AccessToken"]
        swapped = mine["AccessToken" if use == "id" else "IdToken"]
        head, body, mark = token.split(".")
        header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
        admin = claims | {"sub": "admin", "cognito:groups": ["admins"]}
        none = written({"alg": "none", "kid": header["kid"]}, admin)
        key = published_keys(pool)[0]
        lengthened = written(header, claims | {"exp": claims["exp"] + 10**8})
        hmac_text = written(header | {"alg": "HS256"}, admin)
        hmac_mark = hmac.digest(key["n"].encode(), hmac_text.encode(), "sha256")
        own = {"kty": "RSA", "e": "AQAB", "kid": "mine"}
        case = f"a forged {use} token"
        comes_through(token, pool, client, use, f"A good {use} token")
        is_rejected(f"{none}.", pool, client, use, f"Without a signature (alg none), {case}")
        is_rejected(f"{none}.{mark}", pool, client, use, f"With alg none, {case}")
        unsigned = f"{written(header, admin)}."
        is_rejected(unsigned, pool, client, use, f"With RS256 and an empty signature, {case}")
        changed = f"{written(header, admin)}.{mark}"
        is_rejected(changed, pool, client, use, f"With altered claims and the old signature, {case}")
        stolen = by_thief(written(header, admin))
        is_rejected(stolen, pool, client, use, f"Signed with another key under the same kid, {case}")
        foreign = by_thief(written(header | {"kid": "mine", "jwk": own}, admin))
        is_rejected(foreign, pool, client, use, f"With an unknown kid, {case}")
        public_secret = f"{hmac_text}.{packed(hmac_mark)}"
        is_rejected(
            public_secret,
            pool,
            client,
            use,
            f"With HS256 and the public key as its secret, {case}",
        )
        is_rejected(f"{lengthened}.{mark}", pool, client, use, f"With a later exp, {case}")
        second = {"kid": "second", "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB"}
        second["n"] = packed(thief.public_key().public_numbers().n.to_bytes(256, "big"))
        keys = [second, *published_keys(pool)]
        with mock.patch.dict(globals(), published_keys=lambda pool: keys):  # two keys, as on AWS
            comes_through(token, pool, client, use, f"A good {use} token of a pool with two keys")
            crossed = by_thief(written(header, claims))
            is_rejected(crossed, pool, client, use, "A token signed with another key than its kid")
            renamed = by_thief(written({"alg": "PS256", "kid": "second"}, claims))
            is_rejected(renamed, pool, client, use, "A token whose header names PS256")
        wrong_kind = f"The other kind of token, where the {use} token belongs,"
        is_rejected(swapped, pool, client, use, wrong_kind)
        is_rejected(token, pool, other, use, f"The {use} token of another app client")
        strange = tokens_of(stranger_client, email)["IdToken" if use == "id" else "AccessToken"]
        is_rejected(strange, pool, stranger_client, use, f"The {use} token of another pool")
        for rubbish in ("", "rubbish", "a.b.c", f"{token}.{mark}", f"{head}.{body}"):
            is_rejected(rubbish, pool, client, use, f"The text {rubbish[:10]!r}...")
        lab.clock.advance(minutes=61)
        is_rejected(token, pool, client, use, f"An expired {use} token")

    attack("id", f"{lab.unique_name('ada')}@riders.example")
    attack("access", f"{lab.unique_name('bo')}@riders.example")
    ### BEGIN HIDDEN TESTS
    attack("id", f"{lab.unique_name('cy')}@riders.example")
    ### END HIDDEN TESTS

# %% [markdown]
# Such a verifier does not ask Cognito, so it is quick, and it does not notice when somebody signs out: the token counts
# until `exp`. Short lifetimes are the cure. (In the lab all pools share one key; on AWS each has its own two, so
# keep the keys, and fetch them again when a `kid` is new.)
#
# *Half is done: a good place for a pause.*

# %% [markdown]
# ## Your code in the sign-in
#
# A user pool calls Lambda functions at certain moments, synchronously, and waits for five seconds at most:
#
# | trigger | may |
# |---|---|
# | Pre sign-up | refuse, confirm at once |
# | Post confirmation | welcome, write a first row |
# | Pre and post authentication | refuse; note |
# | Migrate user | fetch somebody from the old directory at the first sign-in |
# | Pre token generation | add or remove claims (the access token's too since December 2023, from Essentials on) |
# | Custom message | write the mails |
# | Define, create, verify challenge | a sign-in of your own |


# %% setup="triggers"
def source_of(function: Any) -> str:
    """The cell in which a function is defined, down to the function's last line."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    return "".join(lines[: first + len(inspect.getblock(lines[first:]))])


def new_role(name: str, trust: dict[str, Any], *statements: dict[str, Any]) -> str:
    """A role with a trust statement and a policy of these statements; returns its ARN."""

    def document(*parts: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": list(parts)})

    unique = lab.unique_name(name)
    made = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=document(trust))
    if statements:
        policy = document(*statements)
        iam.put_role_policy(RoleName=unique, PolicyName="may", PolicyDocument=policy)
    return made["Role"]["Arn"]


function_role = new_role(
    "tern-triggers",
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
)


def launch(function: Any) -> str:
    """Make a Lambda function of the cell that defines `function`; returns its ARN."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("app.py", source_of(function))
    made = functions.create_function(
        FunctionName=lab.unique_name(function.__name__.replace("_", "-")),
        Role=function_role,
        Runtime="python3.13",
        Handler=f"app.{function.__name__}",
        Timeout=30,
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=made["FunctionName"])
    return made["FunctionArn"]


def riders_with(**triggers: Any) -> tuple[str, str]:
    """A user pool that calls these functions (by the name of the trigger); pool and client."""
    arns: Any = {trigger: launch(function) for trigger, function in triggers.items()}
    pool, client = new_riders("riders", LambdaConfig=arns)
    for arn in arns.values():
        functions.add_permission(
            FunctionName=arn,
            StatementId="pool",
            Action="lambda:InvokeFunction",
            Principal="cognito-idp.amazonaws.com",
            SourceArn=f"arn:aws:cognito-idp:{REGION}:123456789012:userpool/{pool}",
        )
    return pool, client


# %% [markdown]
# The function gets an event with `request` and `response`, fills in `response`, and **returns the whole event**. An
# exception refuses the step; its text reaches the app. Here is one that knows Tern's two languages:


# %%
def bilingual(event, context):
    if event["triggerSource"] == "CustomMessage_SignUp":
        code = event["request"]["codeParameter"]
        event["response"]["emailSubject"] = "Moin! Welcome!"
        event["response"]["emailMessage"] = f"Dein Code / your code: {code}"
    return event


_, client = riders_with(CustomMessage=bilingual)
sign_up(client, "kai@riders.example")
print(lab.outbox()[-1])

# %% [markdown]
# ### Your turn: two triggers
#
# Write two handlers. The rider's e-mail is `event["request"]["userAttributes"]["email"]`; `Kai@Tern.Example` is the
# same address as `kai@tern.example`.
#
# `pre_sign_up(event, context)`
#
# - refuses addresses at `trash.example` with an exception that says `no throw-away addresses`;
# - confirms Tern's own people (at `tern.example`, not at a domain below it) at once, and their address as well: set
#   `autoConfirmUser` and `autoVerifyEmail` in the response;
# - leaves all others as they are.
#
# `pre_token(event, context)` adds a claim to the ID token: `fleet` is `staff` for Tern's own people, else `rider`.
#
# <details><summary>Hint</summary>
#
# The domain is what follows the last `@`: `kai@tern.example.evil.example` is not from Tern. Claims stand in
# `event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {...}}`.
# </details>


# %% exercise="triggers"
def pre_sign_up(event, context):
    """Who may have an account, and who has it at once?"""
    ### BEGIN SOLUTION
    domain = event["request"]["userAttributes"]["email"].lower().rpartition("@")[2]
    if domain == "trash.example":
        raise ValueError("no throw-away addresses")
    if domain == "tern.example":
        event["response"]["autoConfirmUser"] = True
        event["response"]["autoVerifyEmail"] = True
    return event
    ### END SOLUTION


def pre_token(event, context):
    """Write the fleet into the ID token."""
    ### BEGIN SOLUTION
    email = event["request"]["userAttributes"]["email"].lower()
    fleet = "staff" if email.endswith("@tern.example") else "rider"
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": fleet}}
    return event
    ### END SOLUTION


# %% check="triggers" points=3
with check(
    "triggers",
    needs=["pre_sign_up", "pre_token"],
    right="The rule holds for every app that uses the pool.",
) as expect:
    pool, client = riders_with(PreSignUp=pre_sign_up, PreTokenGeneration=pre_token)

    def joins(email: str, at_once: bool, fleet: str) -> None:
        try:
            said = sign_up(client, email)
        except ClientError as error:
            expect(False, f"{email} could not sign up: {error.response['Error']['Message']}")
        was = said["UserConfirmed"]
        expect(was is at_once, f"{email}: confirmed at once is {was}, it should be {at_once}.")
        if not at_once:
            mailed = len(lab.outbox().to(email)) > 0
            expect(mailed, f"{email} gets no code: only Tern's own are verified at once.")
            confirm(client, email)
        told = {"USERNAME": email, "PASSWORD": PASSWORD}
        flow: Any = "USER_PASSWORD_AUTH"
        try:
            got = users.initiate_auth(ClientId=client, AuthFlow=flow, AuthParameters=told)
        except ClientError as error:
            expect(False, f"{email} could not sign in: {error.response['Error']['Message']}")
        claims = json.loads(unpacked(got["AuthenticationResult"]["IdToken"].split(".")[1]))
        expect.equal(claims.get("fleet"), fleet, f"{email}: the claim 'fleet' in the ID token")
        verified = claims.get("email_verified")
        expect(verified is True, f"{email}: the address is not verified: autoVerifyEmail.")

    def stays_out(email: str) -> None:
        try:
            sign_up(client, email)
        except ClientError as error:
            said = error.response["Error"]["Message"]
            named = "no throw-away addresses" in said
            expect(named, f"{email} was refused, but not with these words: {said}")
        else:
            expect(False, f"{email} has an account now. Raise an exception in pre_sign_up.")

    name = lab.unique_name("kai")
    joins(f"{name}@riders.example", False, "rider")
    joins(f"{name}@tern.example", True, "staff")
    joins(f"{name}@tern.example.evil.example", False, "rider")
    joins(f"{name}@western.example", False, "rider")
    joins(f"{name}@crew.tern.example", False, "rider")
    joins(f"{name}@no-trash.example", False, "rider")
    joins(f"trash.example.{name}@riders.example", False, "rider")
    joins(f"{name}2@Tern.Example", True, "staff")
    stays_out(f"{name}@trash.example")
    stays_out(f"{name}@Trash.example")
    ### BEGIN HIDDEN TESTS
    joins(f"{name}@lantern.example", False, "rider")
    joins(f"{name}3@TERN.EXAMPLE", True, "staff")
    stays_out(f"{name}2@TRASH.example")
    joins(f"{name}@nottrash.example", False, "rider")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Ready-made pages
#
# You need not build a sign-in page. A pool with a **domain** (`tern.auth.us-east-1.amazoncognito.com`, or your own
# with an ACM certificate **in us-east-1**) serves the *hosted UI*: sign-up, sign-in, social and SAML logins, with
# your logo and CSS. Since November 2024 its successor is *managed login* with a branding designer (Essentials and up).
#
# The app sends the browser to `/oauth2/authorize`. Afterwards the browser comes back to the app's `redirect_uri` with a
# **code**, which the app exchanges for tokens at `/oauth2/token`. Two things guard the way:
#
# - `state`: a random text that must come back unchanged. Otherwise somebody else's sign-in is being slipped in.
# - **PKCE**: the app keeps a random `code_verifier` and shows only its SHA-256, the `code_challenge`. A thief with
#   the code alone gets nothing.

# %%
from urllib.parse import parse_qs, urlencode, urlsplit

came_back = "https://app.tern.example/callback?code=8d1b-44&state=Xy1"
print("the code: ", parse_qs(urlsplit(came_back).query)["code"][0])
form = {
    "grant_type": "authorization_code",
    "client_id": client_id,
    "code": "8d1b-44",
    "redirect_uri": "https://app.tern.example/callback",
    "code_verifier": "the secret text of this sign-in, 43 letters or more",
}
print("POST https://tern.auth.us-east-1.amazoncognito.com/oauth2/token")
print(urlencode(form)[:94], "...")

# %% [markdown]
# > **Lab and AWS.** A domain of the lab answers at these addresses, too, with a plain page in place of the managed one:
# > `lab.http("GET", url)`. The exercise builds and checks the addresses.
#
# ### Your turn: the way to the page and back
#
# `login_url(domain, client, redirect)` returns three texts: the URL, the `state` and the `code_verifier`.
#
# - The URL is `https://DOMAIN/oauth2/authorize` with `client_id`, `response_type=code`, `scope` (`openid email`),
#   `redirect_uri`, `state`, `code_challenge` and `code_challenge_method=S256`, all encoded for a URL.
# - State and verifier are random and new each time, from `secrets`; the verifier has 43 to 128 characters out of
#   letters, digits, `-`, `.`, `_`, `~`. The challenge is the SHA-256 of the verifier in base64url without `=`
#   (`packed`).
#
# `code_from(url, state)` returns the code of the URL that came back. It raises `Rejected` if the state is not the
# same, or if there is no code.
#
# <details><summary>Hint</summary>
#
# `secrets.token_urlsafe(48)` gives 64 fitting characters. `urlencode` and `parse_qs` are imported above.
# </details>

# %% exercise="pkce"
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit


def login_url(domain: str, client: str, redirect: str) -> tuple[str, str, str]:
    """Where to send the browser; and what to remember: (url, state, code_verifier)."""
    ### BEGIN SOLUTION
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    query = {
        "client_id": client,
        "response_type": "code",
        "scope": "openid email",
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": packed(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    return f"https://{domain}/oauth2/authorize?{urlencode(query)}", state, verifier
    ### END SOLUTION


def code_from(url: str, state: str) -> str:
    """The code that the browser brought back."""
    ### BEGIN SOLUTION
    told = parse_qs(urlsplit(url).query)
    if told.get("state") != [state]:
        raise Rejected("this is not the sign-in that we began")
    if "code" not in told:
        raise Rejected(told.get("error", ["no code"])[0])
    return told["code"][0]
    ### END SOLUTION


# %% check="pkce" points=2
with check(
    "pkce",
    needs=["login_url", "code_from"],
    right="A code alone is worth nothing without the verifier that you kept.",
) as expect:
    from urllib.parse import parse_qs, urlencode, urlsplit

    def goes_out(domain: str, client: str, redirect: str) -> tuple[str, str]:
        made = login_url(domain, client, redirect)
        expect(
            isinstance(made, tuple) and len(made) == 3,
            "Return the URL, state and verifier.",
        )
        url, state, verifier = made
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        expect.equal(address, f"https://{domain}/oauth2/authorize", "The URL without its query")
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        plain = " " in url or ("&" in redirect and redirect in url)
        expect(not plain, "The redirect_uri or the scope is not encoded for a URL: see urlencode.")
        fixed = {"client_id": client, "response_type": "code", "redirect_uri": redirect}
        fixed |= {"state": state, "code_challenge_method": "S256"}
        for name, value in fixed.items():
            expect.equal(asked.get(name), value, f"'{name}' in the URL, decoded")
        scopes = set(str(asked.get("scope")).split())
        expect(
            scopes == {"openid", "email"},
            f"The scope is {scopes}; it should be openid email.",
        )
        expect(len(state) >= 16, f"A state of {len(state)} characters can be guessed.")
        letters = verifier.replace("-", "").replace(".", "").replace("_", "").replace("~", "")
        fits = 43 <= len(verifier) <= 128 and letters.isascii() and letters.isalnum()
        expect(
            fits,
            f"The verifier has {len(verifier)} characters, or some that are not allowed.",
        )
        said = asked.get("code_challenge")
        expect(said != verifier, "The challenge is the verifier itself: show only its SHA-256.")
        expect(verifier not in url, "The verifier stands in the URL: it stays in the app.")
        wanted = packed(hashlib.sha256(verifier.encode()).digest())
        expect.equal(said, wanted, "The challenge for this verifier, base64url without '='")
        return state, verifier

    def comes_back(redirect: str, state: str) -> None:
        def back(**query: str) -> str:
            return f"{redirect}?{urlencode(query)}"

        expect.equal(code_from(back(code="c/1 x", state=state), state), "c/1 x", "The code")
        for case, query in {
            "with another state": {"code": "c1", "state": state + "x"},
            "without a state": {"code": "c1"},
            "with an error and no code": {"error": "access_denied", "state": state},
        }.items():
            try:
                got = code_from(back(**query), state)
            except Rejected:
                continue
            except Exception as error:
                said = type(error).__name__
                expect(False, f"The browser came back {case}: {said}. Raise Rejected.")
            expect(False, f"The browser came back {case}, and code_from returned {got!r}.")

    domain = "tern.auth.us-east-1.amazoncognito.com"
    app_url = "https://app.tern.example/back?from=sign in&to=map"
    random.seed(8)
    first = goes_out(domain, client_id, app_url)
    second = goes_out(domain, client_id, app_url)
    new = first[0] != second[0] and first[1] != second[1]
    expect(new, "State and verifier must be new for each sign-in.")
    random.seed(8)
    guessed = goes_out(domain, client_id, app_url)
    secret = guessed[0] != first[0] and guessed[1] != first[1]
    expect(secret, "The numbers of `random` can be worked out: take state and verifier from secrets.")
    comes_back("https://app.tern.example/back", first[0])
    ### BEGIN HIDDEN TESTS
    comes_back("https://other.example/", goes_out("login.other.example", "c&d", "https://o/x")[0])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Is it really Ada?
#
# With the Plus plan a pool scores each sign-in by device, place and address (**adaptive authentication**): low,
# medium or high risk. For each you choose a reaction: `NO_ACTION`, `MFA_IF_CONFIGURED`, `MFA_REQUIRED` or `BLOCK`. In
# `AUDIT` mode it only writes down what it would do; begin there, then `ENFORCED`. It also compares passwords with
# lists of leaked ones.
#
# Every such score has two errors. A toy one: points for a new device, a new country, a new network, an odd hour.

# %%
POINTS = {"new device": 35, "new country": 30, "new network": 20, "odd hour": 15}
HOW_OFTEN = {  # in so many of 100 sign-ins: riders, and thieves with a leaked password
    "new device": (8, 95),
    "new country": (3, 70),
    "new network": (25, 90),
    "odd hour": (15, 55),
}
chance = random.Random(7)


def scores(who: int, sign_ins: int) -> list[int]:
    """Toy scores of riders (0) or thieves (1)."""
    found = []
    for _ in range(sign_ins):
        signs = [sign for sign in POINTS if chance.random() * 100 < HOW_OFTEN[sign][who]]
        found.append(sum(POINTS[sign] for sign in signs))
    return found


owners, thieves = scores(0, 5000), scores(1, 500)
thresholds = list(range(0, 105, 5))
caught = [100 * sum(score >= t for score in thieves) / len(thieves) for t in thresholds]
bothered = [100 * sum(score >= t for score in owners) / len(owners) for t in thresholds]
at_50 = thresholds.index(50)
charts.over_time(
    {"thieves stopped": caught, "riders stopped": bothered},
    x=thresholds,
    x_label="points from which a sign-in is stopped",
    x_unit="points",
    y_label="share of sign-ins",
    y_unit="percent",
    headline=f"From 50 points on, {caught[at_50]:.0f} % of the thieves "
    f"and {bothered[at_50]:.0f} % of the riders are stopped",
    source="simulation in this cell",
)

# %% [markdown]
# So do not block what is merely odd: ask for a second factor there, and block the extreme. A rider with a new phone
# types a code; a thief cannot.

# %% [markdown]
# ## Keys for a guest
#
# An identity pool knows *identities*, each with an id such as `us-east-1:4f1c...`. Proofs may come from a user pool,
# from Google, Apple, Facebook or Amazon, from any OIDC or SAML provider, or from your own server (*developer
# identities*). **Guests** may be allowed without any proof.
#
# It has a role for signed-in people and one for guests. Their **trust policies** name the pool (`aud`) and the kind of
# visitor (`amr`): the first keeps the pools of others out, the second keeps guests out of the members' role.


# %% setup="identity"
def trusted(identity_pool: str, kind: str) -> dict[str, Any]:
    """Whom a role trusts: `kind` is authenticated or unauthenticated."""
    return {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": identity_pool},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": kind},
        },
    }


def new_identities(pool: str, client: str, members: list[Any], guests: list[Any]) -> str:
    """An identity pool for a user pool, with statements for members and for guests."""
    login = {
        "ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{pool}",
        "ClientId": client,
    }
    made = identities.create_identity_pool(
        IdentityPoolName="tern",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[login],
    )["IdentityPoolId"]
    identities.set_identity_pool_roles(
        IdentityPoolId=made,
        Roles={
            "authenticated": new_role("member", trusted(made, "authenticated"), *members),
            "unauthenticated": new_role("guest", trusted(made, "unauthenticated"), *guests),
        },
    )
    return made


def id_token(client: str, email: str) -> str:
    """Make a rider and sign in; returns the ID token."""
    sign_up(client, email)
    confirm(client, email)
    secret = {"USERNAME": email, "PASSWORD": PASSWORD}
    flow: Any = "USER_PASSWORD_AUTH"
    came = users.initiate_auth(ClientId=client, AuthFlow=flow, AuthParameters=secret)
    return came["AuthenticationResult"]["IdToken"]


# %%
maps = lab.unique_name("tern-maps")
s3.create_bucket(Bucket=maps)
s3.put_object(Bucket=maps, Key="public/harbour.png", Body=b"a map")
s3.put_object(Bucket=maps, Key="plans/2027.pdf", Body=b"secret")
one_map = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{maps}/public/harbour.png",
}
tern = new_identities(pool_id, client_id, members=[one_map], guests=[one_map])
guest = identities.get_id(IdentityPoolId=tern)["IdentityId"]
keys = identities.get_credentials_for_identity(IdentityId=guest)["Credentials"]
print(guest, "has", ", ".join(keys))
visitor = boto3.Session(keys["AccessKeyId"], keys["SecretKey"], keys["SessionToken"], REGION)
with lab.enforce_iam():
    for key in ("public/harbour.png", "plans/2027.pdf"):
        try:
            visitor.client("s3").get_object(Bucket=maps, Key=key)
            print(key, "-> read")
        except ClientError as error:
            print(key, "->", error.response["Error"]["Code"])

# %% [markdown]
# A signed-in rider brings a proof in `Logins`: a dictionary from the provider's name to the token. For a user pool
# the name is `cognito-idp.REGION.amazonaws.com/POOL_ID`. This is the **enhanced flow**; Cognito calls STS for you
# (`AssumeRoleWithWebIdentity`). In the older **classic flow** the app fetches an OpenID token (`GetOpenIdToken`, good
# for 10 minutes) and calls STS itself, with a role that it names. `AllowClassicFlow=False` closes this way.
#
# Which role? The default of the two, or the role of the user's group (`Type="Token"`), or up to 25 **rules** on claims
# (`Type="Rules"`).
#
# ### Your turn: repair the exchange
#
# `keys_for(identity_pool, pool, token)` should give a rider's AWS session: `token` is an ID token, and without one
# (`None`) the visitor is a guest. It should return the identity's id and a `boto3.Session`. A colleague's version
# makes guests of everybody. Repair it.
#
# <details><summary>Hint</summary>
#
# The same `Logins` belong in both calls: the first finds the identity, the second must prove it again. For a guest
# they are empty.
# </details>


# %% exercise="exchange" repair=true
def keys_for(identity_pool: str, pool: str, token: str | None) -> tuple[str, boto3.Session]:
    """The identity of a visitor, and a session with its AWS keys."""
    identity = identities.get_id(IdentityPoolId=identity_pool)["IdentityId"]
    given = identities.get_credentials_for_identity(
        IdentityId=identity,
        Logins={f"cognito-idp/{pool}": token},
    )["Credentials"]
    two = (given["AccessKeyId"], given["SecretKey"])
    return identity, boto3.Session(*two, region_name=REGION)


### BEGIN SOLUTION
def keys_for(identity_pool: str, pool: str, token: str | None) -> tuple[str, boto3.Session]:
    """The identity of a visitor, and a session with its AWS keys."""
    provider = f"cognito-idp.{REGION}.amazonaws.com/{pool}"
    logins = {provider: token} if token else {}
    identity = identities.get_id(IdentityPoolId=identity_pool, Logins=logins)["IdentityId"]
    given = identities.get_credentials_for_identity(IdentityId=identity, Logins=logins)
    made = given["Credentials"]
    session = boto3.Session(
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretKey"],
        aws_session_token=made["SessionToken"],
        region_name=REGION,
    )
    return identity, session


### END SOLUTION


# %% check="exchange" points=2
with check("exchange", needs="keys_for", right="A token goes in, keys for an hour come out.") as expect:

    def role_behind(session: boto3.Session, case: str) -> str:
        try:
            return session.client("sts").get_caller_identity()["Arn"].split("/")[1]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            expect(False, f"{case}: the session does not work ({code}). Keys have three parts.")
            raise

    def exchanges(name: str) -> None:
        pool, client = new_riders("check")
        tern = new_identities(pool, client, [one_map], [one_map])
        token = id_token(client, f"{lab.unique_name(name)}@riders.example")
        made = keys_for(tern, pool, token)
        expect(
            isinstance(made, tuple) and len(made) == 2,
            "Return the identity's id and a session.",
        )
        identity, session = made
        credentials = session.get_credentials()
        expect(
            credentials is not None and credentials.token,
            "The session has no session token: temporary keys have three parts.",
        )
        is_member = role_behind(session, "A rider").startswith("member")
        expect(is_member, "A rider with a token got the guests' role.")
        again, _ = keys_for(tern, pool, token)
        expect(again == identity, "The same rider had another identity the second time.")
        try:
            nobody, visitor = keys_for(tern, pool, None)
        except ParamValidationError:
            expect(False, "A guest has no token: for a guest the Logins are an empty dictionary.")
            raise
        is_guest = role_behind(visitor, "A guest").startswith("guest")
        expect(is_guest, "A guest got the role of riders.")
        expect(nobody != identity, "A guest got the identity of a rider.")
        known = identities.describe_identity(IdentityId=identity).get("Logins", [])
        expect(known, "The identity knows no login: it is a guest's.")

    exchanges("ada")
    ### BEGIN HIDDEN TESTS
    exchanges("bo")
    ### END HIDDEN TESTS

# %% [markdown]
# ## One folder for each
#
# One role for all riders, and yet each sees only their own things: the policy holds a **variable**. AWS puts the
# identity's id in the place of `${cognito-identity.amazonaws.com:sub}` when it decides. From here on `two_riders`
# gives us sessions of two riders.


# %% setup="two-riders"
SUB = "${cognito-identity.amazonaws.com:sub}"


def two_riders(statements: Any) -> list[tuple[str, boto3.Session]]:
    """Two riders whose role has these statements: identity and session of each."""
    pool, client = new_riders("pair")
    listed = statements if isinstance(statements, list) else [statements]
    tern = new_identities(pool, client, listed, [])
    pair = []
    for name in ("ada", "bo"):
        proof = id_token(client, f"{lab.unique_name(name)}@riders.example")
        asked: Any = {"Logins": {f"cognito-idp.{REGION}.amazonaws.com/{pool}": proof}}
        who = identities.get_id(IdentityPoolId=tern, **asked)["IdentityId"]
        got = identities.get_credentials_for_identity(IdentityId=who, **asked)["Credentials"]
        three = (got["AccessKeyId"], got["SecretKey"], got["SessionToken"])
        pair.append((who, boto3.Session(*three, region_name=REGION)))
    return pair


def allowed(call: Any, **asked: Any) -> bool:
    """Is this call allowed?"""
    try:
        call(**asked)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("AccessDenied", "AccessDeniedException"):
            raise
        return False
    return True


# %%
greeting = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{maps}/hello/{SUB}.txt",
}
(ada_id, ada_keys), (bo_id, _) = two_riders([greeting])
for who in (ada_id, bo_id):
    s3.put_object(Bucket=maps, Key=f"hello/{who}.txt", Body=b"Moin")
with lab.enforce_iam():
    for whose, who in (("her own", ada_id), ("Bo's", bo_id)):
        can = allowed(ada_keys.client("s3").get_object, Bucket=maps, Key=f"hello/{who}.txt")
        print(f"Ada reads {whose:7} greeting: {can}")

# %% [markdown]
# ### Your turn: a folder of one's own
#
# Write `folder_statements(bucket)`: a list of policy statements for the riders' role. A rider may
#
# - put, get and delete objects below `IDENTITY/` in the bucket, IDENTITY being the rider's own identity id;
# - list the bucket with the prefix `IDENTITY/`, or a longer one below it;
# - do nothing else: not list without a prefix, not touch the folders of others, nothing of other actions.
#
# <details><summary>Hint</summary>
#
# `s3:ListBucket` is about the bucket (its ARN has no slash), with a condition `StringLike` on `s3:prefix`; the other
# actions are about objects (`BUCKET/KEY`).
# </details>


# %% exercise="own-folder"
def folder_statements(bucket: str) -> list[dict]:
    """What riders may do with the photos."""
    ### BEGIN SOLUTION
    return [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": [f"{SUB}/*"]}},
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{SUB}/*",
        },
    ]
    ### END SOLUTION


# %% check="own-folder" points=3
with check(
    "own-folder",
    needs="folder_statements",
    right="One policy, a hundred thousand folders.",
) as expect:

    def keeps_apart(name: str) -> None:
        bucket = lab.unique_name(name)
        s3.create_bucket(Bucket=bucket)
        elsewhere = lab.unique_name("other")
        s3.create_bucket(Bucket=elsewhere)
        statements = folder_statements(bucket)
        expect(isinstance(statements, list), "Return a list of statements.")
        (mine, keys), (theirs, _) = two_riders(statements)
        for who in (mine, theirs):
            s3.put_object(Bucket=bucket, Key=f"{who}/ride.jpg", Body=b"x")
        s3.put_object(Bucket=bucket, Key="tern/plan.pdf", Body=b"x")
        s3.put_object(Bucket=bucket, Key=f"{mine}-old/ride.jpg", Body=b"x")
        photos = keys.client("s3")
        may = {
            "put a photo into their own folder": (
                photos.put_object,
                {"Key": f"{mine}/new.jpg"},
            ),
            "get a photo of their own": (photos.get_object, {"Key": f"{mine}/ride.jpg"}),
            "delete a photo of their own": (
                photos.delete_object,
                {"Key": f"{mine}/new.jpg"},
            ),
            "list their own folder": (photos.list_objects_v2, {"Prefix": f"{mine}/"}),
            "list a folder in their folder": (
                photos.list_objects_v2,
                {"Prefix": f"{mine}/2026/"},
            ),
        }
        may_not = {
            "get a photo of another rider": (
                photos.get_object,
                {"Key": f"{theirs}/ride.jpg"},
            ),
            "put a photo into another's folder": (
                photos.put_object,
                {"Key": f"{theirs}/a.jpg"},
            ),
            "delete another's photo": (photos.delete_object, {"Key": f"{theirs}/ride.jpg"}),
            "list another's folder": (photos.list_objects_v2, {"Prefix": f"{theirs}/"}),
            "list the whole bucket": (photos.list_objects_v2, {}),
            "get what is not in a rider's folder": (
                photos.get_object,
                {"Key": "tern/plan.pdf"},
            ),
            "get from a folder whose name only begins alike": (
                photos.get_object,
                {"Key": f"{mine}-old/ride.jpg"},
            ),
            "list a prefix that only begins alike": (
                photos.list_objects_v2,
                {"Prefix": f"{mine}-"},
            ),
            "read the access list of their photo: of no use here, so name the three actions": (
                photos.get_object_acl,
                {"Key": f"{mine}/ride.jpg"},
            ),
            "tag a photo of their own: PutObject* says more than PutObject": (
                photos.put_object_tagging,
                {"Key": f"{mine}/ride.jpg", "Tagging": {"TagSet": []}},
            ),
            "delete a version of their photo: DeleteObject* says more than DeleteObject": (
                photos.delete_object,
                {"Key": f"{mine}/ride.jpg", "VersionId": "null"},
            ),
            "list versions of photos: List* says more than ListBucket": (
                photos.list_object_versions,
                {"Prefix": f"{mine}/"},
            ),
            "read the bucket's policy": (photos.get_bucket_policy, {}),
        }
        with lab.enforce_iam():
            for what, (call, asked) in may.items():
                can = allowed(call, Bucket=bucket, **asked)
                expect(can, f"A rider should be able to {what}, and cannot.")
            for what, (call, asked) in may_not.items():
                can = allowed(call, Bucket=bucket, **asked)
                expect(not can, f"A rider can {what}.")
            strays = allowed(photos.put_object, Bucket=elsewhere, Key=f"{mine}/new.jpg")
            expect(not strays, "A rider can put photos into another bucket: name the bucket.")

    keeps_apart("photos")
    ### BEGIN HIDDEN TESTS
    keeps_apart("videos")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Rows of one's own
#
# DynamoDB has the same idea for rows: the condition key `dynamodb:LeadingKeys` holds the partition keys of a request,
# and `ForAllValues:StringEquals` wants all of them to be the rider's id. (`dynamodb:Attributes` limits columns.)
#
# There is a trap. *For all values* is also true of **no** value.

# %% setup="rides"
rides = lab.unique_name("rides")
_ = dynamodb.create_table(
    TableName=rides,
    KeySchema=[
        {"AttributeName": "rider", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "rider", "AttributeType": "S"},
        {"AttributeName": "at", "AttributeType": "S"},
    ],
    BillingMode="PAY_PER_REQUEST",
)

# %%
print("all of [own id] are mine:       ", all(key == "ada" for key in ["ada"]))
print("all of [own id, bo's] are mine: ", all(key == "ada" for key in ["ada", "bo"]))
print("all of [] are mine:             ", all(key == "ada" for key in []))

# %% [markdown]
# ### Your turn: repair the rows
#
# A colleague's statement lets every rider read the whole table: try a `Scan`, which names no key. Repair
# `row_statements(table)`: a rider may get, put, update, delete, query, batch-get and batch-write rows whose partition
# key is their own identity id, and nothing else in DynamoDB.
#
# <details><summary>Hint</summary>
#
# The condition is right for actions that bring keys: name these seven. (Or refuse an empty set: a second condition,
# `Null`, says whether a key is there.) And is it about every table?
# </details>


# %% exercise="own-rows" repair=true
def row_statements(table: str) -> list[dict]:
    """What riders may do with the table of rides."""
    return [
        {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


### BEGIN SOLUTION
def row_statements(table: str) -> list[dict]:
    """What riders may do with the table of rides."""
    one = ["GetItem", "PutItem", "UpdateItem", "DeleteItem"]
    many = ["Query", "BatchGetItem", "BatchWriteItem"]
    return [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{verb}" for verb in one + many],
            "Resource": f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


### END SOLUTION


# %% check="own-rows" points=3
with check("own-rows", needs="row_statements", right="An empty set fulfils every ForAllValues.") as expect:

    def keeps_rows_apart(at: str) -> None:
        (mine, keys), (theirs, _) = two_riders(row_statements(rides))
        table = keys.client("dynamodb")

        def key(who: str) -> Any:
            return {"rider": {"S": who}, "at": {"S": at}}

        def query(who: str) -> Any:
            words = "rider = :rider"
            values = {":rider": {"S": who}}
            return {"KeyConditionExpression": words, "ExpressionAttributeValues": values}

        for who in (mine, theirs):
            dynamodb.put_item(TableName=rides, Item=key(who))

        seen = {
            "UpdateExpression": "SET seen = :yes",
            "ExpressionAttributeValues": {":yes": {"BOOL": True}},
        }

        def calls(*people: str) -> dict[str, tuple[Any, dict[str, Any]]]:
            who = people[-1]
            rows = [{"PutRequest": {"Item": key(one)}} for one in people]
            found = {
                "put": (table.put_item, {"TableName": rides, "Item": key(who)}),
                "get": (table.get_item, {"TableName": rides, "Key": key(who)}),
                "update": (table.update_item, {"TableName": rides, "Key": key(who), **seen}),
                "query": (table.query, {"TableName": rides, **query(who)}),
                "batch-get": (
                    table.batch_get_item,
                    {"RequestItems": {rides: {"Keys": [key(one) for one in people]}}},
                ),
                "batch-write": (table.batch_write_item, {"RequestItems": {rides: rows}}),
                "delete": (table.delete_item, {"TableName": rides, "Key": key(who)}),
            }
            return found if len(people) == 1 else {"batch-get": found["batch-get"]}

        other = f"{rides}-{lab.unique_name('old')}"
        attributes: Any = [{"AttributeName": "rider", "AttributeType": "S"}]
        dynamodb.create_table(
            TableName=other,
            KeySchema=[{"AttributeName": "rider", "KeyType": "HASH"}],
            AttributeDefinitions=attributes,
            BillingMode="PAY_PER_REQUEST",
        )
        with lab.enforce_iam():
            for what, (call, asked) in calls(mine).items():
                can = allowed(call, **asked)
                expect(can, f"A rider should be able to {what} a row of their own, and cannot.")
            for what, (call, asked) in calls(theirs).items():
                expect(not allowed(call, **asked), f"A rider can {what} a row of another.")
            for what, (call, asked) in calls(mine, theirs).items():
                expect(not allowed(call, **asked), f"A {what} with own and others' rows goes.")
            scan = allowed(table.scan, TableName=rides)
            expect(
                not scan,
                "A rider can scan the table: a Scan names no key, so there is none that does not fit.",
            )
            described = allowed(table.describe_table, TableName=rides)
            expect(not described, "A rider can describe the table. Name the actions.")
            billing: Any = {"TableName": rides, "BillingMode": "PAY_PER_REQUEST"}
            changed = allowed(table.update_table, **billing)
            expect(not changed, "A rider can change the table: Update* says more than UpdateItem.")
            elsewhere = allowed(table.get_item, TableName=other, Key={"rider": {"S": mine}})
            expect(not elsewhere, "A rider can read another table. Name the table's ARN.")

    keeps_rows_apart("2026-11-21T10:00")
    ### BEGIN HIDDEN TESTS
    keeps_rows_apart("2026-11-22T18:30")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** **Cognito Sync** kept preferences of an identity on all its devices, also offline: up to 20
# > datasets of 1 MB, with pushes to devices and streams to Kinesis. It is deprecated; new apps take AWS AppSync (next
# > lesson).
#
# ## What it costs
#
# User pools bill **monthly active users** (MAU): everybody with at least one sign-in, sign-up or refresh in a month.
# Identity pools are free. Text messages cost extra; so do tokens for machines (client credentials).

# %%
for plan in ("lite-mau", "essentials-mau", "plus-mau"):
    print(f"{plan:15} {facts.price('cognito', plan):.4f} USD for each MAU")
free = facts.limit("cognito", "free-mau-lite-and-essentials-per-month")
print(f"free each month with Lite and Essentials: {free:,} MAU")


def mau_bill(plan: str, riders: float) -> float:
    """A month of a plan, for up to 100,000 riders."""
    billed = riders if plan == "plus" else max(0, riders - free)
    return float(facts.cost("cognito", f"{plan}-mau", billed))


counts = list(range(0, 41_000, 1000))
charts.curves(
    {
        "Plus": (counts, [mau_bill("plus", n) for n in counts]),
        "Essentials": (counts, [mau_bill("essentials", n) for n in counts]),
        "Lite": (counts, [mau_bill("lite", n) for n in counts]),
    },
    x_label="riders who sign in within the month",
    y_unit="USD per month",
    headline="Ten thousand riders are free, unless their sign-ins should be scored",
    source=[facts.price("cognito", "lite-mau"), facts.price("cognito", "plus-mau")],
)

# %% [markdown]
# > **Then and now.** Before November 2024 the first 50,000 users were free. Users who come through SAML or OIDC have a
# > price of their own: 50 are free, the others 0.015 USD each.
#
# ### Your turn: the cheapest plan
#
# Write `cheapest(mau, needs)`: the cheapest plan that has all of `needs`, and its monthly price, as a pair such as
# `("lite", 55.0)`.
#
# - `needs` is a set out of `"passwordless"` (Essentials, Plus), `"managed login"` (Essentials, Plus), `"leaked
#   passwords"` (Plus), `"adaptive"` (Plus); Lite has none of them.
# - Lite: 10,000 free, the others up to 100,000 at `facts.tiers("cognito", "lite-mau")[0]`, those from there to a
#   million at `[1]`. Essentials: 10,000 free, the others at `facts.price("cognito", "essentials-mau")`. Plus: all at
#   `facts.price("cognito", "plus-mau")`. If two cost the same, take the one with more features. `mau` is at most a
#   million.
#
# <details><summary>Hint</summary>
#
# Up to 10,000 riders Lite and Essentials cost the same: nothing. Plus costs something from the first rider on.
# </details>


# %% exercise="cognito-bill"
def cheapest(mau: int, needs: set[str]) -> tuple[str, float]:
    """The cheapest plan with all of these features, and its price in USD a month."""
    ### BEGIN SOLUTION
    low, high = facts.tiers("cognito", "lite-mau")[:2]
    over = max(0, mau - 10_000)
    prices = {
        "plus": mau * facts.price("cognito", "plus-mau"),
        "essentials": over * facts.price("cognito", "essentials-mau"),
        "lite": min(over, 90_000) * low + max(0, mau - 100_000) * high,
    }
    if needs:
        del prices["lite"]
    if needs & {"leaked passwords", "adaptive"}:
        del prices["essentials"]
    plan = min(prices, key=lambda name: prices[name])
    return plan, float(prices[plan])
    ### END SOLUTION


# %% check="cognito-bill" points=2
with check("cognito-bill", needs="cheapest", right="Features choose the plan, riders the bill.") as expect:
    low_price, high_price = (float(price) for price in facts.tiers("cognito", "lite-mau")[:2])
    essentials = float(facts.price("cognito", "essentials-mau"))
    plus = float(facts.price("cognito", "plus-mau"))

    def costs(mau: int, needs: set[str], plan: str, usd: float) -> None:
        case = f"{mau:,} MAU with {sorted(needs) or 'no special needs'}"
        got = cheapest(mau, set(needs))
        expect(
            isinstance(got, tuple) and len(got) == 2,
            "Return a pair: the plan and its price.",
        )
        expect.equal(str(got[0]).lower(), plan, f"{case}: the plan")
        expect.close(got[1], usd, f"{case}: the price")

    costs(20_000, set(), "lite", 10_000 * low_price)
    costs(20_000, {"passwordless"}, "essentials", 10_000 * essentials)
    costs(1_000, {"adaptive", "passwordless"}, "plus", 1_000 * plus)
    costs(200_000, set(), "lite", 90_000 * low_price + 100_000 * high_price)
    costs(9_000, set(), "essentials", 0.0)
    costs(30_000, {"managed login"}, "essentials", 20_000 * essentials)
    costs(30_000, {"leaked passwords"}, "plus", 30_000 * plus)
    costs(30_000, {"adaptive"}, "plus", 30_000 * plus)
    ### BEGIN HIDDEN TESTS
    costs(10_000, set(), "essentials", 0.0)
    costs(50_000, {"leaked passwords"}, "plus", 50_000 * plus)
    costs(100_000, {"managed login"}, "essentials", 90_000 * essentials)
    costs(1_000_000, set(), "lite", 90_000 * low_price + 900_000 * high_price)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS this lesson would cost nothing: a few dozen users. A pool without users is free;
# > deleting it deletes its people, so AWS asks you to switch off *deletion protection* first, if it is on.

# %%
identities.delete_identity_pool(IdentityPoolId=tern)
users.delete_user_pool(UserPoolId=pool_id)
print("deleted:", tern, "and", pool_id)

# %% [markdown]
# ## To remember
#
# - User pools sign people in and give tokens; identity pools turn a proof into AWS keys, also for guests.
# - A token counts only after its signature, `alg`, `iss`, audience, `token_use` and `exp` were checked.
# - `sub` is the user's lasting name; ID tokens tell who, access tokens what for, refresh tokens bring new ones.
# - Triggers run synchronously, within five seconds, and return the event.
# - The hosted pages speak OAuth: a code, a `state`, and PKCE; their own domain wants a certificate in us-east-1.
# - Roles of an identity pool trust it only with `aud` and `amr`.
# - Policy variables give each user a prefix or rows; `ForAllValues` is true of nothing, so leave out `Scan`.
# - Lite and Essentials have 10,000 free MAU, Plus none; identity pools are free.

# %% [markdown] question="signed-out"
# ### Question 1
#
# A rider reports a stolen phone. Support signs the rider out of all devices (`AdminUserGlobalSignOut`). For another
# half hour the thief's app goes on reading through a back end that checks tokens by their signature. Why?
#
# - [ ] **A** Global sign-out takes up to an hour to reach all Regions.
#   > It counts at once, in Cognito. The back end does not ask Cognito.
# - [x] **B** The token is still valid by signature and `exp`; the back end never asks whether it was revoked.
#   > Sign-out stops refreshes and calls to Cognito itself. Shorten the access token's lifetime, or ask Cognito for what
#   > matters.
# - [ ] **C** The refresh token still gives new tokens.
#   > Global sign-out revokes just that.
# - [ ] **D** The pool's keys must be rotated to end a token.
#   > That would end everybody's tokens, and is not how Cognito works.

# %% answer="signed-out"
answer = "B"

# %% check="signed-out" points=1
question("signed-out", answer)

# %% [markdown] question="open-trust"
# ### Question 2
#
# The role for signed-in users trusts `cognito-identity.amazonaws.com` with `sts:AssumeRoleWithWebIdentity`, on the
# condition that `aud` is your identity pool. There is no condition on `amr`, and the pool allows guests. What is the
# danger?
#
# - [ ] **A** None: `aud` names your pool, so only signed-in users of it come in.
#   > Guests are identities of your pool, too, and their tokens carry the same `aud`.
# - [ ] **B** Users of other people's identity pools can take on the role.
#   > `aud` keeps them out: their tokens name another pool.
# - [ ] **C** Riders can read each other's folders.
#   > That depends on the permission policy, not on the trust policy.
# - [x] **D** A guest can take on the role of signed-in users.
#   > In the classic flow a guest gets an OpenID token with the same `aud`. Only `amr`, `unauthenticated` there, tells
#   > the two apart.

# %% answer="open-trust"
answer = "D"

# %% check="open-trust" points=1
question("open-trust", answer)

# %% [markdown] question="old-directory"
# ### Question 3
#
# 300,000 riders have accounts in an old database with salted password hashes. They should move to a user pool, keep
# their passwords, and notice nothing. What does the team build?
#
# - [x] **A** A *migrate user* trigger that checks the password against the old database at the first sign-in.
#   > The rider signs in as always; if the old database says yes, the pool takes over name and password.
# - [ ] **B** A CSV import with the hashes.
#   > The import takes no passwords: everybody would have to choose a new one.
# - [ ] **C** A *pre token generation* trigger that reads the old database.
#   > It runs after the sign-in, which fails for people whom the pool does not know.
# - [ ] **D** An identity pool with developer identities.
#   > It would give AWS keys and leave sign-in to the old system for ever.

# %% answer="old-directory"
answer = "A"

# %% check="old-directory" points=1
question("old-directory", answer)

# %% [markdown] question="certificate"
# ### Question 4
#
# A team in Frankfurt (eu-central-1) wants its sign-in page at `login.tern.example`. It has an ACM certificate in
# eu-central-1, and Cognito does not offer it. What is missing?
#
# - [ ] **A** A certificate imported into IAM.
#   > Cognito takes it from ACM.
# - [ ] **B** The Plus plan.
#   > A domain of your own does not depend on threat protection.
# - [x] **C** A certificate in us-east-1.
#   > The page is served through CloudFront, whose certificates live in us-east-1, wherever the pool is.
# - [ ] **D** An Application Load Balancer in front of the page.
#   > The page is Cognito's own; nothing of yours stands before it.

# %% answer="certificate"
answer = "C"

# %% check="certificate" points=1
question("certificate", answer)

# %%
progress()
