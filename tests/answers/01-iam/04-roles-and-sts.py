# %% [markdown]
# Answers to 01-iam/04-roles-and-sts: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="become"
def become(session, role_arn, name, seconds):
    answer = session.client("sts", region_name="eu-west-1").assume_role(
        RoleArn=role_arn, RoleSessionName=name, DurationSeconds=seconds
    )
    keys = answer["Credentials"]
    return boto3.session.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=session.region_name,
    )


# %% wrong="become" says="all three belong into the boto3.Session"
def become(session, role_arn, name, seconds):
    keys = session.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, DurationSeconds=seconds)[
        "Credentials"
    ]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"])


# %% wrong="become" says="not as a session of the role"
def become(session, role_arn, name, seconds):
    session.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, DurationSeconds=seconds)
    return session


# %% wrong="become" says="Pass on `seconds` as DurationSeconds"
def become(session, role_arn, name, seconds):
    keys = session.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


# %% wrong="become" says="return a boto3.Session"
def become(session, role_arn, name, seconds):
    return session.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, DurationSeconds=seconds)


# %% wrong="become" says="AccessDenied"
def become(session, role_arn, name, seconds):
    # asks as the account's root user, whom the role does not trust
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName=name, DurationSeconds=seconds)["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


# %% right="only-her"
def only_her(user_arn):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"AWS": [user_arn]}, "Action": ["sts:AssumeRole"]},
        }
    )


# %% right="only-her"
def only_her(user_arn):
    condition = {"ArnEquals": {"aws:PrincipalArn": user_arn}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="only-her" says="The principal * is everybody"
def only_her(user_arn):
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="only-her" says="What does a trust policy not have?"
def only_her(user_arn):
    statement = {"Effect": "Allow", "Principal": {"AWS": user_arn}, "Action": "sts:AssumeRole", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="only-her" says="name the user's ARN"
def only_her(user_arn):
    statement = {"Effect": "Allow", "Principal": {"AWS": user_arn.split(":")[4]}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="only-her" says="The user herself is refused"
def only_her(user_arn):
    account = user_arn.split(":")[4]
    condition = {"ArnEquals": {"aws:PrincipalArn": user_arn}}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},  # then she needs a policy of her own as well
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% right="lifetime"
def lifetime(asked, role_max, chained):
    if asked is None:
        return 3600
    if asked < 900 or asked > role_max:
        return None
    if chained and asked > 3600:
        return None
    return asked


# %% wrong="lifetime" says="asked: no DurationSeconds"
def lifetime(asked, role_max, chained):
    seconds = asked or role_max  # not asking does not mean the maximum
    longest = min(role_max, 3600) if chained else role_max
    return seconds if 900 <= seconds <= longest else None


# %% wrong="lifetime" says="asked: 14,401 s"
def lifetime(asked, role_max, chained):
    longest = min(role_max, 3600) if chained else role_max
    return min(asked or 3600, longest) if (asked or 3600) >= 900 else None


# %% wrong="lifetime" says="chained: you predict 7200"
def lifetime(asked, role_max, chained):
    seconds = asked or 3600
    return seconds if 900 <= seconds <= role_max else None


# %% wrong="lifetime" says="asked: 840 s"
def lifetime(asked, role_max, chained):
    seconds = asked or 3600
    return seconds if seconds <= (min(role_max, 3600) if chained else role_max) else None


# %% right="visitor-pass"
def visitor_pass(backend, role_arn, bucket, room):
    policy = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/{room}/*"]},
    }
    asking = backend.client("sts").assume_role
    return asking(
        RoleArn=role_arn, RoleSessionName="kiosk-visitor", DurationSeconds=15 * 60, Policy=json.dumps(policy, indent=2)
    )["Credentials"]


# %% wrong="visitor-pass" says="also opens room-10"
def visitor_pass(backend, role_arn, bucket, room):
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{room}*"))
    asking = backend.client("sts").assume_role
    return asking(RoleArn=role_arn, RoleSessionName="visitor", DurationSeconds=900, Policy=policy)["Credentials"]


# %% wrong="visitor-pass" says="may overwrite scans"
def visitor_pass(backend, role_arn, bucket, room):
    policy = document(allow("s3:*", f"arn:aws:s3:::{bucket}/{room}/*"))
    asking = backend.client("sts").assume_role
    return asking(RoleArn=role_arn, RoleSessionName="visitor", DurationSeconds=900, Policy=policy)["Credentials"]


# %% wrong="visitor-pass" says="also opens"
def visitor_pass(backend, role_arn, bucket, room):
    asking = backend.client("sts").assume_role
    return asking(RoleArn=role_arn, RoleSessionName=room, DurationSeconds=900)["Credentials"]


# %% wrong="visitor-pass" says="it should be 15"
def visitor_pass(backend, role_arn, bucket, room):
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{room}/*"))
    return backend.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="visitor", Policy=policy)["Credentials"]


# %% wrong="visitor-pass" says="Your code changed the role"
def visitor_pass(backend, role_arn, bucket, room):
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{room}/*"))
    iam.put_role_policy(RoleName=role_arn.rsplit("/", 1)[-1], PolicyName="visitor", PolicyDocument=policy)
    asking = backend.client("sts").assume_role
    return asking(RoleArn=role_arn, RoleSessionName="visitor", DurationSeconds=900, Policy=policy)["Credentials"]


# %% wrong="visitor-pass" says="cannot read room-1/scan.tif"
def visitor_pass(backend, role_arn, bucket, room):
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{room}"))  # the folder, not what is in it
    asking = backend.client("sts").assume_role
    return asking(RoleArn=role_arn, RoleSessionName="visitor", DurationSeconds=900, Policy=policy)["Credentials"]


# %% right="curators"
def open_archive(archive, group, bucket):
    resource = archive.resource("iam")
    role = resource.create_role(
        RoleName="curators-of-the-museum",
        AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{MUSEUM}:root"}),
    )
    policy = resource.create_policy(
        PolicyName="read-scans",
        PolicyDocument=document(
            allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
        ),
    )
    role.attach_policy(PolicyArn=policy.arn)
    mine = iam.create_policy(
        PolicyName=lab.unique_name("assume"), PolicyDocument=document(allow("sts:AssumeRole", role.arn))
    )["Policy"]["Arn"]
    iam.attach_group_policy(GroupName=group, PolicyArn=mine)
    return role.arn


# %% wrong="curators" says="A curator cannot assume the role"
def open_archive(archive, group, bucket):
    there = archive.client("iam")
    arn = there.create_role(RoleName="read", AssumeRolePolicyDocument=trust({"AWS": MUSEUM}))["Role"]["Arn"]
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    there.put_role_policy(RoleName="read", PolicyName="read", PolicyDocument=policy)
    return arn  # one side only


# %% wrong="curators" says="Allow sts:AssumeRole on this role's ARN"
def open_archive(archive, group, bucket):
    there = archive.client("iam")
    arn = there.create_role(RoleName="read", AssumeRolePolicyDocument=trust({"AWS": MUSEUM}))["Role"]["Arn"]
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    there.put_role_policy(RoleName="read", PolicyName="read", PolicyDocument=policy)
    iam.put_group_policy(GroupName=group, PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole")))
    return arn


# %% wrong="curators" says="Trust the museum only"
def open_archive(archive, group, bucket):
    there = archive.client("iam")
    arn = there.create_role(RoleName="read", AssumeRolePolicyDocument=trust({"AWS": "*"}))["Role"]["Arn"]
    deny = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    there.put_role_policy(RoleName="read", PolicyName="read", PolicyDocument=policy)
    iam.put_group_policy(GroupName=group, PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole", arn)))
    for user in iam.list_users()["Users"]:
        if user["UserName"].startswith("outsider"):
            iam.put_user_policy(UserName=user["UserName"], PolicyName="no", PolicyDocument=document(deny))
    return arn


# %% wrong="curators" says="Return the ARN of a role in the archive"
def open_archive(archive, group, bucket):
    name = lab.unique_name("read")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": MUSEUM}))["Role"]["Arn"]
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy)
    iam.put_group_policy(GroupName=group, PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole", arn)))
    return arn


# %% wrong="curators" says="a curator cannot read the bucket"
def open_archive(archive, group, bucket):
    there = archive.client("iam")
    arn = there.create_role(RoleName="read", AssumeRolePolicyDocument=trust({"AWS": MUSEUM}))["Role"]["Arn"]
    may = document(allow("sts:AssumeRole", arn), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    iam.put_group_policy(GroupName=group, PolicyName="assume", PolicyDocument=may)  # set aside in the role
    return arn


# %% wrong="curators" says="may overwrite scans"
def open_archive(archive, group, bucket):
    there = archive.client("iam")
    arn = there.create_role(RoleName="read", AssumeRolePolicyDocument=trust({"AWS": MUSEUM}))["Role"]["Arn"]
    policy = document(allow("s3:*", [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]))
    there.put_role_policy(RoleName="read", PolicyName="read", PolicyDocument=policy)
    iam.put_group_policy(GroupName=group, PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole", arn)))
    return arn


# %% right="confused-deputy"
def trust_framewise(account, external_id):
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    return document(
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sts:AssumeRole",
            "Condition": {"StringNotEquals": {"sts:ExternalId": external_id}},
        },
    )


# %% wrong="confused-deputy" says="does not look at the external"
def trust_framewise(account, external_id):
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Id": external_id, "Statement": [statement]}


# %% wrong="confused-deputy" says="Without any external id Framewise gets in"
def trust_framewise(account, external_id):
    condition = {"StringEqualsIfExists": {"sts:ExternalId": external_id}}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="confused-deputy" says="The principal must stay the"
def trust_framewise(account, external_id):
    condition = {"StringEquals": {"sts:ExternalId": external_id}}
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="confused-deputy" says="Now the museum itself is refused"
def trust_framewise(account, external_id):
    condition = {"StringEquals": {"aws:ExternalId": external_id}}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% right="mfa"
def guarded():
    risky = ["ec2:StopInstances", "ec2:TerminateInstances"]
    return [
        {"Effect": "Allow", "NotAction": risky, "Resource": "*"},
        allow(risky, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ]


# %% right="mfa"
def guarded():
    risky = ["ec2:StopInstances", "ec2:TerminateInstances"]
    fresh = {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
    return [allow(["ec2:Describe*", "ec2:StartInstances"]), allow(risky, Condition=fresh)]


# %% wrong="mfa" says="goes through with: access key"
def guarded():
    risky = ["ec2:StopInstances", "ec2:TerminateInstances"]
    condition = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
    return [allow(["ec2:Describe*", "ec2:StartInstances"]), allow(risky, Condition=condition)]


# %% wrong="mfa" says="describe_instances with: access key is refused"
def guarded():
    return [allow("ec2:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})]


# %% wrong="mfa" says="with MFA is refused"
def guarded():
    risky = ["ec2:StopInstances", "ec2:TerminateInstances"]
    return [allow("ec2:*"), {"Effect": "Deny", "Action": risky, "Resource": "*"}]


# %% right="launch"
def launch(name, bucket):
    resource = boto3.resource("iam")
    role = resource.create_role(
        RoleName=name, AssumeRolePolicyDocument=trust({"Service": ["ec2.amazonaws.com"]}), Path="/servers/"
    )
    role.Policy("scans").put(PolicyDocument=document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")))
    profile = resource.create_instance_profile(InstanceProfileName=name)
    profile.add_role(RoleName=name)
    instances = boto3.resource("ec2").create_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, IamInstanceProfile={"Arn": profile.arn}
    )
    return instances[0].id


# %% wrong="launch" says="no instance profile"
def launch(name, bucket):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0][
        "InstanceId"
    ]


# %% wrong="launch" says="get no credentials"
def launch(name, bucket):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": MUSEUM}))
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    profile = {"Name": name}
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, IamInstanceProfile=profile)
    return made["Instances"][0]["InstanceId"]


# %% wrong="launch" says="may write to the bucket"
def launch(name, bucket):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    profile = {"Name": name}
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, IamInstanceProfile=profile)
    return made["Instances"][0]["InstanceId"]


# %% wrong="launch" says="reads other buckets too"
def launch(name, bucket):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=document(allow("s3:GetObject")))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    profile = {"Name": name}
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, IamInstanceProfile=profile)
    return made["Instances"][0]["InstanceId"]


# %% wrong="launch" says="may list the bucket"
def launch(name, bucket):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    may = allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"])
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=document(may))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    profile = {"Name": name}
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, IamInstanceProfile=profile)
    return made["Instances"][0]["InstanceId"]


# %% right="pass-role"
def passing(role_arn):
    return allow(
        ["iam:PassRole", "iam:GetRole"],
        [role_arn],
        Condition={"StringLike": {"iam:PassedToService": ["lambda.amazonaws.com"]}},
    )


# %% wrong="pass-role" says="can pass the role to Step Functions too"
def passing(role_arn):
    return allow("iam:PassRole", role_arn)


# %% wrong="pass-role" says="a role he was not given"
def passing(role_arn):
    return allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})


# %% wrong="pass-role" says="a role he was not given"
def passing(role_arn):
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    return allow("iam:PassRole", f"{role_arn}*", Condition=to_lambda)


# %% wrong="pass-role" says="cannot create a function with the role"
def passing(role_arn):
    return allow("iam:PassRole", role_arn, Condition={"StringEquals": {"iam:PassedToService": "lambda"}})


# %% wrong="pass-role" says="cannot create a function with the role"
def passing(role_arn):
    return allow("sts:AssumeRole", role_arn)


# %% right="decode"
def explain(error, reader):
    import re

    encoded = re.search(r"Encoded authorization failure message: (\S+)", str(error)).group(1)
    told = json.loads(reader.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    context = told["context"]
    return {"explicit": told["explicitDeny"], "resource": context["resource"], "action": context["action"]}


# %% wrong="decode" says="Who may decode?"
def explain(error, reader):
    key = iam.create_access_key(UserName=new_nobody())["AccessKey"]
    asked = boto3.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    encoded = error.response["Error"]["Message"].split("failure message: ")[1]
    return json.loads(asked.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])


def new_nobody():
    name = lab.unique_name("nobody")
    iam.create_user(UserName=name)
    return name


# %% wrong="decode" says="root decoded the text, not the reader"
def explain(error, reader):
    encoded = error.response["Error"]["Message"].split("failure message: ")[1]
    told = json.loads(sts.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    context = told["context"]
    return {"action": context["action"], "resource": context["resource"], "explicit": told["explicitDeny"]}


# %% wrong="decode" says="'explicit'"
def explain(error, reader):
    encoded = error.response["Error"]["Message"].split("failure message: ")[1]
    told = json.loads(reader.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    context = told["context"]
    return {"action": context["action"], "resource": context["resource"], "explicit": not told["allowed"]}


# %% wrong="decode" says="Your code stopped with TypeError"
def explain(error, reader):
    encoded = error.response["Error"]["Message"].split("failure message: ")[1]
    told = reader.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"]
    context = told["context"]  # still a text
    return {"action": context["action"], "resource": context["resource"], "explicit": told["explicitDeny"]}
