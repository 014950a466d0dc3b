# %% [markdown]
# Answers to 08-serverless/08-cognito: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="which-pool"
chosen = {
    "50,000 riders sign up with e-mail and password and call our API": "User pool",
    "visitors without an account may read one public map from S3": "identity pool",
    "a forgotten password is reset by a code sent by mail": "user pool",
    "riders with our own accounts upload photos from the app straight to S3": "both",
    "a new colleague needs the AWS console": "iam",
    "people with a Google account, and no directory of ours, write to DynamoDB": "identity pool",
    "a load balancer lets only signed-in riders through": "user pool",
    "an EC2 instance reads a bucket": "IAM",
}


# %% wrong="which-pool" says="The user pool signs in, the identity pool gives keys"
chosen = {
    "50,000 riders sign up with e-mail and password and call our API": "user pool",
    "visitors without an account may read one public map from S3": "identity pool",
    "a forgotten password is reset by a code sent by mail": "user pool",
    "riders with our own accounts upload photos from the app straight to S3": "user pool",
    "a new colleague needs the AWS console": "IAM",
    "people with a Google account, and no directory of ours, write to DynamoDB": "identity pool",
    "a load balancer lets only signed-in riders through": "user pool",
    "an EC2 instance reads a bucket": "IAM",
}


# %% wrong="which-pool" says="It takes Google's token directly"
chosen = {
    "50,000 riders sign up with e-mail and password and call our API": "user pool",
    "visitors without an account may read one public map from S3": "identity pool",
    "a forgotten password is reset by a code sent by mail": "user pool",
    "riders with our own accounts upload photos from the app straight to S3": "both",
    "a new colleague needs the AWS console": "IAM",
    "people with a Google account, and no directory of ours, write to DynamoDB": "both",
    "a load balancer lets only signed-in riders through": "user pool",
    "an EC2 instance reads a bucket": "IAM",
}


# %% right="log-in"
def log_in(client, email, password, new_password=""):
    names = {"NotAuthorizedException": "wrong", "UserNotConfirmedException": "confirm first"}
    try:
        answer = users.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=client,
            AuthParameters=dict(USERNAME=email, PASSWORD=password),
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in names:
            return names[code]
        raise
    while "ChallengeName" in answer:
        answer = users.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName=answer["ChallengeName"],
            Session=answer["Session"],
            ChallengeResponses=dict(USERNAME=email, NEW_PASSWORD=new_password),
        )
    return answer["AuthenticationResult"]


# %% wrong="log-in" says="An invited rider"
def log_in(client, email, password, new_password=""):
    try:
        answer = users.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=client,
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except users.exceptions.NotAuthorizedException:
        return "wrong"
    except users.exceptions.UserNotConfirmedException:
        return "confirm first"
    return answer.get("AuthenticationResult")


# %% wrong="log-in" says="A rider who has not confirmed the address"
def log_in(client, email, password, new_password=""):
    try:
        answer = users.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=client,
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except ClientError:
        return "wrong"
    return answer.get("AuthenticationResult")


# %% wrong="log-in" says="that error should go through"
def log_in(client, email, password, new_password=""):
    try:
        answer = users.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=client,
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        if "Session" in answer:
            answer = users.respond_to_auth_challenge(
                ClientId=client,
                ChallengeName="NEW_PASSWORD_REQUIRED",
                Session=answer["Session"],
                ChallengeResponses={"USERNAME": email, "NEW_PASSWORD": new_password},
            )
    except users.exceptions.UserNotConfirmedException:
        return "confirm first"
    except ClientError:
        return "wrong"
    return answer["AuthenticationResult"]


# %% right="verify"
def verify(token, pool, client, use):
    """With a library, as at work."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        keys = KeySet.import_key_set({"keys": published_keys(pool)})
        claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    except (JoseError, ValueError, TypeError) as wrong:
        raise Rejected(str(wrong)) from None
    good = (
        claims["iss"] == issuer(pool)
        and claims["token_use"] == use
        and claims.get({"id": "aud", "access": "client_id"}[use]) == client
        and lab.clock.now().timestamp() < claims["exp"]
    )
    if not good:
        raise Rejected("not for us, or too old")
    return dict(claims)


# %% wrong="verify" says="(alg none), a forged id token came through"
def verify(token, pool, client, use):
    """It reads the claims and believes them."""
    try:
        claims = json.loads(unpacked(token.split(".")[1]))
    except (ValueError, IndexError):
        raise Rejected("not a token")
    audience = claims.get("aud") if use == "id" else claims.get("client_id")
    if claims["iss"] != issuer(pool) or audience != client or claims["token_use"] != use:
        raise Rejected("not for us")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("too old")
    return claims


# %% wrong="verify" says="Without a signature (alg none), a forged id token came through"
def verify(token, pool, client, use):
    """It lets the token say how it wants to be checked."""
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError:
        raise Rejected("not a token")
    if header.get("alg") != "none":
        keys = [key for key in published_keys(pool) if key["kid"] == header["kid"]]
        if not keys or not signature_fits(keys[0], f"{head}.{body}".encode(), signature):
            raise Rejected("signature")
    audience = claims.get("aud") if use == "id" else claims.get("client_id")
    if claims["iss"] != issuer(pool) or audience != client or claims["token_use"] != use:
        raise Rejected("not for us")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("too old")
    return claims


# %% wrong="verify" says="An expired id token came through"
def verify(token, pool, client, use):
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError:
        raise Rejected("not a token")
    keys = [key for key in published_keys(pool) if key["kid"] == header["kid"]]
    if header["alg"] != "RS256" or not keys:
        raise Rejected("key")
    if not signature_fits(keys[0], f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    audience = claims.get("aud") if use == "id" else claims.get("client_id")
    if claims["iss"] != issuer(pool) or audience != client or claims["token_use"] != use:
        raise Rejected("not for us")
    return claims


# %% wrong="verify" says="where the id token belongs, came through"
def verify(token, pool, client, use):
    """The signature is enough."""
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError:
        raise Rejected("not a token")
    keys = [key for key in published_keys(pool) if key["kid"] == header["kid"]]
    if header["alg"] != "RS256" or not keys:
        raise Rejected("key")
    if not signature_fits(keys[0], f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    return claims


# %% wrong="verify" says="Raise Rejected, so that callers know"
def verify(token, pool, client, use):
    head, body, mark = token.split(".")
    header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
    [key] = [key for key in published_keys(pool) if key["kid"] == header["kid"]]
    if header["alg"] != "RS256":
        raise Rejected("algorithm")
    if not signature_fits(key, f"{head}.{body}".encode(), unpacked(mark)):
        raise Rejected("signature")
    audience = claims.get("aud") if use == "id" else claims.get("client_id")
    if claims["iss"] != issuer(pool) or audience != client or claims["token_use"] != use:
        raise Rejected("not for us")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("too old")
    return claims


# %% wrong="verify" says="A good access token was rejected"
def verify(token, pool, client, use):
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unpacked(head)), json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError:
        raise Rejected("not a token")
    keys = [key for key in published_keys(pool) if key["kid"] == header["kid"]]
    if header["alg"] != "RS256" or not keys:
        raise Rejected("key")
    if not signature_fits(keys[0], f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    if claims["iss"] != issuer(pool) or claims.get("aud") != client or claims["token_use"] != use:
        raise Rejected("not for us")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("too old")
    return claims


# %% wrong="verify" says="With RS256 and an empty signature"
def verify(token: str, pool: str, client: str, use: str) -> dict:
    try:
        head, body, mark = token.split(".")
        header = json.loads(unpacked(head))
        claims = json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError as e:
        raise Rejected("unreadable") from e
    if header.get("alg") != "RS256":
        raise Rejected("alg")
    key = next((k for k in published_keys(pool) if k["kid"] == header.get("kid")), None)
    if key is None:
        raise Rejected("kid")
    if mark and not signature_fits(key, f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    if claims.get("iss") != issuer(pool):
        raise Rejected("iss")
    if claims.get("token_use") != use:
        raise Rejected("use")
    if claims.get("aud" if use == "id" else "client_id") != client:
        raise Rejected("client")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("exp")
    return claims


# %% wrong="verify" says="of a pool with two keys was rejected"
def verify(token: str, pool: str, client: str, use: str) -> dict:
    try:
        head, body, mark = token.split(".")
        header = json.loads(unpacked(head))
        claims = json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError as e:
        raise Rejected("unreadable") from e
    if header.get("alg") != "RS256":
        raise Rejected("alg")
    key = published_keys(pool)[0]
    if key is None:
        raise Rejected("kid")
    if not signature_fits(key, f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    if claims.get("iss") != issuer(pool):
        raise Rejected("iss")
    if claims.get("token_use") != use:
        raise Rejected("use")
    if claims.get("aud" if use == "id" else "client_id") != client:
        raise Rejected("client")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("exp")
    return claims


# %% wrong="verify" says="signed with another key than its kid came through"
def verify(token: str, pool: str, client: str, use: str) -> dict:
    try:
        head, body, mark = token.split(".")
        header = json.loads(unpacked(head))
        claims = json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError as e:
        raise Rejected("unreadable") from e
    if header.get("alg") != "RS256":
        raise Rejected("alg")
    key = next(
        (k for k in published_keys(pool) if signature_fits(k, f"{head}.{body}".encode(), signature)),
        None,
    )
    if key is None:
        raise Rejected("kid")
    if not signature_fits(key, f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    if claims.get("iss") != issuer(pool):
        raise Rejected("iss")
    if claims.get("token_use") != use:
        raise Rejected("use")
    if claims.get("aud" if use == "id" else "client_id") != client:
        raise Rejected("client")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("exp")
    return claims


# %% wrong="verify" says="A token whose header names PS256 came through"
def verify(token: str, pool: str, client: str, use: str) -> dict:
    try:
        head, body, mark = token.split(".")
        header = json.loads(unpacked(head))
        claims = json.loads(unpacked(body))
        signature = unpacked(mark)
    except ValueError as e:
        raise Rejected("unreadable") from e
    key = next((k for k in published_keys(pool) if k["kid"] == header.get("kid")), None)
    if key is None:
        raise Rejected("kid")
    if not signature_fits(key, f"{head}.{body}".encode(), signature):
        raise Rejected("signature")
    if claims.get("iss") != issuer(pool):
        raise Rejected("iss")
    if claims.get("token_use") != use:
        raise Rejected("use")
    if claims.get("aud" if use == "id" else "client_id") != client:
        raise Rejected("client")
    if claims["exp"] <= lab.clock.now().timestamp():
        raise Rejected("exp")
    return claims


# %% right="triggers"
STAFF, TRASH = "tern.example", "trash.example"


def pre_sign_up(event, context):
    domain = event["request"]["userAttributes"]["email"].casefold().rpartition("@")[2]
    if domain == TRASH:
        raise Exception("Sorry: no throw-away addresses")
    event["response"].update(autoConfirmUser=domain == STAFF, autoVerifyEmail=domain == STAFF)
    return event


def pre_token(event, context):
    domain = event["request"]["userAttributes"]["email"].casefold().split("@")[-1]
    claims = {"fleet": "staff" if domain == STAFF else "rider"}
    event["response"] = {"claimsOverrideDetails": {"claimsToAddOrOverride": claims}}
    return event


# %% wrong="triggers" says="tern.example.evil.example: confirmed at once is True"
def pre_sign_up(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    if "@trash.example" in email:
        raise ValueError("no throw-away addresses")
    if "@tern.example" in email:
        event["response"].update(autoConfirmUser=True, autoVerifyEmail=True)
    return event


def pre_token(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    fleet = "staff" if "@tern.example" in email else "rider"
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": fleet}}
    return event


# %% wrong="triggers" says="Tern.Example: confirmed at once is False"
def pre_sign_up(event, context):
    email = event["request"]["userAttributes"]["email"]
    if email.endswith("@trash.example"):
        raise ValueError("no throw-away addresses")
    if email.endswith("@tern.example"):
        event["response"].update(autoConfirmUser=True, autoVerifyEmail=True)
    return event


def pre_token(event, context):
    email = event["request"]["userAttributes"]["email"]
    fleet = "staff" if email.endswith("@tern.example") else "rider"
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": fleet}}
    return event


# %% wrong="triggers" says="the claim 'fleet' in the ID token"
def pre_sign_up(event, context):
    domain = event["request"]["userAttributes"]["email"].lower().split("@")[-1]
    if domain == "trash.example":
        raise ValueError("no throw-away addresses")
    if domain == "tern.example":
        event["response"].update(autoConfirmUser=True, autoVerifyEmail=True)
    return event


def pre_token(event, context):
    event["response"]["fleet"] = "rider"
    return event


# %% wrong="triggers" says="could not sign up"
def pre_sign_up(event, context):
    domain = event["request"]["userAttributes"]["email"].lower().split("@")[-1]
    if domain == "trash.example":
        raise ValueError("no throw-away addresses")
    return {"autoConfirmUser": domain == "tern.example"}["response"]


def pre_token(event, context):
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": "rider"}}
    return event


# %% wrong="triggers" says="western.example: confirmed at once is True"
def pre_sign_up(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    domain = email.rpartition("@")[2]
    if domain == "trash.example":
        raise Exception("no throw-away addresses")
    if email.endswith("tern.example"):
        event["response"]["autoConfirmUser"] = True
        event["response"]["autoVerifyEmail"] = True
    return event


def pre_token(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    fleet = "staff" if email.endswith("tern.example") else "rider"
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": fleet}}
    return event


# %% wrong="triggers" says="could not sign up: PreSignUp failed with error no throw-away addresses"
def pre_sign_up(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    domain = email.rpartition("@")[2]
    if "trash.example" in email:
        raise Exception("no throw-away addresses")
    if domain == "tern.example":
        event["response"]["autoConfirmUser"] = True
        event["response"]["autoVerifyEmail"] = True
    return event


def pre_token(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    fleet = "staff" if email.rpartition("@")[2] == "tern.example" else "rider"
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": fleet}}
    return event


# %% wrong="triggers" says="gets no code"
def pre_sign_up(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    domain = email.rpartition("@")[2]
    if domain == "trash.example":
        raise Exception("no throw-away addresses")
    if domain == "tern.example":
        event["response"]["autoConfirmUser"] = True
        event["response"]["autoVerifyEmail"] = True
    event["response"]["autoVerifyEmail"] = True
    return event


def pre_token(event, context):
    email = event["request"]["userAttributes"]["email"].lower()
    fleet = "staff" if email.rpartition("@")[2] == "tern.example" else "rider"
    event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"fleet": fleet}}
    return event


# %% right="pkce"
import secrets
from urllib.parse import parse_qsl, quote, urlparse


def login_url(domain, client, redirect):
    verifier = secrets.token_hex(40)
    state = secrets.token_hex(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest())
    fields = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect),
        ("scope", "email openid"),
        ("state", state),
        ("code_challenge_method", "S256"),
        ("code_challenge", challenge.decode().rstrip("=")),
    ]
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields)
    return f"https://{domain}/oauth2/authorize?{query}", state, verifier


def code_from(url, state):
    told = dict(parse_qsl(urlparse(url).query))
    if not secrets.compare_digest(told.get("state", ""), state) or not told.get("code"):
        raise Rejected("no")
    return told["code"]


# %% right="pkce"
import secrets
import string
from urllib.parse import parse_qsl, quote, urlsplit


def login_url(domain, client, redirect):
    verifier = "".join(secrets.choice(string.ascii_letters + "-._~") for _ in range(43))
    state = secrets.token_hex(16)
    challenge = base64.b64encode(hashlib.sha256(verifier.encode()).digest(), b"-_")
    asked = [
        ("redirect_uri", redirect),
        ("client_id", client),
        ("scope", "email openid"),
        ("state", state),
        ("response_type", "code"),
        ("code_challenge", challenge.decode().rstrip("=")),
        ("code_challenge_method", "S256"),
    ]
    query = "&".join(f"{name}={quote(value, safe=':/')}" for name, value in asked)
    return f"https://{domain}/oauth2/authorize?{query}", state, verifier


def code_from(url, state):
    found = dict(parse_qsl(urlsplit(url).query))
    if not secrets.compare_digest(found.get("state", ""), state) or not found.get("code"):
        raise Rejected(found.get("error", "not this sign-in"))
    return found["code"]


# %% wrong="pkce" says="show only its SHA-256"
def login_url(domain, client, redirect):
    import secrets
    from urllib.parse import urlencode

    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "scope": "openid email",
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": verifier,
    }
    return f"https://{domain}/oauth2/authorize?{urlencode(query)}", state, verifier


def code_from(url, state):
    return url.partition("code=")[2].partition("&")[0]


# %% wrong="pkce" says="base64url without '='"
def login_url(domain, client, redirect):
    import secrets
    from urllib.parse import urlencode

    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "scope": "openid email",
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": hashlib.sha256(verifier.encode()).hexdigest(),
    }
    return f"https://{domain}/oauth2/authorize?{urlencode(query)}", state, verifier


def code_from(url, state):
    return ""


# %% wrong="pkce" says="with another state"
def login_url(domain, client, redirect):
    import secrets
    from urllib.parse import urlencode

    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "scope": "openid email",
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": packed(hashlib.sha256(verifier.encode()).digest()),
    }
    return f"https://{domain}/oauth2/authorize?{urlencode(query)}", state, verifier


def code_from(url, state):
    from urllib.parse import parse_qs, urlsplit

    query = parse_qs(urlsplit(url).query)
    if "code" not in query:
        raise Rejected("no code")
    return query["code"][0]


# %% wrong="pkce" says="new for each sign-in"
def login_url(domain, client, redirect):
    from urllib.parse import urlencode

    verifier, state = "v" * 64, "s" * 20
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "scope": "openid email",
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": packed(hashlib.sha256(verifier.encode()).digest()),
    }
    return f"https://{domain}/oauth2/authorize?{urlencode(query)}", state, verifier


def code_from(url, state):
    return ""


# %% wrong="pkce" says="not encoded for a URL"
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit


def login_url(domain: str, client: str, redirect: str) -> tuple[str, str, str]:
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
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"https://{domain}/oauth2/authorize?{asked}", state, verifier


def code_from(url: str, state: str) -> str:
    query = parse_qs(urlsplit(url).query)
    if query.get("state") != [state]:
        raise Rejected("state")
    if "code" not in query:
        raise Rejected("no code")
    return query["code"][0]


# %% wrong="pkce" says="it stays in the app"
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit


def login_url(domain: str, client: str, redirect: str) -> tuple[str, str, str]:
    state = verifier = secrets.token_urlsafe(48)
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


def code_from(url: str, state: str) -> str:
    query = parse_qs(urlsplit(url).query)
    if query.get("state") != [state]:
        raise Rejected("state")
    if "code" not in query:
        raise Rejected("no code")
    return query["code"][0]


# %% wrong="pkce" says="can be worked out"
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit


def login_url(domain: str, client: str, redirect: str) -> tuple[str, str, str]:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    state = "".join(random.choices(letters, k=32))
    verifier = "".join(random.choices(letters, k=64))
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


def code_from(url: str, state: str) -> str:
    query = parse_qs(urlsplit(url).query)
    if query.get("state") != [state]:
        raise Rejected("state")
    if "code" not in query:
        raise Rejected("no code")
    return query["code"][0]


# %% wrong="pkce" says="with an error and no code: KeyError"
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit


def login_url(domain: str, client: str, redirect: str) -> tuple[str, str, str]:
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


def code_from(url: str, state: str) -> str:
    query = parse_qs(urlsplit(url).query)
    if query.get("state") != [state]:
        raise Rejected("state")
    return query["code"][0]


# %% right="exchange"
def keys_for(identity_pool, pool, token):
    proof = {}
    if token is not None:
        proof["Logins"] = {f"cognito-idp.us-east-1.amazonaws.com/{pool}": token}
    who = identities.get_id(IdentityPoolId=identity_pool, **proof)["IdentityId"]
    got = identities.get_credentials_for_identity(IdentityId=who, **proof)["Credentials"]
    return who, boto3.Session(got["AccessKeyId"], got["SecretKey"], got["SessionToken"], "us-east-1")


# %% right="exchange"
def keys_for(identity_pool, pool, token):
    """The classic flow: fetch the OpenID token and ask STS."""
    proof = {"Logins": {f"cognito-idp.{REGION}.amazonaws.com/{pool}": token}} if token else {}
    who = identities.get_id(IdentityPoolId=identity_pool, **proof)["IdentityId"]
    roles = identities.get_identity_pool_roles(IdentityPoolId=identity_pool)["Roles"]
    got = boto3.client("sts").assume_role_with_web_identity(
        RoleArn=roles["authenticated" if token else "unauthenticated"],
        RoleSessionName="app",
        WebIdentityToken=identities.get_open_id_token(IdentityId=who, **proof)["Token"],
    )["Credentials"]
    three = (got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
    return who, boto3.Session(*three, region_name=REGION)


# %% wrong="exchange" says="no session token"
def keys_for(identity_pool, pool, token):
    logins = {f"cognito-idp.us-east-1.amazonaws.com/{pool}": token} if token else {}
    who = identities.get_id(IdentityPoolId=identity_pool, Logins=logins)["IdentityId"]
    got = identities.get_credentials_for_identity(IdentityId=who, Logins=logins)["Credentials"]
    return who, boto3.Session(got["AccessKeyId"], got["SecretKey"], region_name="us-east-1")


# %% wrong="exchange" says="got the guests' role"
def keys_for(identity_pool, pool, token):
    who = identities.get_id(IdentityPoolId=identity_pool)["IdentityId"]
    got = identities.get_credentials_for_identity(IdentityId=who)["Credentials"]
    return who, boto3.Session(got["AccessKeyId"], got["SecretKey"], got["SessionToken"], "us-east-1")


# %% wrong="exchange" says="AWS refused GetCredentialsForIdentity"
def keys_for(identity_pool, pool, token):
    logins = {f"cognito-idp.us-east-1.amazonaws.com/{pool}": token} if token else {}
    who = identities.get_id(IdentityPoolId=identity_pool, Logins=logins)["IdentityId"]
    got = identities.get_credentials_for_identity(IdentityId=who)["Credentials"]
    return who, boto3.Session(got["AccessKeyId"], got["SecretKey"], got["SessionToken"], "us-east-1")


# %% wrong="exchange" says="the Logins are an empty dictionary"
def keys_for(identity_pool, pool, token):
    """The identity of a visitor, and a session with its AWS keys."""
    logins = {f"cognito-idp.{REGION}.amazonaws.com/{pool}": token}
    identity = identities.get_id(IdentityPoolId=identity_pool, Logins=logins)["IdentityId"]
    given = identities.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
    return identity, boto3.Session(given["AccessKeyId"], given["SecretKey"], given["SessionToken"], region_name=REGION)


# %% right="own-folder"
def folder_statements(bucket):
    mine = "${cognito-identity.amazonaws.com:sub}"
    listing = {"StringLike": {"s3:prefix": f"{mine}/*"}}
    return [
        {
            "Sid": "Folder",
            "Effect": "Allow",
            "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            "Resource": [f"arn:aws:s3:::{bucket}/{mine}/*"],
        },
        {
            "Sid": "List",
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}"],
            "Condition": listing,
        },
    ]


# %% wrong="own-folder" says="A rider can list another's folder"
def folder_statements(bucket):
    return [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{SUB}/*",
        },
    ]


# %% wrong="own-folder" says="only begins alike"
def folder_statements(bucket):
    return [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": f"{SUB}/*"}},
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{SUB}*",
        },
    ]


# %% wrong="own-folder" says="able to list their own folder, and cannot"
def folder_statements(bucket):
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{SUB}/*",
        }
    ]


# %% wrong="own-folder" says="name the three actions"
def folder_statements(bucket):
    return [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": f"{SUB}/*"}},
        },
        {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/{SUB}/*"},
    ]


# %% wrong="own-folder" says="get a photo of another rider"
def folder_statements(bucket):
    return [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": f"{SUB}/*"}},
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/*",
        },
    ]


# %% wrong="own-folder" says="PutObject* says more"
def folder_statements(bucket: str) -> list[dict]:
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject*", "s3:GetObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{SUB}/*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": f"{SUB}/*"}},
        },
    ]


# %% wrong="own-folder" says="List* says more"
def folder_statements(bucket: str) -> list[dict]:
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{bucket}/{SUB}/*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:List*",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": f"{SUB}/*"}},
        },
    ]


# %% wrong="own-folder" says="name the bucket"
def folder_statements(bucket: str) -> list[dict]:
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::*/{SUB}/*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": f"{SUB}/*"}},
        },
    ]


# %% right="own-rows"
def row_statements(table):
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${cognito-identity.amazonaws.com:sub}"}}
    return [
        {
            "Effect": "Allow",
            "Action": [
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
            "Resource": [f"arn:aws:dynamodb:*:*:table/{table}"],
            "Condition": own,
        }
    ]


# %% wrong="own-rows" says="A rider can scan the table"
def row_statements(table):
    return [
        {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


# %% wrong="own-rows" says="A rider can put a row of another"
def row_statements(table):
    verbs = "GetItem PutItem UpdateItem DeleteItem Query BatchGetItem BatchWriteItem".split()
    return [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{verb}" for verb in verbs],
            "Resource": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}",
        }
    ]


# %% wrong="own-rows" says="A batch-get with own and others' rows goes"
def row_statements(table):
    verbs = "GetItem PutItem UpdateItem DeleteItem Query BatchGetItem BatchWriteItem".split()
    return [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{verb}" for verb in verbs],
            "Resource": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}",
            "Condition": {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


# %% wrong="own-rows" says="Name the table's ARN"
def row_statements(table):
    verbs = "GetItem PutItem UpdateItem DeleteItem Query BatchGetItem BatchWriteItem".split()
    return [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{verb}" for verb in verbs],
            "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


# %% right="own-rows"
def row_statements(table: str) -> list[dict]:
    return [
        {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}",
            "Condition": {
                "Null": {"dynamodb:LeadingKeys": "false"},
                "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]},
            },
        }
    ]


# %% wrong="own-rows" says="Update* says more"
def row_statements(table: str) -> list[dict]:
    verbs = ["Get*", "Put*", "Update*", "Delete*", "Query", "Batch*"]
    return [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{verb}" for verb in verbs],
            "Resource": f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


# %% wrong="own-rows" says="Name the table's ARN"
def row_statements(table: str) -> list[dict]:
    acts = "GetItem PutItem UpdateItem DeleteItem Query BatchGetItem BatchWriteItem".split()
    return [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{a}" for a in acts],
            "Resource": f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}*",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}},
        }
    ]


# %% right="cognito-bill"
def cheapest(mau, needs):
    if {"leaked passwords", "adaptive"} & set(needs):
        return "plus", mau * 0.02
    if needs or mau <= 10_000:
        return "essentials", max(0, mau - 10_000) * 0.015
    if mau <= 100_000:
        return "lite", (mau - 10_000) * 0.0055
    return "lite", 90_000 * 0.0055 + (mau - 100_000) * 0.0046


# %% wrong="cognito-bill" says="1,000 MAU with ['adaptive', 'passwordless']: the plan"
def cheapest(mau, needs):
    plan = "essentials" if needs or mau <= 10_000 else "lite"
    price = 0.015 if plan == "essentials" else 0.0055
    return plan, max(0, mau - 10_000) * price


# %% wrong="cognito-bill" says="200,000 MAU with no special needs: the price"
def cheapest(mau, needs):
    if {"leaked passwords", "adaptive"} & set(needs):
        return "plus", mau * 0.02
    if needs or mau <= 10_000:
        return "essentials", max(0, mau - 10_000) * 0.015
    return "lite", (mau - 10_000) * (0.0055 if mau <= 100_000 else 0.0046)


# %% wrong="cognito-bill" says="the price"
def cheapest(mau, needs):
    if {"leaked passwords", "adaptive"} & set(needs):
        return "plus", max(0, mau - 10_000) * 0.02
    if needs or mau <= 10_000:
        return "essentials", max(0, mau - 10_000) * 0.015
    return "lite", min(mau - 10_000, 90_000) * 0.0055 + max(0, mau - 100_000) * 0.0046


# %% wrong="cognito-bill" says="30,000 MAU with ['managed login']: the plan"
def cheapest(mau: int, needs: set[str]) -> tuple[str, float]:
    has = {
        "lite": set(),
        "essentials": {"passwordless"},
        "plus": {"passwordless", "managed login", "leaked passwords", "adaptive"},
    }
    low, high = facts.tiers("cognito", "lite-mau")[:2]
    bill = {
        "lite": max(0, min(mau, 100_000) - 10_000) * low + max(0, mau - 100_000) * high,
        "essentials": max(0, mau - 10_000) * facts.price("cognito", "essentials-mau"),
        "plus": mau * facts.price("cognito", "plus-mau"),
    }
    fits = [p for p in ("plus", "essentials", "lite") if needs <= has[p]]
    best = min(fits, key=bill.get)
    return best, float(bill[best])


# %% wrong="cognito-bill" says="30,000 MAU with ['leaked passwords']: the plan"
def cheapest(mau: int, needs: set[str]) -> tuple[str, float]:
    has = {
        "lite": set(),
        "essentials": {"leaked passwords", "passwordless", "managed login"},
        "plus": {"passwordless", "managed login", "leaked passwords", "adaptive"},
    }
    low, high = facts.tiers("cognito", "lite-mau")[:2]
    bill = {
        "lite": max(0, min(mau, 100_000) - 10_000) * low + max(0, mau - 100_000) * high,
        "essentials": max(0, mau - 10_000) * facts.price("cognito", "essentials-mau"),
        "plus": mau * facts.price("cognito", "plus-mau"),
    }
    fits = [p for p in ("plus", "essentials", "lite") if needs <= has[p]]
    best = min(fits, key=bill.get)
    return best, float(bill[best])


# %% wrong="cognito-bill" says="9,000 MAU with no special needs: the plan"
def cheapest(mau: int, needs: set[str]) -> tuple[str, float]:
    has = {
        "lite": set(),
        "essentials": {"passwordless", "managed login"},
        "plus": {"passwordless", "managed login", "leaked passwords", "adaptive"},
    }
    low, high = facts.tiers("cognito", "lite-mau")[:2]
    bill = {
        "lite": max(0, min(mau, 100_000) - 10_000) * low + max(0, mau - 100_000) * high,
        "essentials": max(0, mau - 10_000) * facts.price("cognito", "essentials-mau"),
        "plus": mau * facts.price("cognito", "plus-mau"),
    }
    fits = [p for p in ("lite", "essentials", "plus") if needs <= has[p]]
    best = min(fits, key=bill.get)
    return best, float(bill[best])
