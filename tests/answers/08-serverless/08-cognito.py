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


# %% right="exchange"
def keys_for(identity_pool, pool, token):
    proof = {}
    if token is not None:
        proof["Logins"] = {f"cognito-idp.us-east-1.amazonaws.com/{pool}": token}
    who = identities.get_id(IdentityPoolId=identity_pool, **proof)["IdentityId"]
    got = identities.get_credentials_for_identity(IdentityId=who, **proof)["Credentials"]
    return who, boto3.Session(got["AccessKeyId"], got["SecretKey"], got["SessionToken"], "us-east-1")


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
