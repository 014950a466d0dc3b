# %% [markdown]
# Answers to 12-capstone/02-shop-in-production: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="template"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="UpdateReplacePolicy"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="DeletionPolicy"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="Six times as long"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 30,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="Print may also read the whole table"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [{"DynamoDBCrudPolicy": {"TableName": table}}],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="right to update items"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="The log of Place"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Ref": "Jobs"}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="send to other queues"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% wrong="template" says="may also delete orders"
def shop_template(place, printer):
    def function(code, variables, policies, event):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 15,
                "InlineCode": code,
                "Environment": {"Variables": variables},
                "Policies": policies,
                "Events": {"Event": event},
            },
        }

    table = {"Ref": "Orders"}
    put = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:*Item"],
                "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
            }
        ],
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 90,
                    "RedrivePolicy": {
                        "maxReceiveCount": 3,
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    },
                },
            },
            "Place": function(
                place,
                {"TABLE": table, "QUEUE": {"Ref": "Jobs"}},
                [put, {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Jobs", "QueueName"]}}}],
                {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "POST"}},
            ),
            "Print": function(
                printer,
                {"TABLE": table},
                [put],
                {
                    "Type": "SQS",
                    "Properties": {
                        "Queue": {"Fn::GetAtt": ["Jobs", "Arn"]},
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    },
                },
            ),
        },
        "Outputs": {
            "Url": {
                "Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"}
            }
        },
    }


# %% right="road"
def build_spec():
    return {
        "version": 0.2,
        "phases": {"build": {"commands": ["set -e", "python3 -m unittest discover && python3 make.py"]}},
        "artifacts": {"files": ["template.json"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Out",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Out::template.json",
                    RoleArn=role_arn,
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
                )
            ],
        },
    ]


# %% wrong="road" says="A push whose test fails was deployed"
def build_spec():
    return {
        "version": 0.2,
        "phases": {"build": {"commands": ["python3 make.py"]}},
        "artifacts": {"files": ["template.json"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Out",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Out::template.json",
                    RoleArn=role_arn,
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
                )
            ],
        },
    ]


# %% wrong="road" says="nothing else"
def build_spec():
    return {
        "version": 0.2,
        "phases": {"build": {"commands": ["set -e", "python3 -m unittest discover && python3 make.py"]}},
        "artifacts": {"files": ["**/*"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Out",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Out::template.json",
                    RoleArn=role_arn,
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
                )
            ],
        },
    ]


# %% wrong="road" says="After the first push"
def build_spec():
    return {
        "version": 0.2,
        "phases": {"build": {"commands": ["set -e", "python3 -m unittest discover && python3 make.py"]}},
        "artifacts": {"files": ["template.json"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Repo",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Repo::template.json",
                    RoleArn=role_arn,
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
                )
            ],
        },
    ]


# %% wrong="road" says="After the first push"
def build_spec():
    return {
        "version": 0.2,
        "phases": {"build": {"commands": ["set -e", "python3 -m unittest discover && python3 make.py"]}},
        "artifacts": {"files": ["template.json"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Out",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Out::template.json",
                    RoleArn=role_arn,
                )
            ],
        },
    ]


# %% wrong="road" says="make.py ran all the same"
def build_spec():
    return {
        "version": 0.2,
        "phases": {
            "build": {"commands": ["python3 -m unittest"]},
            "post_build": {"commands": ["python3 make.py"]},
        },
        "artifacts": {"files": ["template.json"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Out",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Out::template.json",
                    RoleArn=role_arn,
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
                )
            ],
        },
    ]


# %% wrong="road" says="RoleArn"
def build_spec():
    return {
        "version": 0.2,
        "phases": {"build": {"commands": ["set -e", "python3 -m unittest discover && python3 make.py"]}},
        "artifacts": {"files": ["template.json"]},
    }


def road(repository, project, stack, role_arn):
    return [
        {
            "name": "Source",
            "actions": [
                action("Get", "Source", "CodeCommit", "", "Repo", RepositoryName=repository, BranchName="main")
            ],
        },
        {"name": "Test", "actions": [action("Build", "Build", "CodeBuild", "Repo", "Out", ProjectName=project)]},
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Deploy",
                    "Deploy",
                    "CloudFormation",
                    "Out",
                    ActionMode="CREATE_UPDATE",
                    StackName=stack,
                    TemplatePath="Out::template.json",
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
                )
            ],
        },
    ]


# %% right="canary"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "live"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="A version with errors"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes"}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "live"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="A version with errors"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "prod"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="Work on a copy"
def guarded(template):
    new = template
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "live"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="it should be 10 %"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "AllAtOnce", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "live"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="INSUFFICIENT_DATA"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "live"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="one minute should be enough"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "Resource", "Value": {"Fn::Join": [":", [{"Ref": "Price"}, "live"]]}},
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% wrong="canary" says="go past the alias"
def guarded(template):
    new = json.loads(json.dumps(template))
    price = new["Resources"]["Price"]["Properties"]
    price["AutoPublishAlias"] = "live"
    price["DeploymentPreference"] = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": "Alarm"}]}
    new["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [
                {"Name": "FunctionName", "Value": {"Ref": "Price"}},
            ],
        },
    }
    return new


# %% right="culprit"
def culprit(group):
    rows = ask("stats pct(ms, 95) as slow by version", group)
    version = max(rows, key=lambda row: float(row["slow"]))["version"]
    rows = ask(f"fields ms, trace | filter version = {version} | sort ms desc | limit 5", group)
    sums = {name: 0.0 for name in STEPS}
    for row in rows:
        (trace,) = xray.batch_get_traces(TraceIds=[row["trace"]])["Traces"]
        for part in json.loads(trace["Segments"][0]["Document"])["subsegments"]:
            sums[part["name"]] += part["end_time"] - part["start_time"]
    return int(version), sorted(sums, key=sums.get)[-1]


# %% wrong="culprit" says="look at the 95th percentile"
def culprit(group):
    rows = ask("stats max(ms) as slow by version", group)
    version = max(rows, key=lambda row: float(row["slow"]))["version"]
    rows = ask(f"fields ms, trace | filter version = {version} | sort ms desc | limit 5", group)
    sums = {name: 0.0 for name in STEPS}
    for row in rows:
        (trace,) = xray.batch_get_traces(TraceIds=[row["trace"]])["Traces"]
        for part in json.loads(trace["Segments"][0]["Document"])["subsegments"]:
            sums[part["name"]] += part["end_time"] - part["start_time"]
    return int(version), sorted(sums, key=sums.get)[-1]


# %% wrong="culprit" says="but the step is not"
def culprit(group):
    rows = ask("stats pct(ms, 95) as slow by version", group)
    version = max(rows, key=lambda row: float(row["slow"]))["version"]
    rows = ask(f"fields ms, trace | filter version = {version} | sort ms asc | limit 5", group)
    sums = {name: 0.0 for name in STEPS}
    for row in rows:
        (trace,) = xray.batch_get_traces(TraceIds=[row["trace"]])["Traces"]
        for part in json.loads(trace["Segments"][0]["Document"])["subsegments"]:
            sums[part["name"]] += part["end_time"] - part["start_time"]
    return int(version), sorted(sums, key=sums.get)[-1]


# %% wrong="culprit" says="as a number it should be"
def culprit(group):
    rows = ask("stats pct(ms, 95) as slow by version", group)
    version = max(rows, key=lambda row: float(row["slow"]))["version"]
    rows = ask(f"fields ms, trace | filter version = {version} | sort ms desc | limit 5", group)
    sums = {name: 0.0 for name in STEPS}
    for row in rows:
        (trace,) = xray.batch_get_traces(TraceIds=[row["trace"]])["Traces"]
        for part in json.loads(trace["Segments"][0]["Document"])["subsegments"]:
            sums[part["name"]] += part["end_time"] - part["start_time"]
    return version, sorted(sums, key=sums.get)[-1]


# %% wrong="culprit" says="The whole log was read"
def culprit(group):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [json.loads(one["message"]) for page in pages for one in page["events"]]
    by = {}
    for line in lines:
        by.setdefault(line["version"], []).append(line["ms"])
    worst = max(by, key=lambda version: sorted(by[version])[int(0.95 * len(by[version]))])
    return worst, "bank"


# %% wrong="culprit" says="but the step is not"
def culprit(group):
    rows = ask("stats pct(ms, 95) as slow by version", group)
    version = max(rows, key=lambda row: float(row["slow"]))["version"]
    rows = ask(f"fields ms, trace | filter version = {version} | sort ms desc | limit 1", group)
    sums = {name: 0.0 for name in STEPS}
    for row in rows:
        (trace,) = xray.batch_get_traces(TraceIds=[row["trace"]])["Traces"]
        for part in json.loads(trace["Segments"][0]["Document"])["subsegments"]:
            sums[part["name"]] += part["end_time"] - part["start_time"]
    return int(version), sorted(sums, key=sums.get)[-1]


# %% wrong="culprit" says="look at the 95th percentile"
def culprit(group):
    rows = ask("stats pct(ms, 50) as slow by version", group)
    version = max(rows, key=lambda row: float(row["slow"]))["version"]
    rows = ask(f"fields ms, trace | filter version = {version} | sort ms desc | limit 5", group)
    sums = {name: 0.0 for name in STEPS}
    for row in rows:
        (trace,) = xray.batch_get_traces(TraceIds=[row["trace"]])["Traces"]
        for part in json.loads(trace["Segments"][0]["Document"])["subsegments"]:
            sums[part["name"]] += part["end_time"] - part["start_time"]
    return int(version), sorted(sums, key=sums.get)[-1]


# %% right="pay-key"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or secret not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known[secret] = json.loads(text)["key"]
        try:
            return bank.take(known[secret], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [kms_key],
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% wrong="pay-key" says="decrypt anything else"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or secret not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known[secret] = json.loads(text)["key"]
        try:
            return bank.take(known[secret], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [kms_key],
            },
        ],
    }


# %% wrong="pay-key" says="After another secret was read"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or "key" not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known["key"] = json.loads(text)["key"]
        try:
            return bank.take(known["key"], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [kms_key],
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% wrong="pay-key" says="1 is enough"
def pay(secret, bank, order):
    key = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["key"]
    return bank.take(key, order)


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [kms_key],
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% wrong="pay-key" says="When is the secret read again?"
known = {}


def pay(secret, bank, order):
    if secret not in known:
        known[secret] = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["key"]
    return bank.take(known[secret], order)


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [kms_key],
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% wrong="pay-key" says="and Decrypt on the key"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or secret not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known[secret] = json.loads(text)["key"]
        try:
            return bank.take(known[secret], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    read = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
    return {"Version": "2012-10-17", "Statement": [read]}


# %% wrong="pay-key" says="encrypt with the key; delete the key"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or secret not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known[secret] = json.loads(text)["key"]
        try:
            return bank.take(known[secret], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:*"],
                "Resource": [kms_key],
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% wrong="pay-key" says="decrypt with other keys"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or secret not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known[secret] = json.loads(text)["key"]
        try:
            return bank.take(known[secret], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": "*",
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% wrong="pay-key" says="delete the secret"
known = {}


def pay(secret, bank, order):
    for attempt in (1, 2):
        if attempt == 2 or secret not in known:
            text = secrets.get_secret_value(SecretId=secret)["SecretString"]
            known[secret] = json.loads(text)["key"]
        try:
            return bank.take(known[secret], order)
        except PermissionError:
            if attempt == 2:
                raise


def pay_rights(secret, kms_key):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["secretsmanager:*"], "Resource": [secret]},
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": [kms_key],
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ],
    }


# %% right="load"
import math


def first_to_break(ms, sizes, reserved, units):
    each = sum(math.ceil(size / 1024) for size in sizes) * 2
    rates = {"function": int(reserved / (ms / 1000) + 1e-9), "table": int(units / each)}
    return min(rates.items(), key=lambda pair: (pair[1], pair[0]))


# %% wrong="load" says="100 ms, items of"
import math


def first_to_break(ms, sizes, reserved, units):
    each = sum(math.ceil(size / 1024) for size in sizes)
    rates = {"function": int(reserved / (ms / 1000) + 1e-9), "table": int(units / each)}
    return min(rates.items(), key=lambda pair: (pair[1], pair[0]))


# %% wrong="load" says="100 ms, items of"
import math


def first_to_break(ms, sizes, reserved, units):
    each = math.ceil(sum(sizes) / 1024) * 2
    rates = {"function": int(reserved / (ms / 1000) + 1e-9), "table": int(units / each)}
    return min(rates.items(), key=lambda pair: (pair[1], pair[0]))


# %% wrong="load" says="250 ms"
import math


def first_to_break(ms, sizes, reserved, units):
    each = sum(math.ceil(size / 1000) for size in sizes) * 2
    rates = {"function": int(reserved / (ms / 1000) + 1e-9), "table": int(units / each)}
    return min(rates.items(), key=lambda pair: (pair[1], pair[0]))


# %% wrong="load" says="200 ms"
import math


def first_to_break(ms, sizes, reserved, units):
    each = sum(math.ceil(size / 1024) for size in sizes) * 2
    rates = {"function": int(reserved / (ms / 1000) + 1e-9), "table": int(units / each)}
    return max(rates.items(), key=lambda pair: pair[1])


# %% right="bill"
def monthly_bill(orders):
    def usd(line):
        _, service, price, per_order, fixed, free = line
        return facts.cost(service, price, per_order * orders + fixed, free=free).usd

    return {line[0]: usd(line) for line in USAGE}


# %% wrong="bill" says="Alarms, at 0 orders"
def monthly_bill(orders):
    def usd(line):
        _, service, price, per_order, fixed, _free = line
        return facts.cost(service, price, per_order * orders + fixed).usd

    return {line[0]: usd(line) for line in USAGE}


# %% wrong="bill" says="The whole bill at 1,000 orders"
def monthly_bill(orders):
    bill = {}
    for name, service, price, per_order, fixed, free in USAGE:
        amount = max(0, per_order * orders + fixed - free)
        bill[name] = amount * facts.price(service, price)
    return bill


# %% wrong="bill" says="Alarms, at 0 orders"
def monthly_bill(orders):
    bill = {}
    for name, service, price, per_order, fixed, free in USAGE:
        bill[name] = facts.cost(service, price, max(0, per_order * orders - free) + fixed).usd
    return bill


# %% right="incident"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(sorted(n for n in numbers if n < now)[-1])
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    return good


# %% wrong="incident" says="the one before the faulty one is 55"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(now - 8)
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    return good


# %% wrong="incident" says="before the alias did"
def recover(name, queue, dead):
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(sorted(n for n in numbers if n < now)[-1])
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return good


# %% wrong="incident" says="still in the dead-letter queue"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(sorted(n for n in numbers if n < now)[-1])
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    return good


# %% wrong="incident" says="in the end; it holds"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(sorted(n for n in numbers if n < now)[-1])
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    while got := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for one in got:
            sqs.send_message(QueueUrl=queue, MessageBody=one["Body"])
    return good


# %% wrong="incident" says="kept its weights"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(sorted(n for n in numbers if n < now)[-1])
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=good)
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    return good


# %% wrong="incident" says="Function not found"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = str(now - 1)
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    return good


# %% wrong="incident" says="the one before the faulty one is 55"
def recover(name, queue, dead):
    now = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = max(str(n) for n in numbers if n != now)
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    return good


# %% wrong="incident" says="the one before the faulty one is 55"
def recover(name, queue, dead):
    numbers, marker = [], {}
    while True:
        page = functions.list_versions_by_function(FunctionName=name, **marker)
        numbers += [int(one["Version"]) for one in page["Versions"] if one["Version"] != "$LATEST"]
        if "NextMarker" not in page:
            break
        marker = {"Marker": page["NextMarker"]}
    good = next(iter(functions.get_alias(FunctionName=name, Name="live")["RoutingConfig"]["AdditionalVersionWeights"]))
    functions.update_alias(
        FunctionName=name, Name="live", FunctionVersion=good, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    resource = boto3.resource("sqs")
    source = resource.Queue(dead).attributes["QueueArn"]
    sqs.start_message_move_task(SourceArn=source, DestinationArn=resource.Queue(queue).attributes["QueueArn"])
    return good
