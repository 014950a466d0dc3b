# %% [markdown]
# Answers to 01-iam/02-identities: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="diagnose"
def diagnose(call):
    try:
        call()
        return "allowed"
    except ClientError as error:
        code = error.response["Error"]["Code"]
    if "AccessDenied" in code or code == "UnauthorizedOperation":
        return "authorization"
    signs = ("InvalidClientToken", "Unrecognized", "InvalidAccessKey", "AuthFailure", "Signature", "ExpiredToken")
    return "authentication" if code.startswith(signs) else "other"


# %% wrong="diagnose" says="An unknown key at S3"
def diagnose(call):
    try:
        call()
    except ClientError:
        return "authorization"
    return "allowed"


# %% wrong="diagnose" says="A known user without permission at EC2"
def diagnose(call):
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "authorization" if code.startswith("AccessDenied") else "authentication"
    return "allowed"


# %% wrong="diagnose" says="A bucket that is not there"
def diagnose(call):
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        denied = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
        return "authorization" if code in denied else "authentication"
    return "allowed"


# %% right="team"
def open_team(group, bucket, members):
    resource = boto3.resource("iam")
    team = resource.create_group(GroupName=group)
    team.create_policy(
        PolicyName="photos",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
                    "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                },
            }
        ),
    )
    for name in members:
        resource.create_user(UserName=name).add_group(GroupName=group)


# %% wrong="team" says="without /*"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    statement = {
        "Effect": "Allow",
        "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_group_policy(GroupName=group, PolicyName="photos", PolicyDocument=document)
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)


# %% wrong="team" says="Name the bucket in Resource,"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    actions = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_group_policy(GroupName=group, PolicyName="photos", PolicyDocument=document)
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)


# %% wrong="team" says="read from another bucket"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    actions = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_group_policy(GroupName=group, PolicyName="photos", PolicyDocument=document)
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)


# %% wrong="team" says="A member can tag the bucket"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    arns = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Allow", "Action": ["s3:List*", "s3:Get*", "s3:Put*"], "Resource": arns}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_group_policy(GroupName=group, PolicyName="photos", PolicyDocument=document)
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)


# %% wrong="team" says="Allow only the three actions"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    arns = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": arns}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_group_policy(GroupName=group, PolicyName="photos", PolicyDocument=document)
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)


# %% wrong="team" says="a policy of their own"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    arns = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    actions = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": arns}]}
    )
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="photos", PolicyDocument=document)


# %% wrong="team" says="is not in the group"
def open_team(group, bucket, members):
    iam.create_group(GroupName=group)
    for name in members:
        iam.create_user(UserName=name)


# %% right="predict-calls"
tom = {"reads team.jpg": True, "writes team.jpg": True, "deletes team.jpg": False}
tom |= {"reads contracts/club.pdf": False, "lists the names of all buckets": True}
prediction = {f"Tom {what}": allowed for what, allowed in tom.items()}
prediction["Eva lists the names of all buckets"] = False
prediction["Eva asks who she is (get_caller_identity)"] = True
prediction["Tom looks at his own user (get_user)"] = False

# %% wrong="predict-calls" says="You said True to 'Tom reads contracts/club.pdf'"
prediction = {
    "Tom reads team.jpg": True,
    "Tom writes team.jpg": True,
    "Tom deletes team.jpg": False,
    "Tom reads contracts/club.pdf": True,  # the group allows it, so it should be fine
    "Tom lists the names of all buckets": True,
    "Eva lists the names of all buckets": False,
    "Eva asks who she is (get_caller_identity)": True,
    "Tom looks at his own user (get_user)": False,
}

# %% wrong="predict-calls" says="You said False to 'Eva asks who she is"
prediction = {
    "Tom reads team.jpg": True,
    "Tom writes team.jpg": True,
    "Tom deletes team.jpg": False,
    "Tom reads contracts/club.pdf": False,
    "Tom lists the names of all buckets": True,
    "Eva lists the names of all buckets": False,
    "Eva asks who she is (get_caller_identity)": False,
    "Tom looks at his own user (get_user)": False,
}

# %% wrong="predict-calls" says="say True (allowed) or False (denied)"
prediction = {
    "Tom reads team.jpg": "allowed",
    "Tom writes team.jpg": "allowed",
    "Tom deletes team.jpg": "denied",
    "Tom reads contracts/club.pdf": "denied",
    "Tom lists the names of all buckets": "allowed",
    "Eva lists the names of all buckets": "denied",
    "Eva asks who she is (get_caller_identity)": "allowed",
    "Tom looks at his own user (get_user)": "denied",
}


# %% right="remove-user"
def remove_user(name):
    user = boto3.resource("iam").User(name)
    for policy in user.attached_policies.all():
        policy.detach_user(UserName=name)
    for policy in user.policies.all():
        policy.delete()
    for group in user.groups.all():
        user.remove_group(GroupName=group.name)
    for key in user.access_keys.all():
        key.delete()
    for device in user.mfa_devices.all():
        device.disassociate()
        if ":mfa/" in device.serial_number:
            iam.delete_virtual_mfa_device(SerialNumber=device.serial_number)
    try:
        iam.get_login_profile(UserName=name)
    except ClientError:
        pass
    else:
        user.LoginProfile().delete()
    user.delete()


# %% wrong="remove-user" says="passwords were taken away"
def remove_user(name):
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    iam.delete_user(UserName=name)


# %% wrong="remove-user" says="Login profile"
def remove_user(name):
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    iam.delete_login_profile(UserName=name)  # not everybody has one
    iam.delete_user(UserName=name)


# %% wrong="remove-user" says="1 of 2 access keys"
def remove_user(name):
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"][:1]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    try:
        iam.delete_login_profile(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        pass
    iam.delete_user(UserName=name)


# %% wrong="remove-user" says="a managed policy is gone"
def remove_user(name):
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
        iam.delete_policy(PolicyArn=attached["PolicyArn"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    try:
        iam.delete_login_profile(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        pass
    iam.delete_user(UserName=name)


# %% right="scan"
def scan(text):
    alphabet = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+")
    found = []
    for number, line in enumerate(text.split("\n")):
        words = "".join(c if c in alphabet else " " for c in line).split()
        ids = [w for w in words if len(w) == 20 and w[:4] in ("AKIA", "ASIA")]
        ids = [w for w in ids if all(c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" for c in w[4:])]
        secrets = [w for w in words if len(w) == 40 and any(c not in "0123456789abcdef" for c in w)]
        found += [(number + 1, "id", w[:4] + "...") for w in ids]
        found += [(number + 1, "secret", w[:4] + "...") for w in secrets]
    return found


# %% wrong="scan" says="A git commit id is no secret"
def scan(text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.search(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])", line):
            found.append((number, "id", match[0][:4] + "..."))
        if match := re.search(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])", line):
            found.append((number, "secret", match[0][:4] + "..."))
    return found


# %% wrong="scan" says="begins with / and ends in +"
def scan(text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.search(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b", line):
            found.append((number, "id", match[0][:4] + "..."))
        match = re.search(r"\b[A-Za-z0-9/+]{40}\b", line)
        if match and not re.fullmatch("[0-9a-f]{40}", match[0]):
            found.append((number, "secret", match[0][:4] + "..."))
    return found


# %% wrong="scan" says="An id on line 2"
def scan(text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        found += [(number, "id", key) for key in re.findall(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b", line)]
    return found


# %% wrong="scan" says="44 characters in a row"
def scan(text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.search(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])", line):
            found.append((number, "id", match[0][:4] + "..."))
        match = re.search(r"[A-Za-z0-9/+]{40}", line)
        if match and not re.fullmatch("[0-9a-f]{40}", match[0]):
            found.append((number, "secret", match[0][:4] + "..."))
    return found


# %% right="leaked-key"
def respond(commit, deploy):
    owners = {}
    for page in iam.get_paginator("list_users").paginate():
        for user in page["Users"]:
            for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]:
                owners[key["AccessKeyId"]] = key
    ours = [key for key_id, key in owners.items() if key_id in commit and key["Status"] == "Active"]
    for leaked in ours:
        name = leaked["UserName"]
        for key_id, key in owners.items():
            if key["UserName"] == name and key["Status"] == "Inactive":
                iam.delete_access_key(UserName=name, AccessKeyId=key_id)
        pair = boto3.resource("iam").User(name).create_access_key_pair()
        deploy(name, pair.id, pair.secret)
        iam.update_access_key(UserName=name, AccessKeyId=leaked["AccessKeyId"], Status="Inactive")
    return [key["UserName"] for key in ours]


# %% wrong="leaked-key" says="downtime"
def respond(commit, deploy):
    users = []
    for leaked in re.findall(r"AKIA[A-Z2-7]{16}", commit):
        try:
            user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
        except iam.exceptions.NoSuchEntityException:
            continue
        status = {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        if status[leaked] == "Active":
            iam.update_access_key(UserName=user, AccessKeyId=leaked, Status="Inactive")  # first stop the thief
            for other in status.keys() - {leaked}:
                iam.delete_access_key(UserName=user, AccessKeyId=other)
            new = iam.create_access_key(UserName=user)["AccessKey"]
            deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
            users.append(user)
    return users


# %% wrong="leaked-key" says="keep it, Inactive, as evidence"
def respond(commit, deploy):
    users = []
    for leaked in re.findall(r"AKIA[A-Z2-7]{16}", commit):
        try:
            user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
        except iam.exceptions.NoSuchEntityException:
            continue
        status = {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        if status[leaked] == "Active":
            for other in status.keys() - {leaked}:
                iam.delete_access_key(UserName=user, AccessKeyId=other)
            new = iam.create_access_key(UserName=user)["AccessKey"]
            deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
            iam.delete_access_key(UserName=user, AccessKeyId=leaked)
            users.append(user)
    return users


# %% wrong="leaked-key" says="LimitExceeded"
def respond(commit, deploy):
    users = []
    for leaked in re.findall(r"AKIA[A-Z2-7]{16}", commit):
        try:
            user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
        except iam.exceptions.NoSuchEntityException:
            continue
        new = iam.create_access_key(UserName=user)["AccessKey"]  # what if there are two already?
        deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
        iam.update_access_key(UserName=user, AccessKeyId=leaked, Status="Inactive")
        users.append(user)
    return users


# %% wrong="leaked-key" says="The leaked key still works"
def respond(commit, deploy):
    leaked = re.findall(r"AKIA[A-Z2-7]{16}", commit)[0]
    user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
    new = iam.create_access_key(UserName=user)["AccessKey"]
    deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
    return [user]


# %% wrong="leaked-key" says="there is nothing to replace"
def respond(commit, deploy):
    users = []
    for leaked in re.findall(r"AKIA[A-Z2-7]{16}", commit):
        try:
            user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
        except iam.exceptions.NoSuchEntityException:
            continue
        status = {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        for other in status.keys() - {leaked}:
            iam.delete_access_key(UserName=user, AccessKeyId=other)
        new = iam.create_access_key(UserName=user)["AccessKey"]
        if status[leaked] == "Active":
            deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
            iam.update_access_key(UserName=user, AccessKeyId=leaked, Status="Inactive")
            users.append(user)
    return users


# %% right="stale-credentials"
from datetime import timedelta


def stale(report, today, days=90):
    import pandas

    found = []
    for line in pandas.read_csv(io.StringIO(report), dtype=str, keep_default_na=False).to_dict("records"):
        user = line["user"]
        if user == "<root_account>":
            found += [(user, "no MFA")] * (line["mfa_active"] == "false")
            found += [(user, "root key")] * any(line[f"access_key_{n}_active"] == "true" for n in (1, 2))
            continue
        for what, on, used, made in (
            ("password", "password_enabled", "password_last_used", "password_last_changed"),
            ("access_key_1", "access_key_1_active", "access_key_1_last_used_date", "access_key_1_last_rotated"),
            ("access_key_2", "access_key_2_active", "access_key_2_last_used_date", "access_key_2_last_rotated"),
        ):
            date = line[used] if line[used][:1].isdigit() else line[made]
            if line[on] == "true" and datetime.fromisoformat(date) < today - timedelta(days=days):
                found.append((user, what))
    found.sort()
    return found


# %% wrong="stale-credentials" says="A second key that was never used"
def stale(report, today, days=90):
    found = []
    for line in csv.DictReader(io.StringIO(report)):
        for n in "12":
            used = line[f"access_key_{n}_last_used_date"]
            if line[f"access_key_{n}_active"] == "true" and used[0].isdigit():
                if (today - datetime.fromisoformat(used)).days > days:
                    found.append((line["user"], f"access_key_{n}"))
    return sorted(found)


# %% wrong="stale-credentials" says="Everything is used"
def stale(report, today, days=90):
    found = []
    for line in csv.DictReader(io.StringIO(report)):
        for n in "12":
            made = line[f"access_key_{n}_last_rotated"]  # the age of the key, not its last use
            if line[f"access_key_{n}_active"] == "true" and (today - datetime.fromisoformat(made)).days > days:
                found.append((line["user"], f"access_key_{n}"))
    return sorted(found)


# %% wrong="stale-credentials" says="Root without MFA, with a key"
def stale(report, today, days=90):
    found = []
    for line in csv.DictReader(io.StringIO(report)):
        for what, on, used, made in (
            ("password", "password_enabled", "password_last_used", "password_last_changed"),
            ("access_key_1", "access_key_1_active", "access_key_1_last_used_date", "access_key_1_last_rotated"),
            ("access_key_2", "access_key_2_active", "access_key_2_last_used_date", "access_key_2_last_rotated"),
        ):
            date = line[used] if line[used][:1].isdigit() else line[made]
            if line[on] == "true" and (today - datetime.fromisoformat(date)).days > days:
                found.append((line["user"], what))
    return sorted(found)


# %% wrong="stale-credentials" says="exactly 90 days ago"
def stale(report, today, days=90):
    found = []
    for line in csv.DictReader(io.StringIO(report)):
        for what, on, used, made in (
            ("password", "password_enabled", "password_last_used", "password_last_changed"),
            ("access_key_1", "access_key_1_active", "access_key_1_last_used_date", "access_key_1_last_rotated"),
            ("access_key_2", "access_key_2_active", "access_key_2_last_used_date", "access_key_2_last_rotated"),
        ):
            date = line[used] if line[used][:1].isdigit() else line[made]
            if line[on] == "true" and (today - datetime.fromisoformat(date)).days >= days:
                found.append((line["user"], what))
    return sorted(found)


# %% wrong="stale-credentials" says="sorted by name"
def stale(report, today, days=90):
    found = []
    for line in csv.DictReader(io.StringIO(report)):
        user = line["user"]
        if user == "<root_account>":
            if line["mfa_active"] == "false":
                found.append((user, "no MFA"))
            if "true" in (line["access_key_1_active"], line["access_key_2_active"]):
                found.append((user, "root key"))
            continue
        for what, on, used, made in (
            ("password", "password_enabled", "password_last_used", "password_last_changed"),
            ("access_key_1", "access_key_1_active", "access_key_1_last_used_date", "access_key_1_last_rotated"),
            ("access_key_2", "access_key_2_active", "access_key_2_last_used_date", "access_key_2_last_rotated"),
        ):
            date = line[used] if line[used][:1].isdigit() else line[made]
            if line[on] == "true" and (today - datetime.fromisoformat(date)).days > days:
                found.append((user, what))
    return found


# %% wrong="leaked-key" says="2 keys leaked"
def respond(commit, deploy):
    for leaked in re.findall(r"AKIA[A-Z2-7]{16}", commit):
        try:
            user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
        except iam.exceptions.NoSuchEntityException:
            continue
        status = {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        if status[leaked] == "Active":
            for other in status.keys() - {leaked}:
                iam.delete_access_key(UserName=user, AccessKeyId=other)
            new = iam.create_access_key(UserName=user)["AccessKey"]
            deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
            iam.update_access_key(UserName=user, AccessKeyId=leaked, Status="Inactive")
            return [user]  # the first leaked key, and no further
    return []
