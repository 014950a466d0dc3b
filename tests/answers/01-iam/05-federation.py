# %% [markdown]
# Answers to 01-iam/05-federation: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="company-roles"
def company_roles(provider_arn, groups):
    found = {}
    for group, actions in groups.items():
        statement = {
            "Sid": "Staff",
            "Effect": "Allow",
            "Principal": {"Federated": [provider_arn]},
            "Action": ["sts:AssumeRoleWithSAML"],
            "Condition": {"StringEquals": {"saml:aud": [SIGN_IN]}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        role = boto3.resource("iam").create_role(RoleName=group, AssumeRolePolicyDocument=document)
        allow = [{"Effect": "Allow", "Action": action, "Resource": "*"} for action in actions]
        body = json.dumps({"Version": "2012-10-17", "Statement": allow})
        policy = iam.create_policy(PolicyName=f"{group}-may", PolicyDocument=body)["Policy"]["Arn"]
        role.attach_policy(PolicyArn=policy)
        found[group] = role.arn
    return found


# %% wrong="company-roles" says="Compare SAML:aud with SIGN_IN"
def company_roles(provider_arn, groups):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider_arn}, "Action": "sts:AssumeRoleWithSAML"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return {name: role_named(name, trust, *actions) for name, actions in groups.items()}


# %% wrong="company-roles" says="signs in and is refused"
def company_roles(provider_arn, groups):
    statement = {"Effect": "Allow", "Principal": {"Federated": provider_arn}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return {name: role_named(name, trust, *actions) for name, actions in groups.items()}


# %% wrong="company-roles" says="may also do what only"
def company_roles(provider_arn, groups):
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": SIGN_IN}},
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return {name: role_named(name, trust, "s3:*", "sqs:*", "dynamodb:*", "sns:*") for name in groups}


# %% wrong="company-roles" says="also be taken by sts:AssumeRole"
def company_roles(provider_arn, groups):
    people = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": SIGN_IN}},
    }
    account = {"Effect": "Allow", "Principal": {"AWS": lab.ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [people, account]}
    return {name: role_named(name, trust, *actions) for name, actions in groups.items()}


# %% wrong="company-roles" says="Another identity provider's assertion"
def company_roles(provider_arn, groups):
    providers = [one["Arn"] for one in iam.list_saml_providers()["SAMLProviderList"]]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": providers},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": SIGN_IN}},
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return {name: role_named(name, trust, *actions) for name, actions in groups.items()}


# %% right="who-can-reach"
def who_can_reach(account):
    names = {user["UserId"]: user["UserName"] for user in store.list_users(IdentityStoreId=STORE)["Users"]}
    found = []
    for permission_set in sso.list_permission_sets(InstanceArn=CENTER)["PermissionSets"]:
        assigned = sso.list_account_assignments(InstanceArn=CENTER, AccountId=account, PermissionSetArn=permission_set)[
            "AccountAssignments"
        ]
        found += [one["PrincipalId"] for one in assigned if one["PrincipalType"] == "USER"]
        for one in assigned:
            if one["PrincipalType"] == "GROUP":
                part = store.list_group_memberships(IdentityStoreId=STORE, GroupId=one["PrincipalId"])
                found += [member["MemberId"]["UserId"] for member in part["GroupMemberships"]]
    return sorted({names[user] for user in found})


# %% wrong="who-can-reach" says="They come in through their group"
def who_can_reach(account):
    users = set()
    for permission_set in sso.list_permission_sets(InstanceArn=CENTER)["PermissionSets"]:
        for one in sso.list_account_assignments(InstanceArn=CENTER, AccountId=account, PermissionSetArn=permission_set)[
            "AccountAssignments"
        ]:
            if one["PrincipalType"] == "USER":
                users.add(store.describe_user(IdentityStoreId=STORE, UserId=one["PrincipalId"])["UserName"])
    return sorted(users)


# %% wrong="who-can-reach" says="named twice"
def who_can_reach(account):
    users = []
    for permission_set in sso.list_permission_sets(InstanceArn=CENTER)["PermissionSets"]:
        for one in sso.list_account_assignments(InstanceArn=CENTER, AccountId=account, PermissionSetArn=permission_set)[
            "AccountAssignments"
        ]:
            if one["PrincipalType"] == "USER":
                users.append(one["PrincipalId"])
            else:
                part = store.list_group_memberships(IdentityStoreId=STORE, GroupId=one["PrincipalId"])
                users += [member["MemberId"]["UserId"] for member in part["GroupMemberships"]]
    return sorted(store.describe_user(IdentityStoreId=STORE, UserId=user)["UserName"] for user in users)


# %% wrong="who-can-reach" says="can reach another account only"
def who_can_reach(account):
    return sorted(user["UserName"] for user in store.list_users(IdentityStoreId=STORE)["Users"])


# %% wrong="who-can-reach" says="The names, sorted"
def who_can_reach(account):
    users = set()
    for permission_set in sso.list_permission_sets(InstanceArn=CENTER)["PermissionSets"]:
        for one in sso.list_account_assignments(InstanceArn=CENTER, AccountId=account, PermissionSetArn=permission_set)[
            "AccountAssignments"
        ]:
            if one["PrincipalType"] == "USER":
                users.add(one["PrincipalId"])
            else:
                part = store.list_group_memberships(IdentityStoreId=STORE, GroupId=one["PrincipalId"])
                users |= {member["MemberId"]["UserId"] for member in part["GroupMemberships"]}
    names = [store.describe_user(IdentityStoreId=STORE, UserId=user)["UserName"] for user in users]
    return sorted(names, reverse=True)


# %% right="choose-directory"
def choose_directory(users_stay, trust, mfa, objects):
    special = trust or mfa
    if users_stay:
        name = "AD Connector"
    elif special or objects > 5000:
        name = "Managed AD " + ("Enterprise" if objects > 30000 else "Standard")
    else:
        name = "Simple AD"
    return name


# %% wrong="choose-directory" says="Simple AD cannot trust"
def choose_directory(users_stay, trust, mfa, objects):
    if users_stay:
        return "AD Connector"
    if objects <= 5000:
        return "Simple AD"
    return "Managed AD Standard" if objects <= 30000 else "Managed AD Enterprise"


# %% wrong="choose-directory" says="A proxy stores nothing"
def choose_directory(users_stay, trust, mfa, objects):
    if mfa or trust or objects > 5000:
        return "Managed AD Standard" if objects <= 30000 else "Managed AD Enterprise"
    return "AD Connector" if users_stay else "Simple AD"


# %% wrong="choose-directory" says="A proxy, even if few"
def choose_directory(users_stay, trust, mfa, objects):
    if objects <= 5_000 and not trust and not mfa:
        return "Simple AD"
    if users_stay:
        return "AD Connector"
    return "Managed AD Standard" if objects <= 30_000 else "Managed AD Enterprise"


# %% wrong="choose-directory" says="5,000 still fit"
def choose_directory(users_stay, trust, mfa, objects):
    if users_stay:
        return "AD Connector"
    if not trust and not mfa and objects < 5000:
        return "Simple AD"
    return "Managed AD Standard" if objects <= 30000 else "Managed AD Enterprise"


# %% right="directory-bill"
def directory_bill(edition, controllers, shared_with, hours):
    prices = {
        "Standard": facts.price("directory service", "managed-microsoft-ad-standard"),
        "Enterprise": facts.price("directory service", "managed-microsoft-ad-enterprise"),
    }
    share = facts.price("directory service", "managed-microsoft-ad-standard-sharing")
    running = controllers if controllers > 2 else 2
    return running * prices[edition] * hours + shared_with * share * hours


# %% wrong="directory-bill" says="AWS runs two"
def directory_bill(edition, controllers, shared_with, hours):
    price = facts.price("directory service", f"managed-microsoft-ad-{edition.lower()}")
    share = facts.price("directory service", "managed-microsoft-ad-standard-sharing")
    return hours * (controllers * price + shared_with * share)


# %% wrong="directory-bill" says="2 controllers, a month"
def directory_bill(edition, controllers, shared_with, hours):
    return hours * facts.price("directory service", f"managed-microsoft-ad-{edition.lower()}")


# %% wrong="directory-bill" says="Shared with 5 accounts"
def directory_bill(edition, controllers, shared_with, hours):
    price = facts.price("directory service", f"managed-microsoft-ad-{edition.lower()}")
    share = facts.price("directory service", "managed-microsoft-ad-standard-sharing")
    return hours * max(2, controllers) * price + shared_with * share


# %% right="ci-trust"
def pipeline_trust(repository):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{lab.ACCOUNT_ID}:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {ISSUER + ":aud": ["sts.amazonaws.com"]},
                    "StringLike": {ISSUER + ":sub": [f"repo:{repository}:ref:refs/heads/main"]},
                },
            }
        ],
    }


# %% wrong="ci-trust" says="opens to the branch 'try'"
def pipeline_trust(repository):
    return trust_in_jobs(
        {
            "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{ISSUER}:sub": f"repo:{repository}:*"},
        }
    )


# %% wrong="ci-trust" says="a branch called 'main-2'"
def pipeline_trust(repository):
    return trust_in_jobs(
        {
            "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{ISSUER}:sub": f"repo:{repository}:ref:refs/heads/main*"},
        }
    )


# %% wrong="ci-trust" says="a token for another audience"
def pipeline_trust(repository):
    return trust_in_jobs({"StringEquals": {f"{ISSUER}:sub": f"repo:{repository}:ref:refs/heads/main"}})


# %% wrong="ci-trust" says="opens to"
def pipeline_trust(repository):
    return trust_in_jobs({"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}})


# %% wrong="ci-trust" says="is refused"
def pipeline_trust(repository):
    return trust_in_jobs(
        {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": f"repo:{repository}:*",  # StringEquals knows no wildcards
            }
        }
    )


# %% right="metadata-client"
_kept = {}


def metadata(path):
    import http.client

    def ask(method, where, headers):
        line = http.client.HTTPConnection("169.254.169.254", timeout=2)
        line.request(method, "/latest/" + where, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode()

    for _ in range(2):  # a token may have run out, or belong to another instance
        if "token" not in _kept:
            _kept["token"] = ask("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600"})[1]
        status, text = ask("GET", path, {"X-aws-ec2-metadata-token": _kept["token"]})
        if status != 401:
            return text if status == 200 else None
        del _kept["token"]
    return None


# %% wrong="metadata-client" says="HTTPError: HTTP Error 401"
def metadata(path):
    try:
        return urllib.request.urlopen(METADATA + path).read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


# %% wrong="metadata-client" says="HTTP Error 400"
def metadata(path):
    put = urllib.request.Request(
        METADATA + "api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "86400"}
    )
    token = urllib.request.urlopen(put).read().decode()
    get = urllib.request.Request(METADATA + path, headers={"X-aws-ec2-metadata-token": token})
    return urllib.request.urlopen(get).read().decode()


# %% wrong="metadata-client" says="HTTP Error 404"
def metadata(path):
    put = urllib.request.Request(
        METADATA + "api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    token = urllib.request.urlopen(put).read().decode()
    get = urllib.request.Request(METADATA + path, headers={"X-aws-ec2-metadata-token": token})
    return urllib.request.urlopen(get).read().decode()


# %% wrong="metadata-client" says="and you return None"
def metadata(path):
    try:
        return urllib.request.urlopen(METADATA + path).read().decode()  # version 1
    except urllib.error.HTTPError:
        return None


# %% wrong="metadata-client" says="decode them"
def metadata(path):
    put = urllib.request.Request(
        METADATA + "api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    token = urllib.request.urlopen(put).read().decode()
    get = urllib.request.Request(METADATA + path, headers={"X-aws-ec2-metadata-token": token})
    return urllib.request.urlopen(get).read()


# %% wrong="metadata-client" says="HTTP Error 401"
_forever = []


def metadata(path):
    if not _forever:  # one token for ever: it ends after six hours, and is worth nothing elsewhere
        put = urllib.request.Request(
            METADATA + "api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"}
        )
        _forever.append(urllib.request.urlopen(put).read().decode())
    get = urllib.request.Request(METADATA + path, headers={"X-aws-ec2-metadata-token": _forever[0]})
    try:
        return urllib.request.urlopen(get).read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


# %% right="walk"
def walk(get, path):
    found, waiting = {}, [path]
    while waiting:
        here = waiting.pop()
        text = get(here)
        if text is None:
            continue
        if here == "" or here[-1] == "/":
            waiting += [here + name for name in text.split("\n")]
        else:
            found[here] = text
    return found


# %% wrong="walk" says="walk of a small tree from 'placement/'"
def walk(get, path):
    return {path + name: get(path + name) for name in (get(path) or "").splitlines()}


# %% wrong="walk" says="walk of a small tree from 'placement/'"
def walk(get, path):
    text = get(path)
    if text is None:
        return {}
    if path and not path.endswith("/"):
        return {path.rpartition("/")[2]: text}
    found = {}
    for name in text.splitlines():
        found |= walk(get, path + name)
    return found


# %% wrong="walk" says="walk of a small tree from ''"
def walk(get, path):
    text = get(path)
    if path and not path.endswith("/"):
        return {path: text}
    found = {}
    for name in text.splitlines():
        found |= walk(get, path + name)
    return found


# %% wrong="walk" says="walk of a small tree from 'hostname'"
def walk(get, path):
    text = get(path)
    found = {}
    for name in (text or "").splitlines():
        if name.endswith("/"):
            found |= walk(get, path + name)
        elif get(path + name) is not None:
            found[path + name] = get(path + name)
    return found


# %% right="close-the-door"
def close_the_door():
    changed = []
    for instance in boto3.resource("ec2").instances.all():
        options = instance.metadata_options
        if instance.state["Name"] != "terminated" and options["HttpTokens"] == "optional":
            ec2.modify_instance_metadata_options(InstanceId=instance.id, HttpTokens="required", HttpEndpoint="enabled")
            changed.append(instance.id)
    return sorted(changed)


# %% wrong="close-the-door" says="has no metadata service any more"
def close_the_door():
    changed = []
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                if (
                    instance["State"]["Name"] != "terminated"
                    and instance["MetadataOptions"]["HttpTokens"] == "optional"
                ):
                    ec2.modify_instance_metadata_options(InstanceId=instance["InstanceId"], HttpEndpoint="disabled")
                    changed.append(instance["InstanceId"])
    return sorted(changed)


# %% wrong="close-the-door" says="still answers a plain GET"
def close_the_door():
    changed = []
    for reservation in ec2.describe_instances()["Reservations"]:
        instance = reservation["Instances"][0]
        if instance["State"]["Name"] != "terminated" and instance["MetadataOptions"]["HttpTokens"] == "optional":
            ec2.modify_instance_metadata_options(InstanceId=instance["InstanceId"], HttpTokens="required")
            changed.append(instance["InstanceId"])
    return sorted(changed)


# %% wrong="close-the-door" says="Server 3 of 3 in one reservation still answers"
def close_the_door():
    changed = []
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=running):
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                if instance["MetadataOptions"]["HttpTokens"] == "optional":
                    ec2.modify_instance_metadata_options(InstanceId=instance["InstanceId"], HttpTokens="required")
                    changed.append(instance["InstanceId"])
    return sorted(changed)


# %% wrong="close-the-door" says="You return a server that required tokens before"
def close_the_door():
    changed = []
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                if instance["State"]["Name"] != "terminated":
                    ec2.modify_instance_metadata_options(InstanceId=instance["InstanceId"], HttpTokens="required")
                    changed.append(instance["InstanceId"])
    return sorted(changed)


# %% right="fresh-keys"
def freshness(document, now):
    if document["AccessKeyId"][:4] != "ASIA":
        return "long-term"
    ends = datetime.strptime(document["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    minutes = (ends - now).total_seconds() / 60
    if minutes <= 10:
        return "must refresh"
    return "try to refresh" if minutes <= 15 else "use"


# %% wrong="fresh-keys" says="16 minutes before the end"
def freshness(document, now):
    if document["AccessKeyId"].startswith("AKIA"):
        return "long-term"
    left = datetime.fromisoformat(document["Expiration"]) - now
    if left > timedelta(hours=1):
        return "use"
    return "try to refresh" if left > timedelta(minutes=10) else "must refresh"


# %% wrong="fresh-keys" says="-5 minutes before the end"
def freshness(document, now):
    if document["AccessKeyId"].startswith("AKIA"):
        return "long-term"
    left = (datetime.fromisoformat(document["Expiration"]) - now).seconds / 60  # wraps round below zero
    if left > 15:
        return "use"
    return "try to refresh" if left > 10 else "must refresh"


# %% wrong="fresh-keys" says="KeyError"
def freshness(document, now):
    left = datetime.fromisoformat(document["Expiration"]) - now
    if left > timedelta(minutes=15):
        return "use"
    return "try to refresh" if left > timedelta(minutes=10) else "must refresh"


# %% wrong="fresh-keys" says="15 minutes before the end"
def freshness(document, now):
    if document["AccessKeyId"].startswith("AKIA"):
        return "long-term"
    left = datetime.fromisoformat(document["Expiration"]) - now
    if left >= timedelta(minutes=15):
        return "use"
    return "try to refresh" if left >= timedelta(minutes=10) else "must refresh"
