# %% [markdown]
# Answers to 09-cicd/03-cdk: for each exercise other right answers and typical wrong ones. For every exercise one of the
# right answers does without CDK: the lesson can be solved where the extra is not installed.


# %% right="reaches-production"
def released(pushes, gate):
    def live(push):
        done = push["pushed"] + push["minutes"] / 60
        return max(done, push["approved"]) if gate else done

    going = [p for p in pushes if p["passed"] and (not gate or p["approved"] is not None)]
    return {push["commit"]: live(push) - push["pushed"] for push in going}


# %% wrong="reaches-production" says="The commits in production, with a gate"
def released(pushes, gate):
    found = {}
    for push in pushes:
        done = push["pushed"] + push["minutes"] / 60
        if gate and push["approved"] is not None:
            found[push["commit"]] = max(done, push["approved"]) - push["pushed"]
        elif not gate and push["passed"]:
            found[push["commit"]] = done - push["pushed"]
    return found


# %% wrong="reaches-production" says="The lead time of rack, with a gate"
def released(pushes, gate):
    found = {}
    for push in pushes:
        if push["passed"] and not (gate and push["approved"] is None):
            live = push["approved"] if gate else push["pushed"] + push["minutes"] / 60
            found[push["commit"]] = live - push["pushed"]
    return found


# %% wrong="reaches-production" says="The commits in production, with a gate"
def released(pushes, gate):
    found = {}
    for push in pushes:
        if push["passed"] and (push["approved"] or not gate):
            live = push["pushed"] + push["minutes"] / 60
            found[push["commit"]] = (max(live, push["approved"]) if gate else live) - push["pushed"]
    return found


# %% right="count-resources"
predicted = {stack.name: len(stack.resources) for stack in measured}

# %% wrong="count-resources" says="A function cannot run without a role"
predicted = {
    "table": 1,
    "function": 1,
    "function-reads-table": 3,
    "tls-bucket": 1,
    "queue-with-dead-letters": 2,
}

# %% wrong="count-resources" says="a grant is a policy"
predicted = {
    "table": 1,
    "function": 2,
    "function-reads-table": 3,
    "tls-bucket": 2,
    "queue-with-dead-letters": 2,
}


# %% right="to-bootstrap"
def to_bootstrap(regions, needed):
    def version(region):
        ssm = boto3.client("ssm", region_name=region)
        found = ssm.get_parameters(Names=["/cdk-bootstrap/hnb659fds/version"])["Parameters"]
        return int(found[0]["Value"]) if found else 0

    return [region for region in regions if version(region) < needed]


# %% wrong="to-bootstrap" says="ap-south-1 has never been bootstrapped"
def to_bootstrap(regions, needed):
    lacking = []
    for region in regions:
        ssm = boto3.client("ssm", region_name=region)
        found = ssm.get_parameters(Names=["/cdk-bootstrap/hnb659fds/version"])["Parameters"]
        if not found or found[0]["Value"] < str(needed):
            lacking.append(region)
    return lacking


# %% wrong="to-bootstrap" says="eu-west-1 has version 9, and 21 is needed"
def to_bootstrap(regions, needed):
    lacking = []
    for region in regions:
        try:
            boto3.client("ssm", region_name=region).get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
        except ClientError:
            lacking.append(region)
    return lacking


# %% wrong="to-bootstrap" says="ap-south-1 has never been bootstrapped"
def to_bootstrap(regions, needed):
    ssm = boto3.client("ssm")
    found = ssm.get_parameters(Names=["/cdk-bootstrap/hnb659fds/version"])["Parameters"]
    return [region for region in regions if not found or int(found[0]["Value"]) < needed]


# %% wrong="to-bootstrap" says="name them in the order given"
def to_bootstrap(regions, needed):
    lacking = set()
    for region in regions:
        ssm = boto3.client("ssm", region_name=region)
        found = ssm.get_parameters(Names=["/cdk-bootstrap/hnb659fds/version"])["Parameters"]
        if not found or int(found[0]["Value"]) < needed:
            lacking.add(region)
    return sorted(lacking)


# %% right="booking-queue"
def booking_queue(app):
    return {
        "Resources": {
            "Failed": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"MessageRetentionPeriod": 1209600, "SqsManagedSseEnabled": True},
            },
            "Waiting": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 120,
                    "SqsManagedSseEnabled": True,
                    "RedrivePolicy": {
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]},
                        "maxReceiveCount": 3,
                    },
                },
            },
        }
    }


# %% right="booking-queue"
def booking_queue(app):
    class Parking(Construct):
        def __init__(self, scope, name):
            super().__init__(scope, name)
            self.failed = sqs.CfnQueue(self, "Failed", message_retention_period=14 * 86400)
            policy = {"deadLetterTargetArn": self.failed.attr_arn, "maxReceiveCount": 3}
            sqs.CfnQueue(self, "Waiting", visibility_timeout=120, redrive_policy=policy)

    stack = cdk.Stack(app, "Tern")
    Parking(stack, "Bookings")
    return stack


# %% wrong="booking-queue" says="The stack made 1 queues"
def booking_queue(app):
    stack = cdk.Stack(app, "Queues")
    sqs.Queue(stack, "Waiting", visibility_timeout=cdk.Duration.seconds(120))
    return stack


# %% wrong="booking-queue" says="keeps messages for 4 days"
def booking_queue(app):
    stack = cdk.Stack(app, "Queues")
    failed = sqs.Queue(stack, "Failed")
    dead = sqs.DeadLetterQueue(queue=failed, max_receive_count=3)
    timeout = cdk.Duration.seconds(120)
    sqs.Queue(stack, "Waiting", visibility_timeout=timeout, dead_letter_queue=dead)
    return stack


# %% wrong="booking-queue" says="should name the other"
def booking_queue(app):
    stack = cdk.Stack(app, "Queues")
    sqs.Queue(stack, "Failed", retention_period=cdk.Duration.days(14))
    sqs.Queue(stack, "Waiting", visibility_timeout=cdk.Duration.seconds(120))
    return stack


# %% wrong="booking-queue" says="encrypted with SQS's own keys"
def booking_queue(app):
    stack = cdk.Stack(app, "Queues")
    kms = sqs.QueueEncryption.KMS_MANAGED
    failed = sqs.Queue(stack, "Failed", encryption=kms, retention_period=cdk.Duration.days(14))
    dead = sqs.DeadLetterQueue(queue=failed, max_receive_count=3)
    timeout = cdk.Duration.seconds(120)
    sqs.Queue(stack, "Waiting", encryption=kms, visibility_timeout=timeout, dead_letter_queue=dead)
    return stack


# %% wrong="booking-queue" says="give it no fixed name"
def booking_queue(app):
    stack = cdk.Stack(app, "Queues")
    failed = sqs.Queue(stack, "Failed", queue_name="failed", retention_period=cdk.Duration.days(14))
    dead = sqs.DeadLetterQueue(queue=failed, max_receive_count=3)
    timeout = cdk.Duration.seconds(120)
    sqs.Queue(stack, "Waiting", queue_name="waiting", visibility_timeout=timeout, dead_letter_queue=dead)
    return stack


# %% right="least-rights"
def bike_finder(app):
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    read = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query"],
        "Resource": {"Fn::GetAtt": ["Bikes", "Arn"]},
    }
    return {
        "Resources": {
            "Bikes": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Delete",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "bike", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "bike", "KeyType": "HASH"}],
                },
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                    "Policies": [
                        {"PolicyName": "read", "PolicyDocument": {"Version": "2012-10-17", "Statement": [read]}}
                    ],
                },
            },
            "Find": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Code": {"ZipFile": FIND},
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Environment": {"Variables": {"TABLE": {"Ref": "Bikes"}}},
                },
            },
        }
    }


# %% right="least-rights"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.Table(stack, "Bikes", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY)
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant(find, "dynamodb:GetItem")
    return stack


# %% wrong="least-rights" says="can still write to its table"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(stack, "Bikes", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY)
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant_read_write_data(find)
    return stack


# %% wrong="least-rights" says="can read the table of the other copy"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(stack, "Bikes", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY)
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    find.add_to_role_policy(iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=["*"]))
    return stack


# %% wrong="least-rights" says="leave the table behind"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(stack, "Bikes", partition_key=key)
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant_read_data(find)
    return stack


# %% wrong="least-rights" says="fits into a Region only once"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(
        stack, "Bikes", table_name="bikes", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY
    )
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant_read_data(find)
    return stack


# %% right="least-rights"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(
        stack,
        "Bikes",
        table_name=f"{cdk.Aws.STACK_NAME}-bikes",
        partition_key=key,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant_read_data(find)
    return stack


# %% wrong="least-rights" says="may call dynamodb:DeleteItem"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(stack, "Bikes", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY)
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant(find, "dynamodb:GetItem", "dynamodb:DeleteItem")
    return stack


# %% wrong="least-rights" says="Deletion protection keeps the stack"
def bike_finder(app):
    stack = cdk.Stack(app, "Finder")
    key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(
        stack, "Bikes", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY, deletion_protection=True
    )
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant_read_data(find)
    return stack


# %% right="many-queues"
town_queues = {
    "Transform": ["AWS::LanguageExtensions"],
    "Parameters": {"Towns": {"Type": "CommaDelimitedList", "Default": "oslo"}},
    "Resources": {
        "Fn::ForEach::EachTown": [
            "T",
            {"Ref": "Towns"},
            {
                "Bookings&{T}": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": {"Tags": [{"Key": "town", "Value": {"Fn::Sub": "${T}"}}]},
                }
            },
        ]
    },
}

# %% wrong="many-queues" says="With oslo, bergen"
town_queues = {
    "Parameters": {"Towns": {"Type": "CommaDelimitedList"}},
    "Resources": {
        "Fn::ForEach::Queues": [
            "Town",
            {"Ref": "Towns"},
            {
                "Queue&{Town}": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": {"Tags": [{"Key": "town", "Value": {"Ref": "Town"}}]},
                }
            },
        ]
    },
}

# %% wrong="many-queues" says="aix-en-provence"
town_queues = {
    "Transform": "AWS::LanguageExtensions",
    "Parameters": {"Towns": {"Type": "CommaDelimitedList"}},
    "Resources": {
        "Fn::ForEach::Queues": [
            "Town",
            {"Ref": "Towns"},
            {
                "Queue${Town}": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": {"Tags": [{"Key": "town", "Value": {"Ref": "Town"}}]},
                }
            },
        ]
    },
}

# %% wrong="many-queues" says="No updates are to be performed"
town_queues = {
    "Parameters": {"Towns": {"Type": "CommaDelimitedList"}},
    "Resources": {
        name.title(): {
            "Type": "AWS::SQS::Queue",
            "Properties": {"Tags": [{"Key": "town", "Value": name}]},
        }
        for name in ("oslo", "bergen")
    },
}

# %% wrong="many-queues" says="make it a CommaDelimitedList"
town_queues = {
    "Transform": "AWS::LanguageExtensions",
    "Parameters": {"Towns": {"Type": "String"}},
    "Resources": {"Fn::ForEach::Queues": ["Town", {"Ref": "Towns"}, {"Queue&{Town}": {"Type": "AWS::SQS::Queue"}}]},
}


# %% right="deploy"
def deploy(name, template, capabilities):
    body = json.dumps(template)
    known = {one["StackName"] for page in stacks.get_paginator("describe_stacks").paginate() for one in page["Stacks"]}
    kind = "UPDATE" if name in known else "CREATE"
    made = stacks.create_change_set(
        StackName=name,
        ChangeSetName="go",
        ChangeSetType=kind,
        TemplateBody=body,
        Capabilities=capabilities,
    )
    plan = stacks.describe_change_set(ChangeSetName=made["Id"])
    if plan["Status"] == "FAILED":
        stacks.delete_change_set(ChangeSetName=made["Id"])
        if "didn't contain changes" in plan["StatusReason"]:
            return "no changes"
        raise RuntimeError(plan["StatusReason"])
    stacks.execute_change_set(ChangeSetName=made["Id"])
    stacks.get_waiter(f"stack_{kind.lower()}_complete").wait(StackName=name)
    return kind.lower() + "d"


# %% wrong="deploy" says="taken for one without changes"
def deploy(name, template, capabilities):
    body = json.dumps(template)
    try:
        stacks.create_stack(StackName=name, TemplateBody=body, Capabilities=capabilities)
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        return "created"
    except stacks.exceptions.AlreadyExistsException:
        pass
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return "no changes"
    try:
        stacks.update_stack(StackName=name, TemplateBody=body, Capabilities=capabilities)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return "no changes"
        raise
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return "updated"


# %% wrong="deploy" says="A role was made"
def deploy(name, template, capabilities):
    wanted = {
        "StackName": name,
        "TemplateBody": json.dumps(template),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        stacks.update_stack(**wanted)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if "No updates" in message:
            return "no changes"
        if "does not exist" not in message:
            raise
        stacks.create_stack(**wanted)
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        return "created"
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return "updated"


# %% wrong="deploy" says="Four runs with a queue"
def deploy(name, template, capabilities):
    found = [one["StackName"] for one in stacks.describe_stacks()["Stacks"]]
    if name in found:
        stacks.delete_stack(StackName=name)
        stacks.get_waiter("stack_delete_complete").wait(StackName=name)
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template), Capabilities=capabilities)
    stacks.get_waiter("stack_create_complete").wait(StackName=name)
    return "updated" if name in found else "created"


# %% wrong="deploy" says="A creation that was rolled back"
def deploy(name, template, capabilities):
    wanted = {"StackName": name, "TemplateBody": json.dumps(template), "Capabilities": capabilities}
    try:
        stacks.update_stack(**wanted)
        return "updated"
    except ClientError as error:
        if "No updates" in str(error):
            return "no changes"
        if "does not exist" not in str(error):
            raise
    stacks.create_stack(**wanted)
    return "created"


# %% wrong="deploy" says="A second run after a creation that was rolled back"
def deploy(name, template, capabilities):
    wanted = {"StackName": name, "TemplateBody": json.dumps(template), "Capabilities": capabilities}
    try:
        stacks.create_stack(**wanted)
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        return "created"
    except stacks.exceptions.AlreadyExistsException:
        pass
    try:
        stacks.update_stack(**wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return "no changes"
        raise
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return "updated"


# %% wrong="deploy" says="InsufficientCapabilitiesException"
def deploy(name, template, capabilities):
    body = json.dumps(template)
    try:
        stacks.create_stack(StackName=name, TemplateBody=body)
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        return "created"
    except stacks.exceptions.AlreadyExistsException:
        pass
    try:
        stacks.update_stack(StackName=name, TemplateBody=body)
    except ClientError as error:
        if "No updates" in str(error):
            return "no changes"
        raise
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return "updated"


# %% right="code-key"
def release(stack_name, code):
    content = zip_of(code)
    key = f"{hashlib.md5(code.encode()).hexdigest()[:12]}.zip"
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=content)
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


# %% right="code-key"
def release(stack_name, code):
    client, place = boto3.client("s3"), {"Bucket": CODE_BUCKET, "Key": f"{stack_name}/code.zip"}
    client.put_bucket_versioning(Bucket=CODE_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    digest = hashlib.sha256(code.encode()).hexdigest()
    try:
        newest = client.head_object(**place)
    except ClientError:
        newest = {"Metadata": {}}
    if newest["Metadata"].get("digest") != digest:
        newest = client.put_object(**place, Body=zip_of(code), Metadata={"digest": digest})
    code_from = {"S3Bucket": place["Bucket"], "S3Key": place["Key"], "S3ObjectVersion": newest["VersionId"]}
    return roll_out(stack_name, service(code_from))


# %% wrong="code-key" says="hash() differs from process to process"
def release(stack_name, code):
    key = f"{stack_name}-{hash(code) & 0xFFFFFFFF:x}.zip"
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=zip_of(code))
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


# %% wrong="code-key" says="The same code once more"
def release(stack_name, code):
    content = zip_of(code)  # holds the time at which it was packed
    key = f"{stack_name}/{hashlib.sha256(content).hexdigest()}.zip"
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=content)
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


# %% wrong="code-key" says="What release 2 returned"
def release(stack_name, code):
    key = f"{stack_name}/code.zip"
    boto3.client("s3").delete_object(Bucket=CODE_BUCKET, Key=key)
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=zip_of(code))
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


# %% wrong="code-key" says="The same code once more"
def release(stack_name, code):
    key = f"{stack_name}/{lab.clock.now():%Y%m%d-%H%M%S}.zip"
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=zip_of(code))
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


# %% wrong="code-key" says="a rollback needs the old ones"
def release(stack_name, code):
    s3_client = boto3.client("s3")
    key = f"{stack_name}/{hashlib.sha256(code.encode()).hexdigest()}.zip"
    s3_client.put_object(Bucket=CODE_BUCKET, Key=key, Body=zip_of(code))
    outcome = roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))
    for one in s3_client.list_objects_v2(Bucket=CODE_BUCKET, Prefix=f"{stack_name}/")["Contents"]:
        if one["Key"] != key:
            s3_client.delete_object(Bucket=CODE_BUCKET, Key=one["Key"])
    return outcome


# %% right="stack-test"
def stack_test(template):
    tested = assertions.Template.from_json(template)
    waiting = tested.find_resources("AWS::SQS::Queue")
    assert waiting
    encrypted = tested.find_resources("AWS::SQS::Queue", {"Properties": {"SqsManagedSseEnabled": True}})
    keyed = tested.find_resources("AWS::SQS::Queue", {"Properties": {"KmsMasterKeyId": assertions.Match.any_value()}})
    assert set(waiting) == set(encrypted) | set(keyed)
    for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        tested.resource_properties_count_is(kind, {}, len(tested.find_resources(kind, {"DeletionPolicy": "Retain"})))
    for policy in tested.find_resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            if statement["Effect"] == "Allow" and (actions == "*" or (isinstance(actions, list) and "*" in actions)):
                raise AssertionError("too much")


# %% right="stack-test"
def stack_test(template):
    def of(*kinds):
        return [one for one in template["Resources"].values() if one["Type"] in kinds]

    waiting = [queue.get("Properties", {}) for queue in of("AWS::SQS::Queue")]
    if not waiting or not all(one.get("SqsManagedSseEnabled") is True or "KmsMasterKeyId" in one for one in waiting):
        raise ValueError("no queue, or one that is not encrypted")
    if {one.get("DeletionPolicy") for one in of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")} - {"Retain"}:
        raise ValueError("a table would be deleted")
    for policy in of("AWS::IAM::Policy"):
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement.get("Action", [])
            if statement["Effect"] == "Allow" and "*" in ([actions] if isinstance(actions, str) else actions):
                raise ValueError("everything is allowed")


# %% wrong="stack-test" says="a table without a deletion policy"
def stack_test(template):
    resources = template["Resources"].values()
    found = [one.get("Properties", {}) for one in resources if one["Type"] == "AWS::SQS::Queue"]
    assert found
    assert all(one.get("SqsManagedSseEnabled") or one.get("KmsMasterKeyId") for one in found)
    for one in resources:
        if one["Type"].startswith("AWS::DynamoDB::"):
            assert one.get("DeletionPolicy") != "Delete"
        if one["Type"] == "AWS::IAM::Policy":
            for statement in one["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                assert statement["Effect"] == "Deny" or "*" not in ([actions] if isinstance(actions, str) else actions)


# %% wrong="stack-test" says="The good template keeps all the rules, but your test fails on it"
def stack_test(template):
    resources = template["Resources"].values()
    found = [one.get("Properties", {}) for one in resources if one["Type"] == "AWS::SQS::Queue"]
    assert found
    assert all(one.get("SqsManagedSseEnabled") or one.get("KmsMasterKeyId") for one in found)
    for one in resources:
        if one["Type"].startswith("AWS::DynamoDB::"):
            assert one.get("DeletionPolicy") == "Retain"
        if one["Type"] == "AWS::IAM::Policy":
            for statement in one["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                actions = [actions] if isinstance(actions, str) else actions
                assert statement["Effect"] == "Deny" or not any("*" in action for action in actions)


# %% wrong="stack-test" says="The good template keeps all the rules, but your test fails on it"
def stack_test(template):
    tested = assertions.Template.from_json(template)
    tested.all_resources("AWS::DynamoDB::Table", {"DeletionPolicy": "Retain"})
    tested.all_resources("AWS::DynamoDB::GlobalTable", {"DeletionPolicy": "Retain"})


# %% wrong="stack-test" says="a list of actions"
def stack_test(template):
    resources = template["Resources"].values()
    found = [one.get("Properties", {}) for one in resources if one["Type"] == "AWS::SQS::Queue"]
    assert found
    assert all(one.get("SqsManagedSseEnabled") or one.get("KmsMasterKeyId") for one in found)
    for one in resources:
        if one["Type"].startswith("AWS::DynamoDB::"):
            assert one.get("DeletionPolicy") == "Retain"
        if one["Type"] == "AWS::IAM::Policy":
            for statement in one["Properties"]["PolicyDocument"]["Statement"]:
                assert not (statement["Effect"] == "Allow" and statement["Action"] == "*")


# %% wrong="stack-test" says="a stack without any queue"
def stack_test(template):
    for one in template["Resources"].values():
        properties = one.get("Properties", {})
        if one["Type"] == "AWS::SQS::Queue":
            assert properties.get("SqsManagedSseEnabled") or properties.get("KmsMasterKeyId")
        if one["Type"] in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
            assert one.get("DeletionPolicy") == "Retain"
        if one["Type"] == "AWS::IAM::Policy":
            for statement in properties["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                assert statement["Effect"] == "Deny" or "*" not in ([actions] if isinstance(actions, str) else actions)


# %% wrong="stack-test" says="keeps all the rules, but your test fails on it"
def stack_test(template):
    for one in template["Resources"].values():
        if one["Type"] == "AWS::SQS::Queue":
            assert one["Properties"]["SqsManagedSseEnabled"] is True
        if one["Type"] == "AWS::DynamoDB::Table":
            assert one["DeletionPolicy"] == "Retain"


# %% right="night"
def weekly_saving(hourly, week, kept):
    off = 7 * 24
    for start, end in week.values():
        off -= end - start
    return off * hourly - off * kept


# %% wrong="night" says="nothing kept"
def weekly_saving(hourly, week, kept):
    on = sum(end - start for start, end in week.values())
    return on * (hourly - kept)


# %% wrong="night" says="0.50 of 2.00"
def weekly_saving(hourly, week, kept):
    on = sum(end - start for start, end in week.values())
    return (168 - on) * hourly


# %% wrong="night" says="nine hours on Monday and four on Saturday"
def weekly_saving(hourly, week, kept):
    return (168 - 9 * len(week)) * (hourly - kept)


# %% wrong="night" says="nine hours on Monday and four on Saturday"
def weekly_saving(hourly, week, kept):
    on = sum(end - start for start, end in week.values())
    return hourly * (168 - on) - kept * 168


# %% wrong="night" says="Weekdays only"
def weekly_saving(hourly, week, kept):
    on = sum(end - start for start, end in week.values())
    return (24 * len(week) - on) * (hourly - kept)
