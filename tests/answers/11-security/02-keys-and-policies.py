# %% [markdown]
# Answers to 11-security/02-keys-and-policies: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="key-bill"
def monthly_bill(rotations, calls, ecc_calls):
    total = facts.cost("kms", "requests", calls, free=True).usd
    total += facts.price("kms", "asymmetric-requests") * ecc_calls / 1e4
    for done in rotations:
        total += facts.price("kms", "customer-key-month")
        if done >= 1:
            total += facts.price("kms", "rotation-surcharge")
        if done >= 2:
            total += facts.price("kms", "rotation-surcharge")
    return float(total)


# %% wrong="key-bill" says="rotated once, twice and seven times"
def monthly_bill(rotations, calls, ecc_calls):
    keys = sum(1 + done for done in rotations)
    return keys + max(0, calls - 20_000) / 10_000 * 0.03 + ecc_calls / 10_000 * 0.15


# %% wrong="key-bill" says="15,000 calls: they are free"
def monthly_bill(rotations, calls, ecc_calls):
    keys = sum(1 + min(done, 2) for done in rotations)
    return keys + (calls - 20_000) / 10_000 * 0.03 * (calls > 0) + ecc_calls / 10_000 * 0.15


# %% wrong="key-bill" says="no free share"
def monthly_bill(rotations, calls, ecc_calls):
    keys = sum(1 + min(done, 2) for done in rotations)
    paid_ecc = max(0, ecc_calls - 20_000)
    return keys + max(0, calls - 20_000) / 10_000 * 0.03 + paid_ecc / 10_000 * 0.15


# %% wrong="key-bill" says="of which 5,000 are paid"
def monthly_bill(rotations, calls, ecc_calls):
    keys = sum(1 + min(done, 2) for done in rotations)
    bundles = -(-max(0, calls - 20_000) // 10_000)
    return keys + bundles * 0.03 + ecc_calls / 10_000 * 0.15


# %% right="predict-access"
def may_encrypt(key_policy, iam_allows, same_account):
    denied = "not user" in key_policy
    named = key_policy == "user"
    trusted = key_policy == "account"
    if denied:
        return False
    return (named and same_account) or ((named or trusted) and iam_allows)


# %% wrong="predict-access" says="Key policy: 'user'; same account, IAM is silent"
def may_encrypt(key_policy, iam_allows, same_account):
    return key_policy in ("account", "user") and iam_allows


# %% wrong="predict-access" says="Key policy: 'account'; same account, IAM is silent"
def may_encrypt(key_policy, iam_allows, same_account):
    if "not user" in key_policy or key_policy == "others":
        return False
    return iam_allows or same_account


# %% wrong="predict-access" says="Key policy: 'user'; other account, IAM is silent"
def may_encrypt(key_policy, iam_allows, same_account):
    if key_policy == "user":
        return True
    return key_policy == "account" and iam_allows


# %% wrong="predict-access" says="Key policy: 'account, not user'; same account, IAM allows"
def may_encrypt(key_policy, iam_allows, same_account):
    return (key_policy == "user" and same_account) or (key_policy != "others" and iam_allows)


# %% wrong="predict-access" says="Key policy: 'others'; same account, IAM allows"
def may_encrypt(key_policy, iam_allows, same_account):
    if "not user" in key_policy:
        return False
    if same_account:
        return iam_allows or key_policy == "user"
    return iam_allows and key_policy in ("account", "user")


# %% wrong="predict-access" says="Predict by the rules alone"
def may_encrypt(key_policy, iam_allows, same_account):
    return user_may_encrypt(key_policy, iam_allows, same_account)


# %% right="two-hands"
def two_hands(admin_arn, user_arn):
    uses = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant"]
    return document(
        statement("kms:*", {"AWS": [admin_arn]}),
        statement(uses, {"AWS": admin_arn}, effect="Deny"),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="The administrator can encrypt"
def two_hands(admin_arn, user_arn):
    return document(
        statement("kms:*", {"AWS": admin_arn}),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="Does your policy trust the account?"
def two_hands(admin_arn, user_arn):
    manage = ["Describe*", "Get*", "Put*", "Enable*", "Disable*", "TagResource", "ScheduleKeyDeletion"]
    manage.append("CancelKeyDeletion")
    return document(
        statement("kms:*", HALE_ACCOUNT),
        statement([f"kms:{name}" for name in manage], {"AWS": admin_arn}),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="cannot create the key"
def two_hands(admin_arn, user_arn):
    return document(
        statement(["kms:Describe*", "kms:Enable*", "kms:Disable*"], {"AWS": admin_arn}),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="call of cancel_key_deletion ended in"
def two_hands(admin_arn, user_arn):
    manage = ["Describe*", "Get*", "Put*", "Enable*", "Disable*", "TagResource", "ScheduleKeyDeletion"]
    return document(
        statement([f"kms:{name}" for name in manage], {"AWS": admin_arn}),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="The user can create_grant"
def two_hands(admin_arn, user_arn):
    manage = ["Describe*", "Get*", "Put*", "Enable*", "Disable*", "TagResource", "*KeyDeletion"]
    use = ["Encrypt", "Decrypt", "GenerateDataKey*", "DescribeKey", "CreateGrant"]
    return document(
        statement([f"kms:{name}" for name in manage], {"AWS": admin_arn}),
        statement([f"kms:{name}" for name in use], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="The administrator can create_grant"
def two_hands(admin_arn, user_arn):  # the statement that the console proposes
    manage = ["Create*", "Describe*", "Enable*", "List*", "Put*", "Update*", "Revoke*", "Disable*", "Get*", "Delete*"]
    manage += ["TagResource", "UntagResource", "ScheduleKeyDeletion", "CancelKeyDeletion"]
    return document(
        statement([f"kms:{name}" for name in manage], {"AWS": admin_arn}),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="The user can re_encrypt"
def two_hands(admin_arn, user_arn):  # the users' statement that the console proposes
    manage = ["Describe*", "Get*", "Put*", "Enable*", "Disable*", "TagResource", "*KeyDeletion"]
    use = ["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey"]
    return document(
        statement([f"kms:{name}" for name in manage], {"AWS": admin_arn}),
        statement([f"kms:{name}" for name in use], {"AWS": user_arn}),
    )


# %% wrong="two-hands" says="A colleague with kms:* in IAM can describe_key"
def two_hands(admin_arn, user_arn):
    manage = ["Describe*", "Get*", "Put*", "Enable*", "Disable*", "TagResource", "*KeyDeletion"]
    return document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], HALE_ACCOUNT),
        statement([f"kms:{name}" for name in manage], {"AWS": admin_arn}),
        statement(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], {"AWS": user_arn}),
    )


# %% right="locked-out"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement("kms:PutKeyPolicy", {"AWS": [admin_arn, f"arn:aws:iam::{HALE}:root"]}),
        statement(["kms:Describe*", "kms:Get*", "kms:ScheduleKeyDeletion"], {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
    )
    return kms.create_key(Policy=policy, Description="X-ray images")["KeyMetadata"]["Arn"]


# %% wrong="locked-out" says="The guard is still bypassed"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], {"AWS": admin_arn}),
        statement("kms:ScheduleKeyDeletion", {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        statement("kms:PutKeyPolicy", HALE_ACCOUNT),
    )
    return kms.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]


# %% wrong="locked-out" says="will not allow you to update the key policy"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], {"AWS": admin_arn}),
        statement("kms:ScheduleKeyDeletion", {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
    )
    return kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]


# %% wrong="locked-out" says="A colleague with kms:* in IAM can decrypt"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], {"AWS": admin_arn}),
        statement("kms:ScheduleKeyDeletion", {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        statement("kms:*", HALE_ACCOUNT),
    )
    return kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]


# %% wrong="locked-out" says="can schedule_key_deletion"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], {"AWS": admin_arn}),
        statement("kms:ScheduleKeyDeletion", {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        statement(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"], HALE_ACCOUNT),
    )
    return kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]


# %% wrong="locked-out" says="can disable_key: the account's statement allows too much"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement("kms:*", HALE_ACCOUNT),
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], {"AWS": admin_arn}),
        statement("kms:ScheduleKeyDeletion", {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        *(
            statement(
                action,
                {"AWS": "*"},
                effect="Deny",
                condition={"ArnNotEquals": {"aws:PrincipalArn": only}},
            )
            for action, only in (("kms:Decrypt", app_arn), ("kms:ScheduleKeyDeletion", admin_arn))
        ),
    )
    return kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]


# %% wrong="locked-out" says="can create_grant"
def locked_key(admin_arn, app_arn):
    policy = document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"], {"AWS": admin_arn}),
        statement("kms:ScheduleKeyDeletion", {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        statement(["kms:PutKeyPolicy", "kms:CreateGrant"], HALE_ACCOUNT),
    )
    return kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]


# %% right="replace-key"
def replace_key(alias):
    names = {one["AliasName"]: one.get("TargetKeyId") for one in kms.list_aliases()["Aliases"]}
    old = kms.describe_key(KeyId=names[alias])["KeyMetadata"]
    new = kms.create_key(Description=old["Description"])["KeyMetadata"]["KeyId"]
    policy = kms.get_key_policy(KeyId=old["KeyId"], PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=new, PolicyName="default", Policy=policy)
    kms.update_alias(AliasName=alias, TargetKeyId=new)
    return new


# %% wrong="replace-key" says="Turning the old one keeps its id"
def replace_key(alias):
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    kms.rotate_key_on_demand(KeyId=key)
    return key


# %% wrong="replace-key" says="The alias was deleted"
def replace_key(alias):
    old = kms.describe_key(KeyId=alias)["KeyMetadata"]
    policy = kms.get_key_policy(KeyId=old["KeyId"])["Policy"]
    new = kms.create_key(Description=old["Description"], Policy=policy)["KeyMetadata"]["KeyId"]
    kms.delete_alias(AliasName=alias)
    kms.create_alias(AliasName=alias, TargetKeyId=new)
    return new


# %% wrong="replace-key" says="what is under it cannot be read"
def replace_key(alias):
    old = kms.describe_key(KeyId=alias)["KeyMetadata"]
    policy = kms.get_key_policy(KeyId=old["KeyId"])["Policy"]
    new = kms.create_key(Description=old["Description"], Policy=policy)["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=alias, TargetKeyId=new)
    kms.schedule_key_deletion(KeyId=old["KeyId"])
    return new


# %% wrong="replace-key" says="another key policy"
def replace_key(alias):
    old = kms.describe_key(KeyId=alias)["KeyMetadata"]
    new = kms.create_key(Description=old["Description"])["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=alias, TargetKeyId=new)
    return new


# %% right="watch-deletion"
def watch(group, topic_arn):
    metric = group.rpartition("/")[2] + "-uses"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ ($.errorMessage = "*is pending deletion.") && ($.eventSource = "kms*") }',
        metricTransformations=[
            {"metricName": metric, "metricNamespace": "Keys", "metricValue": "1", "defaultValue": 0}
        ],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=metric,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return metric


# %% wrong="watch-deletion" says="goes off though no dying key was used"
def watch(group, topic_arn):
    metric = group.rpartition("/")[2] + "-uses"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.errorMessage = "*is pending deletion." }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=metric,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return metric


# %% wrong="watch-deletion" says="the topic heard nothing"
def watch(group, topic_arn):
    metric = group.rpartition("/")[2] + "-uses"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.eventSource = "kms.amazonaws.com" && $.errorMessage = "is pending deletion." }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=metric,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return metric


# %% wrong="watch-deletion" says="See TreatMissingData"
def watch(group, topic_arn):
    metric = group.rpartition("/")[2] + "-uses"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.eventSource = "kms.amazonaws.com" && $.errorMessage = "*is pending deletion." }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=metric,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic_arn],
    )
    return metric


# %% wrong="watch-deletion" says="goes off though no dying key was used"
def watch(group, topic_arn):
    metric, alarm = f"uses{group}", f"dying{group}"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='"kms.amazonaws.com" "is pending deletion."',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return alarm


# %% wrong="watch-deletion" says="goes off though no dying key was used"
def watch(group, topic_arn):
    metric, alarm = f"uses{group}", f"dying{group}"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.eventSource = "kms.amazonaws.com" && $.errorMessage = "*is pending deletion*" }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return alarm


# %% wrong="watch-deletion" says="goes off though no dying key was used"
def watch(group, topic_arn):
    metric, alarm = f"uses{group}", f"dying{group}"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.eventSource = "kms.amazonaws.com" && $.errorCode = "KMSInvalidStateException" }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return alarm


# %% wrong="watch-deletion" says="Two log groups get one alarm"
def watch(group, topic_arn):
    metric, alarm = f"uses{group}", "dying-key"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.eventSource = "kms.amazonaws.com" && $.errorMessage = "*is pending deletion." }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return alarm


# %% wrong="watch-deletion" says="An event of another log group sets off this alarm"
def watch(group, topic_arn):
    metric, alarm = "uses-of-keys", f"dying{group}"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="dying",
        filterPattern='{ $.eventSource = "kms.amazonaws.com" && $.errorMessage = "*is pending deletion." }',
        metricTransformations=[{"metricName": metric, "metricNamespace": "Keys", "metricValue": "1"}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Keys",
        MetricName=metric,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return alarm


# %% right="send-snapshot"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    policy["Statement"].append(
        {
            "Sid": "TheClinic",
            "Effect": "Allow",
            "Principal": {"AWS": partner.number},
            "Action": ["kms:Decrypt", "kms:CreateGrant", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {
                "StringLike": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"},
                "StringEquals": {"kms:CallerAccount": [partner.number]},
            },
        }
    )
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    boto3.resource("ec2").Snapshot(snapshot_id).modify_attribute(CreateVolumePermission=share)
    their_iam = partner.admin.client("iam")
    may = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": [key_arn]}
    made = their_iam.create_policy(PolicyName=lab.unique_name("hale"), PolicyDocument=document(may))
    their_iam.attach_user_policy(UserName=partner.archivist_name, PolicyArn=made["Policy"]["Arn"])
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% right="send-snapshot"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    for action in ("kms:Decrypt", "kms:CreateGrant"):
        policy["Statement"].insert(0, statement(action, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="Where is kms:ViaService?"
def hand_over(snapshot_id, key_arn, partner):
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"StringEquals": {"kms:CallerAccount": partner.number}}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy["Statement"].append(statement(actions, account, condition=only))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": actions, "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="One side does not yet let the archivist use the key"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy["Statement"].append(statement(["kms:Decrypt", "kms:CreateGrant"], account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="the clinic has no such snapshot in eu-west-1"
def hand_over(snapshot_id, key_arn, partner):
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy["Statement"].append(statement(actions, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": actions, "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="us-east-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="Name this key as Resource"
def hand_over(snapshot_id, key_arn, partner):
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy["Statement"].append(statement(actions, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": actions, "Resource": "*"}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="lost its key"
def hand_over(snapshot_id, key_arn, partner):
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy = document(
        statement("kms:*", HALE_ACCOUNT),
        statement(actions, account, condition={"StringEquals": only}),
    )
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=policy)
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": actions, "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="A new statement in the key policy does not say kms:CallerAccount"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy["Statement"].append(statement("kms:Decrypt", account, condition={"StringEquals": only}))
    policy["Statement"].append(statement("kms:CreateGrant", account))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="The key policy lets the clinic do more"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    actions = "kms:*"
    policy["Statement"].append(statement(actions, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="The archivist's IAM policy allows more"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    policy["Statement"].append(statement(actions, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": "kms:*", "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% wrong="send-snapshot" says="Somebody else copied the snapshot"
def hand_over(snapshot_id, key_arn, partner):
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": partner.number}
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    policy["Statement"].append(statement(actions, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    share = {"Add": [{"UserId": partner.number}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=share)
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="hale",
        PolicyDocument=document({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": key_arn}),
    )
    there = partner.admin.client("ec2", region_name="eu-west-1")
    return there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot_id, Encrypted=True, KmsKeyId=partner.key_arn
    )["SnapshotId"]


# %% right="predict-busy"
def busy_second(left, uploads, bucket_key):
    needed = min(1, uploads) if bucket_key else uploads
    answered = min(left, needed)
    if bucket_key:
        return answered, 0 if answered == needed else uploads
    return answered, needed - answered


# %% wrong="predict-busy" says="25 uploads, 10 requests left, with a Bucket Key: requests that KMS answers"
def busy_second(left, uploads, bucket_key):
    return min(left, uploads), max(0, uploads - left)


# %% wrong="predict-busy" says="3 uploads, 0 requests left, with a Bucket Key"
def busy_second(left, uploads, bucket_key):
    if bucket_key:
        return 1, 0
    return min(left, uploads), max(0, uploads - left)


# %% wrong="predict-busy" says="4 uploads, 10 requests left, without a Bucket Key"
def busy_second(left, uploads, bucket_key):
    if bucket_key:
        return (1, 0) if left else (0, uploads)
    return left, uploads - left


# %% wrong="predict-busy" says="Predict by thinking"
def busy_second(left, uploads, bucket_key):
    bucket = vault(bucket_key, "try")
    with others_use(100_000 - left), lab.watching() as made:
        refused = upload(bucket, uploads)
    return len(made.of("GenerateDataKey")), refused


# %% right="log-group"
def encrypted_group(group, key_arn):
    parts = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    names = ("Encrypt*", "Decrypt*", "ReEncrypt*", "GenerateDataKey*", "Describe*")
    parts["Statement"] += [
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": [f"logs.{kms.meta.region_name}.amazonaws.com"]},
            "Action": [f"kms:{name}" for name in names],
            "Resource": "*",
            "Condition": {
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{HALE}:log-group:{group}"}
            },
        }
    ]
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(parts))
    logs.create_log_group(logGroupName=group)
    logs.associate_kms_key(logGroupName=group, kmsKeyId=key_arn)


# %% wrong="log-group" says="will not allow you to update the key policy"
def encrypted_group(group, key_arn):
    actions = [f"kms:{name}*" for name in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")]
    group_arn = f"arn:aws:logs:us-east-1:{HALE}:log-group:{group}"
    for_logs = statement(
        actions,
        {"Service": "logs.us-east-1.amazonaws.com"},
        condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group_arn}},
    )
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=document(for_logs))
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn)


# %% wrong="log-group" says="is not allowed to be used with Arn"
def encrypted_group(group, key_arn):
    actions = [f"kms:{name}*" for name in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    policy["Statement"].append(statement(actions, {"Service": "logs.amazonaws.com"}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn)


# %% wrong="log-group" says="The condition must name this group"
def encrypted_group(group, key_arn):
    actions = [f"kms:{name}*" for name in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    policy["Statement"].append(statement(actions, {"Service": "logs.us-east-1.amazonaws.com"}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn)


# %% wrong="log-group" says="The policy lost statements that it had"
def encrypted_group(group, key_arn):
    actions = [f"kms:{name}*" for name in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")]
    group_arn = f"arn:aws:logs:us-east-1:{HALE}:log-group:{group}"
    for_logs = statement(
        actions,
        {"Service": "logs.us-east-1.amazonaws.com"},
        condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group_arn}},
    )
    policy = document(statement("kms:*", HALE_ACCOUNT), for_logs)
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=policy)
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn)


# %% wrong="log-group" says="could also delete the key"
def encrypted_group(group, key_arn):
    group_arn = f"arn:aws:logs:us-east-1:{HALE}:log-group:{group}"
    for_logs = statement(
        "kms:*",
        {"Service": "logs.us-east-1.amazonaws.com"},
        condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group_arn}},
    )
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    policy["Statement"].append(for_logs)
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn)
