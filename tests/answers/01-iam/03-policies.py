# %% [markdown]
# Answers to 01-iam/03-policies: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="on-air"
def on_air_policy(bucket):
    arn = f"arn:aws:s3:::{bucket}"
    document = {"Version": "2012-10-17", "Id": "on-air", "Statement": []}
    for action, resource in {"s3:GetObject": [f"{arn}/on-air/*"], "s3:ListBucket": [arn]}.items():
        document["Statement"].append({"Effect": "Allow", "Action": [action], "Resource": resource})
    return json.dumps(document)


# %% right="on-air"
def on_air_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/on-air/*"],
        },
    }


# %% wrong="on-air" says="cannot list the bucket"
def on_air_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": f"arn:aws:s3:::{bucket}/on-air/*",
            }
        ],
    }


# %% wrong="on-air" says="can also read the archive"
def on_air_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }


# %% wrong="on-air" says="not below on-air/"
def on_air_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/on-air*"},
        ],
    }


# %% wrong="on-air" says="can also read a show's tags"
def on_air_policy(bucket):
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn},
            {"Effect": "Allow", "Action": "s3:Get*", "Resource": f"{arn}/on-air/*"},
        ],
    }


# %% wrong="on-air" says="can also overwrite a show"
def on_air_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:List*", "Resource": f"arn:aws:s3:::{bucket}"},
            {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/on-air/*"},
        ],
    }


# %% wrong="on-air" says="Policy document must be version 2012-10-17"
def on_air_policy(bucket):
    return {
        "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/on-air/*"},
        ],
    }


# %% wrong="on-air" says="can also list another bucket"
def on_air_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/on-air/*"},
        ],
    }


# %% right="mend-drafts"
def drafts(bucket, queue_arn):
    grants = {
        "listen": ("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
        "upload": ("s3:PutObject", f"arn:aws:s3:::{bucket}/*"),
        "wish": ("sqs:SendMessage", queue_arn),
        "index": ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        "buckets": ("s3:ListAllMyBuckets", "arn:aws:s3:::*"),
    }
    return {
        name: json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": [action], "Resource": [resource]}}
        )
        for name, (action, resource) in grants.items()
    }


# %% wrong="mend-drafts" says="IAM takes 'index', but it does not grant"
def drafts(bucket, queue_arn):
    grants = {
        "listen": ("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
        "upload": ("s3:PutObject", f"arn:aws:s3:::{bucket}/*"),
        "wish": ("sqs:SendMessage", queue_arn),
        "index": ("s3:ListBucket", f"arn:aws:s3:::{bucket}/*"),
        "buckets": ("s3:ListBuckets", "*"),
    }
    return {
        name: {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}
        for name, (action, resource) in grants.items()
    }


# %% wrong="mend-drafts" says="IAM takes 'buckets', but it does not grant"
def drafts(bucket, queue_arn):
    grants = {
        "listen": ("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
        "upload": ("s3:PutObject", f"arn:aws:s3:::{bucket}/*"),
        "wish": ("sqs:SendMessage", queue_arn),
        "index": ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        "buckets": ("s3:ListBuckets", "*"),
    }
    return {
        name: {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}
        for name, (action, resource) in grants.items()
    }


# %% wrong="mend-drafts" says="'buckets' grants more than its comment says"
def drafts(bucket, queue_arn):
    grants = {
        "listen": ("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
        "upload": ("s3:PutObject", f"arn:aws:s3:::{bucket}/*"),
        "wish": ("sqs:SendMessage", queue_arn),
        "index": ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        "buckets": ("s3:List*", "*"),
    }
    return {
        name: {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}
        for name, (action, resource) in grants.items()
    }


# %% wrong="mend-drafts" says="IAM does not take 'wish'"
def drafts(bucket, queue_arn):
    objects = f"arn:aws:s3:::{bucket}/*"
    statements = {
        "listen": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
        "upload": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": objects},
        "wish": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Resource": queue_arn},
        "index": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        "buckets": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    }
    return {name: {"Version": "2012-10-17", "Statement": [one]} for name, one in statements.items()}


# %% wrong="mend-drafts" says="works on every bucket"
def drafts(bucket, queue_arn):
    grants = {
        "listen": ("s3:GetObject", "arn:aws:s3:::*"),
        "upload": ("s3:PutObject", f"arn:aws:s3:::{bucket}/*"),
        "wish": ("sqs:SendMessage", queue_arn),
        "index": ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        "buckets": ("s3:ListAllMyBuckets", "*"),
    }
    return {
        name: {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}
        for name, (action, resource) in grants.items()
    }


# %% right="publish"
def publish(policy_arn, document):
    policy = boto3.resource("iam").Policy(policy_arn)
    versions = sorted(policy.versions.all(), key=lambda version: int(version.version_id.lstrip("v")))
    if len(versions) == 5:
        next(version for version in versions if not version.is_default_version).delete()
    return policy.create_version(PolicyDocument=document, SetAsDefault=True).version_id


# %% wrong="publish" says="is the default and counts"
def publish(policy_arn, document):
    versions = iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]
    if len(versions) >= 5:
        oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: int(v["VersionId"][1:]))
        iam.delete_policy_version(PolicyArn=policy_arn, VersionId=oldest["VersionId"])
    return iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=document)["PolicyVersion"]["VersionId"]


# %% wrong="publish" says="LimitExceeded"
def publish(policy_arn, document):
    made = iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=document, SetAsDefault=True)
    return made["PolicyVersion"]["VersionId"]


# %% wrong="publish" says="it would be"
def publish(policy_arn, document):
    versions = iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]
    for version in versions:  # deletes more than it must
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=policy_arn, VersionId=version["VersionId"])
    made = iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=document, SetAsDefault=True)
    return made["PolicyVersion"]["VersionId"]


# %% wrong="publish" says="the oldest that is not the default is v8"
def publish(policy_arn, document):
    versions = iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]
    if len(versions) >= 5:
        oldest = min(v["VersionId"] for v in versions if not v["IsDefaultVersion"])  # as text: v10 before v9
        iam.delete_policy_version(PolicyArn=policy_arn, VersionId=oldest)
    made = iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=document, SetAsDefault=True)
    return made["PolicyVersion"]["VersionId"]


# %% wrong="publish" says="Keep it to roll back to"
def publish(policy_arn, document):
    versions = iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]
    oldest = min(versions, key=lambda version: int(version["VersionId"][1:]))
    if len(versions) >= 5:
        newest = max(versions, key=lambda version: int(version["VersionId"][1:]))
        iam.set_default_policy_version(PolicyArn=policy_arn, VersionId=newest["VersionId"])
        iam.delete_policy_version(PolicyArn=policy_arn, VersionId=oldest["VersionId"])
    made = iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=document, SetAsDefault=True)
    return made["PolicyVersion"]["VersionId"]


# %% right="home-folders"
def replace_home_policies(group, bucket):
    home = "home/${aws:username}/"
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OwnNames",
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": "arn:aws:s3:::" + bucket,
                "Condition": {"StringLike": {"s3:prefix": [home + "*"]}},
            },
            {
                "Sid": "OwnObjects",
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:GetObject"],
                "Resource": "arn:aws:s3:::" + bucket + "/" + home + "*",
            },
        ],
    }
    resource = boto3.resource("iam")
    policy = resource.create_policy(PolicyName=lab.unique_name("homes"), PolicyDocument=json.dumps(document))
    policy.attach_group(GroupName=group)
    for user in resource.Group(group).users.all():
        for inline in user.policies.all():
            inline.delete()
    return policy.arn


# %% wrong="home-folders" says="which is not below"
def replace_home_policies(group, bucket):
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::" + bucket + "/home/${aws:username}*",
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": "arn:aws:s3:::" + bucket,
                "Condition": {"StringEquals": {"s3:prefix": "home/${aws:username}/"}},
            },
        ],
    }
    made = iam.create_policy(PolicyName=f"{group}-home", PolicyDocument=json.dumps(document))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    for user in iam.get_group(GroupName=group)["Users"]:
        iam.delete_user_policy(UserName=user["UserName"], PolicyName="own")
    return made["Policy"]["Arn"]


# %% wrong="home-folders" says="may list the bucket with the prefix ''"
def replace_home_policies(group, bucket):
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::" + bucket + "/home/${aws:username}/*",
            },
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::" + bucket},
        ],
    }
    made = iam.create_policy(PolicyName=f"{group}-home", PolicyDocument=json.dumps(document))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    for user in iam.get_group(GroupName=group)["Users"]:
        iam.delete_user_policy(UserName=user["UserName"], PolicyName="own")
    return made["Policy"]["Arn"]


# %% wrong="home-folders" says="still has the inline policy"
def replace_home_policies(group, bucket):
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::" + bucket + "/home/${aws:username}/*",
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": "arn:aws:s3:::" + bucket,
                "Condition": {"StringEquals": {"s3:prefix": "home/${aws:username}/"}},
            },
        ],
    }
    made = iam.create_policy(PolicyName=f"{group}-home", PolicyDocument=json.dumps(document))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    return made["Policy"]["Arn"]


# %% wrong="home-folders" says="newcomer"
def replace_home_policies(group, bucket):
    names = [user["UserName"] for user in iam.get_group(GroupName=group)["Users"]]
    statements = []
    for name in names:
        own = {"StringEquals": {"aws:username": name}}
        statements += [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": f"arn:aws:s3:::{bucket}/home/{name}/*",
                "Condition": own,
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringEquals": {"aws:username": name, "s3:prefix": f"home/{name}/"}},
            },
        ]
    document = {"Version": "2012-10-17", "Statement": statements}
    made = iam.create_policy(PolicyName=f"{group}-home", PolicyDocument=json.dumps(document))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    for name in names:
        iam.delete_user_policy(UserName=name, PolicyName="own")
    return made["Policy"]["Arn"]


# %% wrong="home-folders" says="cannot put home/"
def replace_home_policies(group, bucket):
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": f"arn:aws:s3:::{bucket}/home/{{aws:username}}/*",
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringEquals": {"s3:prefix": "home/${aws:username}/"}},
            },
        ],
    }
    made = iam.create_policy(PolicyName=f"{group}-home", PolicyDocument=json.dumps(document))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    for user in iam.get_group(GroupName=group)["Users"]:
        iam.delete_user_policy(UserName=user["UserName"], PolicyName="own")
    return made["Policy"]["Arn"]


# %% right="with-mfa"
def archive_policy(bucket):
    objects = f"arn:aws:s3:::{bucket}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
            {
                "Effect": "Allow",
                "Action": "s3:DeleteObject",
                "Resource": objects,
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            },
        ],
    }


# %% right="with-mfa"
def archive_policy(bucket):
    objects = f"arn:aws:s3:::{bucket}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": objects},
            {
                "Effect": "Deny",
                "Action": "s3:DeleteObject",
                "Resource": objects,
                "Condition": {"StringNotEquals": {"aws:MultiFactorAuthPresent": "true"}},
            },
        ],
    }


# %% wrong="with-mfa" says="Signed in with access key, Tom deletes a show"
def archive_policy(bucket):
    objects = f"arn:aws:s3:::{bucket}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
            {
                "Effect": "Allow",
                "Action": "s3:DeleteObject",
                "Resource": objects,
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            },
        ],
    }


# %% wrong="with-mfa" says="Signed in with session, Tom deletes a show"
def archive_policy(bucket):
    objects = f"arn:aws:s3:::{bucket}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": objects},
            {
                "Effect": "Deny",
                "Action": "s3:DeleteObject",
                "Resource": objects,
                "Condition": {"Null": {"aws:MultiFactorAuthPresent": "true"}},
            },
        ],
    }


# %% wrong="with-mfa" says="Signed in with session with MFA, Tom cannot delete"
def archive_policy(bucket):
    objects = f"arn:aws:s3:::{bucket}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": objects},
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": objects},
        ],
    }


# %% wrong="with-mfa" says="Signed in with access key, Tom cannot read"
def archive_policy(bucket):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:DeleteObject"],
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            },
        ],
    }


# %% right="two-policies"
def outcome(identity, bucket, same_account):
    if identity == "deny" or bucket == "deny":
        return "explicitDeny"
    allows = [identity == "allow", bucket == "allow"]
    return "allowed" if (any if same_account else all)(allows) else "implicitDeny"


# %% wrong="two-policies" says="in two accounts"
def outcome(identity, bucket, same_account):
    if "deny" in (identity, bucket):
        return "explicitDeny"
    return "allowed" if "allow" in (identity, bucket) else "implicitDeny"


# %% wrong="two-policies" says="'none', bucket policy 'allow', in one account"
def outcome(identity, bucket, same_account):
    if "deny" in (identity, bucket):
        return "explicitDeny"
    if identity != "allow":
        return "implicitDeny"
    return "allowed" if same_account or bucket == "allow" else "implicitDeny"


# %% wrong="two-policies" says="'deny', bucket policy 'allow', in one account"
def outcome(identity, bucket, same_account):
    if bucket != "none" and same_account:
        return {"allow": "allowed", "deny": "explicitDeny"}[bucket]
    if "deny" in (identity, bucket):
        return "explicitDeny"
    needed = 1 if same_account else 2
    return "allowed" if [identity, bucket].count("allow") >= needed else "implicitDeny"


# %% wrong="two-policies" says="without a call"
def outcome(identity, bucket, same_account):
    return measured(identity, bucket, same_account)


# %% right="try-out"
def decisions(document, calls):
    text = json.dumps(document)

    def ask(pair):
        action, arn = pair
        for page in iam.get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[text], ActionNames=[action], ResourceArns=[arn]
        ):
            for result in page["EvaluationResults"]:
                return result["ResourceSpecificResults"][0]["EvalResourceDecision"]

    return list(map(ask, calls))


# %% wrong="try-out" says="s3:GetObject on arn:aws:s3:::harbour/on-air/a.mp3"
def decisions(document, calls):
    results = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(document)],
        ActionNames=[action for action, _ in calls],
        ResourceArns=[arn for _, arn in calls],
    )["EvaluationResults"]
    return [one["EvalDecision"] for one in results]


# %% wrong="try-out" says="s3:GetObject on arn:aws:s3:::harbour/archive/a.mp3"
def decisions(document, calls):
    found = []
    for action, arn in calls:
        result = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(document)], ActionNames=[action], ResourceArns=[arn]
        )["EvaluationResults"][0]
        found.append("allowed" if result["EvalDecision"] == "allowed" else "explicitDeny")
    return found


# %% wrong="try-out" says="Only simulate"
def decisions(document, calls):
    user = lab.unique_name("guinea-pig")
    arn = iam.create_user(UserName=user)["User"]["Arn"]
    iam.put_user_policy(UserName=user, PolicyName="draft", PolicyDocument=json.dumps(document))
    found = []
    for action, resource in calls:
        answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource])
        found.append(answer["EvaluationResults"][0]["EvalDecision"])
    return found


# %% wrong="try-out" says="s3:GetObject on arn:aws:s3:::harbour/on-air/a.mp3"
def decisions(document, calls):
    found = []
    for action, _ in calls:
        result = iam.simulate_custom_policy(PolicyInputList=[json.dumps(document)], ActionNames=[action])
        found.append(result["EvaluationResults"][0]["EvalDecision"])
    return found


# %% right="night-job"
def night_policy(queue_arn, table_arn, topic_arn):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Wishes",
                    "Effect": "Allow",
                    "Action": ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
                    "Resource": queue_arn,
                },
                {"Sid": "Notes", "Effect": "Allow", "Action": "dynamodb:Put*", "Resource": table_arn}
                if False
                else {"Sid": "Notes", "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn},
                {"Sid": "Tell", "Effect": "Allow", "Action": "sns:Publish", "Resource": topic_arn},
            ],
        }
    )


# %% right="night-job"
def night_policy(queue_arn, table_arn, topic_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "dynamodb:PutItem", "sns:Publish"],
                "Resource": [queue_arn, table_arn, topic_arn],
            }
        ],
    }


# %% wrong="night-job" says="receive from another queue"
def night_policy(queue_arn, table_arn, topic_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "dynamodb:PutItem", "sns:Publish"],
                "Resource": "*",
            }
        ],
    }


# %% wrong="night-job" says="send to its queue"
def night_policy(queue_arn, table_arn, topic_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sqs:*", "Resource": queue_arn},
            {"Effect": "Allow", "Action": "dynamodb:*", "Resource": table_arn},
            {"Effect": "Allow", "Action": "sns:*", "Resource": topic_arn},
        ],
    }


# %% wrong="night-job" says="never used by the program"
def night_policy(queue_arn, table_arn, topic_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage*", "sqs:GetQueueAttributes"],
                "Resource": queue_arn,
            },
            {"Effect": "Allow", "Action": "dynamodb:Put*", "Resource": table_arn},
            {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic_arn},
        ],
    }


# %% wrong="night-job" says="End the ARN with the name"
def night_policy(queue_arn, table_arn, topic_arn):
    wanted = {
        f"{queue_arn}*": ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
        table_arn: ["dynamodb:PutItem"],
        topic_arn: ["sns:Publish"],
    }
    statements = [{"Effect": "Allow", "Action": actions, "Resource": arn} for arn, actions in wanted.items()]
    return {"Version": "2012-10-17", "Statement": statements}


# %% wrong="night-job" says="may not sqs:DeleteMessage"
def night_policy(queue_arn, table_arn, topic_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": queue_arn},
            {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic_arn},
        ],
    }


# %% right="read-denial"
def read_denial(message):
    before, _, rest = message.partition(" is not authorized to perform: ")
    explicit = " with an explicit deny in " in rest
    front, _, back = rest.partition(" with an explicit deny in " if explicit else " because no ")
    action, _, resource = front.partition(" on resource: ")
    layer = back.split(" allows ")[0].split(":")[0]
    return {
        "principal": before.removeprefix("User: "),
        "action": action,
        "resource": resource.strip('"') or None,
        "explicit": explicit,
        "layer": layer.removeprefix("an ").removeprefix("a "),
    }


# %% wrong="read-denial" says="'resource' of the message"
def read_denial(message):
    found = re.search(
        r"User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))? "
        r"(because no|with an explicit deny in an?) (.+? policy|permissions boundary)",
        message,
    )
    principal, action, resource, how, layer = found.groups()
    return {
        "principal": principal,
        "action": action,
        "resource": resource,
        "explicit": how.startswith("with"),
        "layer": layer,
    }


# %% wrong="read-denial" says="AttributeError"
def read_denial(message):
    found = re.search(
        r'User: (\S+) is not authorized to perform: (\S+) on resource: "?([^\s"]+)"? '
        r"(because no|with an explicit deny in an?) (.+? policy|permissions boundary)",
        message,
    )
    principal, action, resource, how, layer = found.groups()
    return {
        "principal": principal,
        "action": action,
        "resource": resource,
        "explicit": how.startswith("with"),
        "layer": layer,
    }


# %% wrong="read-denial" says="'layer' of the message"
def read_denial(message):
    found = re.search(r'User: (\S+) is not authorized to perform: (\S+)(?: on resource: "?([^\s"]+)"?)?', message)
    principal, action, resource = found.groups()
    return {
        "principal": principal,
        "action": action,
        "resource": resource,
        "explicit": "explicit deny" in message,
        "layer": "identity-based policy",
    }
