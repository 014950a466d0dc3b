# %% [markdown]
# Answers to 09-cicd/01-cloudformation: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="roll-out"
def roll_out(name, body, regions):
    result = {}
    for region in regions:
        client = boto3.client("cloudformation", region_name=region)
        known = [one["StackName"] for one in client.describe_stacks()["Stacks"]]
        if name in known:
            client.update_stack(StackName=name, TemplateBody=body)
            waiter = client.get_waiter("stack_update_complete")
        else:
            client.create_stack(StackName=name, TemplateBody=body, OnFailure="DELETE")
            waiter = client.get_waiter("stack_create_complete")
        waiter.wait(StackName=name)
        resources = boto3.resource("cloudformation", region_name=region).Stack(name).resource_summaries.all()
        result[region] = {one.logical_resource_id: one.physical_resource_id for one in resources}
    return result


# %% wrong="roll-out" says="A client works in one Region"
def roll_out(name, body, regions):
    found = {}
    for region in regions:
        try:
            stacks.create_stack(StackName=name, TemplateBody=body)
        except stacks.exceptions.AlreadyExistsException:
            pass
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        rows = stacks.list_stack_resources(StackName=name)["StackResourceSummaries"]
        found[region] = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    return found


# %% wrong="roll-out" says="deleted and made anew"
def roll_out(name, body, regions):
    found = {}
    for region in regions:
        client = boto3.client("cloudformation", region_name=region)
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name)
        client.create_stack(StackName=name, TemplateBody=body)
        client.get_waiter("stack_create_complete").wait(StackName=name)
        rows = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        found[region] = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    return found


# %% wrong="roll-out" says="create_stack returns before anything is there"
def roll_out(name, body, regions):
    found = {}
    for region in regions:
        client = boto3.client("cloudformation", region_name=region)
        try:
            client.create_stack(StackName=name, TemplateBody=body)
        except client.exceptions.AlreadyExistsException:
            client.update_stack(StackName=name, TemplateBody=body)
        rows = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        found[region] = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    return found


# %% wrong="roll-out" says="VisibilityTimeout in us-east-1 after the second version"
def roll_out(name, body, regions):
    found = {}
    for region in regions:
        client = boto3.client("cloudformation", region_name=region)
        try:
            client.create_stack(StackName=name, TemplateBody=body)
        except client.exceptions.AlreadyExistsException:
            pass  # it is there already
        client.get_waiter("stack_create_complete").wait(StackName=name)
        rows = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        found[region] = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    return found


# %% right="guard-inputs"
def inputs():
    return {
        "Webhook": {"Type": "String", "AllowedPattern": ".{20,}", "NoEcho": "true", "Description": "where to call"},
        "Town": {
            "Type": "String",
            "MinLength": 3,
            "MaxLength": "12",
            "AllowedPattern": "^[a-z]*$",
            "ConstraintDescription": "have 3 to 12 characters, all of them small letters.",
        },
        "KeepDays": {"Type": "Number", "AllowedValues": list(range(1, 15)), "Default": "4"},
        "Stage": {"Type": "String", "AllowedPattern": "dev|test|prod", "Default": "dev"},
    }


# %% wrong="guard-inputs" says="What describe_stacks shows of Webhook"
def inputs():
    return {
        "Stage": {"Type": "String", "AllowedValues": ["dev", "test", "prod"], "Default": "dev"},
        "KeepDays": {"Type": "Number", "MinValue": 1, "MaxValue": 14, "Default": 4},
        "Town": {"Type": "String", "AllowedPattern": "[a-z]{3,12}", "ConstraintDescription": "be small letters"},
        "Webhook": {"Type": "String", "MinLength": 20},
    }


# %% wrong="guard-inputs" says="Where are the words 'small letters'"
def inputs():
    return {
        "Stage": {"Type": "String", "AllowedValues": ["dev", "test", "prod"], "Default": "dev"},
        "KeepDays": {"Type": "Number", "MinValue": 1, "MaxValue": 14, "Default": 4},
        "Town": {"Type": "String", "AllowedPattern": "[a-z]{3,12}", "Description": "3 to 12 small letters"},
        "Webhook": {"Type": "String", "MinLength": 20, "NoEcho": True},
    }


# %% wrong="guard-inputs" says="'KeepDays': '0'} went through"
def inputs():
    return {
        "Stage": {"Type": "String", "AllowedValues": ["dev", "test", "prod"], "Default": "dev"},
        "KeepDays": {"Type": "Number", "MinLength": 1, "MaxLength": 14, "Default": 4},
        "Town": {"Type": "String", "AllowedPattern": "[a-z]{3,12}", "ConstraintDescription": "be small letters"},
        "Webhook": {"Type": "String", "MinLength": 20, "NoEcho": True},
    }


# %% wrong="guard-inputs" says="{'Webhook': 'xxxxxxxxxxxxxxxxxxx'} went through"
def inputs():
    return {
        "Webhook": {"Type": "String", "AllowedPattern": ".{15,}", "NoEcho": "true", "Description": "where to call"},
        "Town": {
            "Type": "String",
            "MinLength": 3,
            "MaxLength": "12",
            "AllowedPattern": "^[a-z]*$",
            "ConstraintDescription": "have 3 to 12 characters, all of them small letters.",
        },
        "KeepDays": {"Type": "Number", "AllowedValues": list(range(1, 15)), "Default": "4"},
        "Stage": {"Type": "String", "AllowedPattern": "dev|test|prod", "Default": "dev"},
    }


# %% wrong="guard-inputs" says="{'Town': 'oslo2'} went through"
def inputs():
    return {
        "Webhook": {"Type": "String", "AllowedPattern": ".{20,}", "NoEcho": "true", "Description": "where to call"},
        "Town": {
            "Type": "String",
            "MinLength": 3,
            "MaxLength": "12",
            "AllowedPattern": "^[a-z0-9]*$",
            "ConstraintDescription": "have 3 to 12 characters, all of them small letters.",
        },
        "KeepDays": {"Type": "Number", "AllowedValues": list(range(1, 15)), "Default": "4"},
        "Stage": {"Type": "String", "AllowedPattern": "dev|test|prod", "Default": "dev"},
    }


# %% wrong="guard-inputs" says="Webhook: give a dictionary with a 'Type'"
def inputs():
    return {
        "Webhook": {"AllowedPattern": ".{20,}", "NoEcho": "true", "Description": "where to call"},
        "Town": {
            "Type": "String",
            "MinLength": 3,
            "MaxLength": "12",
            "AllowedPattern": "^[a-z]*$",
            "ConstraintDescription": "have 3 to 12 characters, all of them small letters.",
        },
        "KeepDays": {"Type": "Number", "AllowedValues": list(range(1, 15)), "Default": "4"},
        "Stage": {"Type": "String", "AllowedPattern": "dev|test|prod", "Default": "dev"},
    }


# %% right="sort-inputs"
kind_of = {
    name: kind
    for kind, names in {
        "pseudo parameter": [
            "the number of the account, to build an ARN",
            "the Region in which the stack is made",
            "the stack's name, to make an export's name unique",
        ],
        "dynamic reference": ["the password of the database", "the API key of the SMS provider"],
        "parameter": ["whether this stack is dev or prod", "the mail address of the town's manager"],
        "mapping": [
            "the machine size: t3.micro in dev, m7i.large in prod",
            "the CIDR block of each stage, agreed upon last year",
            "the two Regions for backups, settled for each Region",
        ],
    }.items()
    for name in names
}


# %% wrong="sort-inputs" says="NoEcho masks the display"
kind_of = {
    "the number of the account, to build an ARN": "pseudo parameter",
    "the password of the database": "parameter",
    "whether this stack is dev or prod": "parameter",
    "the machine size: t3.micro in dev, m7i.large in prod": "mapping",
    "the Region in which the stack is made": "pseudo parameter",
    "the mail address of the town's manager": "parameter",
    "the CIDR block of each stage, agreed upon last year": "mapping",
    "the API key of the SMS provider": "parameter",
    "the stack's name, to make an export's name unique": "pseudo parameter",
    "the two Regions for backups, settled for each Region": "mapping",
}


# %% wrong="sort-inputs" says="cannot be mistyped by the one who deploys"
kind_of = {
    "the number of the account, to build an ARN": "pseudo parameter",
    "the password of the database": "dynamic reference",
    "whether this stack is dev or prod": "parameter",
    "the machine size: t3.micro in dev, m7i.large in prod": "parameter",
    "the Region in which the stack is made": "pseudo parameter",
    "the mail address of the town's manager": "parameter",
    "the CIDR block of each stage, agreed upon last year": "mapping",
    "the API key of the SMS provider": "dynamic reference",
    "the stack's name, to make an export's name unique": "pseudo parameter",
    "the two Regions for backups, settled for each Region": "mapping",
}


# %% right="network"
def network():
    def cut(number):
        return {"Fn::Select": [number, {"Fn::Cidr": [{"Ref": "Block"}, 6, "8"]}]}

    def subnet(number):
        return {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": {"Fn::GetAtt": ["Network", "VpcId"]},
                "CidrBlock": cut(number),
                "AvailabilityZone": {"Fn::Select": [number, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]},
            },
        }

    def named(ending):
        return {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, ending]]}

    return json.dumps(
        {
            "Parameters": {"Block": {"Type": "String", "Default": "10.20.0.0/16"}},
            "Resources": {
                "Right": subnet(1),
                "Left": subnet(0),
                "Network": {
                    "Type": "AWS::EC2::VPC",
                    "Properties": {
                        "CidrBlock": {"Ref": "Block"},
                        "Tags": [{"Key": "Name", "Value": named("network")}],
                    },
                },
            },
            "Outputs": {
                "VpcId": {"Value": {"Ref": "Network"}, "Export": {"Name": named("VpcId")}},
                "Subnets": {
                    "Value": {"Fn::Sub": "${Left},${Right}"},
                    "Export": {"Name": named("Subnets")},
                },
            },
        }
    )


# %% wrong="network" says="the zone of Left"
def network():
    return """
Parameters: {Block: {Type: String, Default: 10.20.0.0/16}}
Resources:
  Network:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: !Ref Block, Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-network"}]}
  Left:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: !Select [0, !Cidr [!Ref Block, 2, 8]]
      AvailabilityZone: !Select [1, !GetAZs ""]
  Right:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: !Select [1, !Cidr [!Ref Block, 2, 8]]
      AvailabilityZone: !Select [2, !GetAZs ""]
Outputs:
  VpcId: {Value: !Ref Network, Export: {Name: !Sub "${AWS::StackName}-VpcId"}}
  Subnets: {Value: !Sub "${Left},${Right}", Export: {Name: !Sub "${AWS::StackName}-Subnets"}}
"""


# %% wrong="network" says="In eu-west-1"
def network():
    return """
Parameters: {Block: {Type: String, Default: 10.20.0.0/16}}
Resources:
  Network:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: !Ref Block, Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-network"}]}
  Left:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Network, CidrBlock: !Select [0, !Cidr [!Ref Block, 2, 8]], AvailabilityZone: us-east-1a}
  Right:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Network, CidrBlock: !Select [1, !Cidr [!Ref Block, 2, 8]], AvailabilityZone: us-east-1b}
Outputs:
  VpcId: {Value: !Ref Network, Export: {Name: !Sub "${AWS::StackName}-VpcId"}}
  Subnets: {Value: !Sub "${Left},${Right}", Export: {Name: !Sub "${AWS::StackName}-Subnets"}}
"""


# %% wrong="network" says="the block of Left"
def network():
    return """
Parameters: {Block: {Type: String, Default: 10.20.0.0/16}}
Resources:
  Network:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: !Ref Block, Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-network"}]}
  Left:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: !Select [0, !Cidr [!Ref Block, 2, 4]]
      AvailabilityZone: !Select [0, !GetAZs ""]
  Right:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: !Select [1, !Cidr [!Ref Block, 2, 4]]
      AvailabilityZone: !Select [1, !GetAZs ""]
Outputs:
  VpcId: {Value: !Ref Network, Export: {Name: !Sub "${AWS::StackName}-VpcId"}}
  Subnets: {Value: !Sub "${Left},${Right}", Export: {Name: !Sub "${AWS::StackName}-Subnets"}}
"""


# %% wrong="network" says="the export of VpcId"
def network():
    return """
Parameters: {Block: {Type: String, Default: 10.20.0.0/16}}
Resources:
  Network:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: !Ref Block, Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-network"}]}
  Left:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: !Select [0, !Cidr [!Ref Block, 2, 8]]
      AvailabilityZone: !Select [0, !GetAZs ""]
  Right:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: !Select [1, !Cidr [!Ref Block, 2, 8]]
      AvailabilityZone: !Select [1, !GetAZs ""]
Outputs:
  VpcId: {Value: !Ref Network}
  Subnets: {Value: !Sub "${Left},${Right}"}
"""


# %% right="predict-parts"
predicted = {
    (env, bucket): (
        ["Repairs"]
        + (["Alerts"] if env == "prod" else [])
        + (["Photos"] if bucket else [])
        + (["OnlyTls"] if bucket and env == "prod" else []),
        300 if env == "prod" else 30,
    )
    for env in ("prod", "test")
    for bucket in ("photos", "")
}


# %% wrong="predict-parts" says="SQS's default holds"
predicted = {
    ("test", ""): (["Repairs"], 0),
    ("test", "photos"): (["Repairs", "Photos"], 0),
    ("prod", ""): (["Repairs", "Alerts"], 300),
    ("prod", "photos"): (["Repairs", "Alerts", "Photos", "OnlyTls"], 300),
}


# %% wrong="predict-parts" says="OnlyTls was not made"
predicted = {
    ("test", ""): (["Repairs"], 30),
    ("test", "photos"): (["Repairs", "Photos", "OnlyTls"], 30),
    ("prod", ""): (["Repairs", "Alerts"], 300),
    ("prod", "photos"): (["Repairs", "Alerts", "Photos", "OnlyTls"], 300),
}


# %% wrong="predict-parts" says="the stack also made Alerts"
predicted = {
    ("test", ""): (["Repairs"], 30),
    ("test", "photos"): (["Repairs", "Photos"], 30),
    ("prod", ""): (["Repairs"], 300),
    ("prod", "photos"): (["Repairs", "Photos", "OnlyTls"], 300),
}


# %% right="server"
def server():
    public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    script = '#!/bin/bash\necho "${Stack} in ${AWS::Region} on ${!HOSTNAME}" > /etc/motd\n'
    own = {"Stack": {"Ref": "AWS::StackName"}}
    properties = {
        "ImageId": {"Ref": "Image"},
        "InstanceType": "t3.micro",
        "SubnetId": {"Ref": "Subnet"},
        "SecurityGroupIds": {"Ref": "Groups"},
        "EbsOptimized": "true",
        "UserData": {"Fn::Base64": {"Fn::Sub": [script, own]}},
        "Tags": [{"Key": "Name", "Value": {"Fn::Join": ["", [{"Ref": "AWS::StackName"}, "-server"]]}}],
    }
    zone = {"Fn::GetAtt": ["Server", "AvailabilityZone"]}
    template = {
        "Parameters": {
            "Subnet": {"Type": "AWS::EC2::Subnet::Id"},
            "Groups": {"Type": "List<AWS::EC2::SecurityGroup::Id>"},
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": public},
        },
        "Resources": {
            "Plug": {
                "Type": "AWS::EC2::VolumeAttachment",
                "Properties": {"Device": "/dev/sdf", "InstanceId": {"Ref": "Server"}, "VolumeId": {"Ref": "Disk"}},
            },
            "Disk": {
                "Type": "AWS::EC2::Volume",
                "Properties": {"Size": 100, "VolumeType": "gp3", "AvailabilityZone": zone},
            },
            "Server": {"Type": "AWS::EC2::Instance", "Properties": properties},
        },
        "Outputs": {
            "Zone": {"Value": zone},
            "Arn": {"Value": {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}},
        },
    }
    return json.dumps(template)


# %% wrong="server" says="not in the same availability zone"
def server():
    return """
Parameters:
  Subnet: {Type: "AWS::EC2::Subnet::Id"}
  Groups: {Type: "List<AWS::EC2::SecurityGroup::Id>"}
  Image:
    Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
Resources:
  Server:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      SubnetId: !Ref Subnet
      SecurityGroupIds: !Ref Groups
      EbsOptimized: true
      Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-server"}]
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo "${AWS::StackName} in ${AWS::Region} on ${!HOSTNAME}" > /etc/motd
  Disk:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: !Select [1, !GetAZs ""], Size: 100, VolumeType: gp3}
  Plug:
    Type: AWS::EC2::VolumeAttachment
    Properties: {InstanceId: !Ref Server, VolumeId: !Ref Disk, Device: /dev/sdf}
Outputs:
  Zone: {Value: !GetAtt Server.AvailabilityZone}
  Arn: {Value: !Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}
"""


# %% wrong="server" says="Unresolved resource dependencies [HOSTNAME]"
def server():
    return """
Parameters:
  Subnet: {Type: "AWS::EC2::Subnet::Id"}
  Groups: {Type: "List<AWS::EC2::SecurityGroup::Id>"}
  Image:
    Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
Resources:
  Server:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      SubnetId: !Ref Subnet
      SecurityGroupIds: !Ref Groups
      EbsOptimized: true
      Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-server"}]
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo "${AWS::StackName} in ${AWS::Region} on ${HOSTNAME}" > /etc/motd
  Disk:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: !GetAtt Server.AvailabilityZone, Size: 100, VolumeType: gp3}
  Plug:
    Type: AWS::EC2::VolumeAttachment
    Properties: {InstanceId: !Ref Server, VolumeId: !Ref Disk, Device: /dev/sdf}
Outputs:
  Zone: {Value: !GetAtt Server.AvailabilityZone}
  Arn: {Value: !Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}
"""


# %% wrong="server" says="checked against the account"
def server():
    return """
Parameters:
  Subnet: {Type: String}
  Groups: {Type: CommaDelimitedList}
  Image:
    Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
Resources:
  Server:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      SubnetId: !Ref Subnet
      SecurityGroupIds: !Ref Groups
      EbsOptimized: true
      Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-server"}]
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo "${AWS::StackName} in ${AWS::Region} on ${!HOSTNAME}" > /etc/motd
  Disk:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: !GetAtt Server.AvailabilityZone, Size: 100, VolumeType: gp3}
  Plug:
    Type: AWS::EC2::VolumeAttachment
    Properties: {InstanceId: !Ref Server, VolumeId: !Ref Disk, Device: /dev/sdf}
Outputs:
  Zone: {Value: !GetAtt Server.AvailabilityZone}
  Arn: {Value: !Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}
"""


# %% wrong="server" says="The lines of the script"
def server():
    public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    script = '#!/bin/bash\necho "${Stack} in ${AWS::Region} on ${!HOSTNAME}"\n'
    own = {"Stack": {"Ref": "AWS::StackName"}}
    properties = {
        "ImageId": {"Ref": "Image"},
        "InstanceType": "t3.micro",
        "SubnetId": {"Ref": "Subnet"},
        "SecurityGroupIds": {"Ref": "Groups"},
        "EbsOptimized": "true",
        "UserData": {"Fn::Base64": {"Fn::Sub": [script, own]}},
        "Tags": [{"Key": "Name", "Value": {"Fn::Join": ["", [{"Ref": "AWS::StackName"}, "-server"]]}}],
    }
    zone = {"Fn::GetAtt": ["Server", "AvailabilityZone"]}
    template = {
        "Parameters": {
            "Subnet": {"Type": "AWS::EC2::Subnet::Id"},
            "Groups": {"Type": "List<AWS::EC2::SecurityGroup::Id>"},
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": public},
        },
        "Resources": {
            "Plug": {
                "Type": "AWS::EC2::VolumeAttachment",
                "Properties": {"Device": "/dev/sdf", "InstanceId": {"Ref": "Server"}, "VolumeId": {"Ref": "Disk"}},
            },
            "Disk": {
                "Type": "AWS::EC2::Volume",
                "Properties": {"Size": 100, "VolumeType": "gp3", "AvailabilityZone": zone},
            },
            "Server": {"Type": "AWS::EC2::Instance", "Properties": properties},
        },
        "Outputs": {
            "Zone": {"Value": zone},
            "Arn": {"Value": {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}},
        },
    }
    return json.dumps(template)


# %% wrong="server" says="The parameter Image has the type"
def server():
    public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    script = '#!/bin/bash\necho "${Stack} in ${AWS::Region} on ${!HOSTNAME}" > /etc/motd\n'
    own = {"Stack": {"Ref": "AWS::StackName"}}
    properties = {
        "ImageId": {"Fn::Sub": "{{resolve:ssm:" + public + "}}"},
        "InstanceType": "t3.micro",
        "SubnetId": {"Ref": "Subnet"},
        "SecurityGroupIds": {"Ref": "Groups"},
        "EbsOptimized": "true",
        "UserData": {"Fn::Base64": {"Fn::Sub": [script, own]}},
        "Tags": [{"Key": "Name", "Value": {"Fn::Join": ["", [{"Ref": "AWS::StackName"}, "-server"]]}}],
    }
    zone = {"Fn::GetAtt": ["Server", "AvailabilityZone"]}
    template = {
        "Parameters": {
            "Subnet": {"Type": "AWS::EC2::Subnet::Id"},
            "Groups": {"Type": "List<AWS::EC2::SecurityGroup::Id>"},
        },
        "Resources": {
            "Plug": {
                "Type": "AWS::EC2::VolumeAttachment",
                "Properties": {"Device": "/dev/sdf", "InstanceId": {"Ref": "Server"}, "VolumeId": {"Ref": "Disk"}},
            },
            "Disk": {
                "Type": "AWS::EC2::Volume",
                "Properties": {"Size": 100, "VolumeType": "gp3", "AvailabilityZone": zone},
            },
            "Server": {"Type": "AWS::EC2::Instance", "Properties": properties},
        },
        "Outputs": {
            "Zone": {"Value": zone},
            "Arn": {"Value": {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}},
        },
    }
    return json.dumps(template)


# %% wrong="server" says="Which property takes ids"
def server():
    public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    script = '#!/bin/bash\necho "${Stack} in ${AWS::Region} on ${!HOSTNAME}" > /etc/motd\n'
    own = {"Stack": {"Ref": "AWS::StackName"}}
    properties = {
        "ImageId": {"Ref": "Image"},
        "InstanceType": "t3.micro",
        "SubnetId": {"Ref": "Subnet"},
        "SecurityGroups": {"Ref": "Groups"},
        "EbsOptimized": "true",
        "UserData": {"Fn::Base64": {"Fn::Sub": [script, own]}},
        "Tags": [{"Key": "Name", "Value": {"Fn::Join": ["", [{"Ref": "AWS::StackName"}, "-server"]]}}],
    }
    zone = {"Fn::GetAtt": ["Server", "AvailabilityZone"]}
    template = {
        "Parameters": {
            "Subnet": {"Type": "AWS::EC2::Subnet::Id"},
            "Groups": {"Type": "List<AWS::EC2::SecurityGroup::Id>"},
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": public},
        },
        "Resources": {
            "Plug": {
                "Type": "AWS::EC2::VolumeAttachment",
                "Properties": {"Device": "/dev/sdf", "InstanceId": {"Ref": "Server"}, "VolumeId": {"Ref": "Disk"}},
            },
            "Disk": {
                "Type": "AWS::EC2::Volume",
                "Properties": {"Size": 100, "VolumeType": "gp3", "AvailabilityZone": zone},
            },
            "Server": {"Type": "AWS::EC2::Instance", "Properties": properties},
        },
        "Outputs": {
            "Zone": {"Value": zone},
            "Arn": {"Value": {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"}},
        },
    }
    return json.dumps(template)


# %% right="tear-down"
def tear_down(names):
    from graphlib import TopologicalSorter

    users = {name: set() for name in names}
    for export in stacks.list_exports()["Exports"]:
        owner = export["ExportingStackId"].split("/")[1]
        if owner not in users:
            continue
        try:
            users[owner].update(stacks.list_imports(ExportName=export["Name"])["Imports"])
        except stacks.exceptions.ClientError:
            pass
    for found in users.values():
        for user in found:
            if user not in users:
                raise ValueError(f"{user} is still there and imports from these stacks")
    order = list(TopologicalSorter(users).static_order())
    for name in order:
        stacks.delete_stack(StackName=name)
        while True:
            try:
                if stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE":
                    break
            except stacks.exceptions.ClientError:
                break
    return order


# %% wrong="tear-down" says="in use by"
def tear_down(names):
    for name in names:
        stacks.delete_stack(StackName=name)
        stacks.get_waiter("stack_delete_complete").wait(StackName=name)
    return names


# %% wrong="tear-down" says="Nothing may be deleted then"
def tear_down(names):
    order, left = [], list(names)
    while left:
        before = len(left)
        for name in list(left):
            try:
                stacks.delete_stack(StackName=name)
                stacks.get_waiter("stack_delete_complete").wait(StackName=name)
            except ClientError:
                continue
            left.remove(name)
            order.append(name)
        if len(left) == before:
            raise ValueError(f"these are in use: {left}")
    return order


# %% wrong="tear-down" says="in the order in which the stacks went"
def tear_down(names):
    left = list(names)
    while left:
        for name in list(left):
            try:
                stacks.delete_stack(StackName=name)
                left.remove(name)
            except ClientError:
                continue
    return None


# %% wrong="tear-down" says="delete_stack returns before the stack is gone"
def tear_down(names):
    from graphlib import TopologicalSorter

    users = {name: set() for name in names}
    for export in stacks.list_exports()["Exports"]:
        owner = export["ExportingStackId"].split("/")[1]
        if owner in users:
            try:
                users[owner] |= set(stacks.list_imports(ExportName=export["Name"])["Imports"])
            except ClientError:
                pass
    strangers = set().union(*users.values()) - set(names)
    if strangers:
        raise ValueError(f"used by {strangers}")
    order = list(TopologicalSorter(users).static_order())
    for name in order:
        stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=order[-1])
    return order


# %% wrong="tear-down" says="are in names. You say: used by"
def tear_down(names):
    users = {}
    for export in stacks.list_exports()["Exports"]:
        try:
            found = stacks.list_imports(ExportName=export["Name"])["Imports"]
        except ClientError:
            continue
        users[export["ExportingStackId"].split("/")[1]] = set(found)
    strangers = set().union(*users.values()) - set(names)
    if strangers:
        raise ValueError(f"used by {strangers}")
    order = []
    while len(order) < len(names):
        for name in names:
            if name not in order and users.get(name, set()) <= set(order):
                stacks.delete_stack(StackName=name)
                stacks.get_waiter("stack_delete_complete").wait(StackName=name)
                order.append(name)
    return order


# %% right="repair-town"
town_template = json.dumps(
    {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {
            "Archive": {"Type": "AWS::S3::Bucket", "Condition": "IsProd"},
            "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1209600}},
            "Repairs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "MessageRetentionPeriod": {"Fn::If": ["IsProd", 1209600, 345600]},
                    "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": "Dead.Arn"}, "maxReceiveCount": 3},
                },
            },
        },
        "Outputs": {
            "Url": {"Value": {"Fn::GetAtt": ["Repairs", "QueueUrl"]}},
            "Archive": {"Condition": "IsProd", "Value": {"Ref": "Archive"}},
        },
    }
)


# %% wrong="repair-town" says="findings. The first: line 7: E0000"
town_template = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  Keep:
    dev: {Seconds: 345600}
    prod: {Seconds: 1209600}
    dev: {Seconds: 345600}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: !FindInMap [Keep, !Ref Stage, Seconds]
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Archive:
    Type: AWS::S3::Bucket
    Condition: IsProd
Outputs:
  Url: {Value: !Ref Repairs}
  Archive: {Condition: IsProd, Value: !Ref Archive}
"""


# %% wrong="repair-town" says="Days that Repairs keeps a message in dev"
town_template = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  Keep:
    dev: {Seconds: 60}
    prod: {Seconds: 1209600}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: !FindInMap [Keep, !Ref Stage, Seconds]
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Archive:
    Type: AWS::S3::Bucket
    Condition: IsProd
Outputs:
  Url: {Value: !Ref Repairs}
  Archive: {Condition: IsProd, Value: !Ref Archive}
"""


# %% wrong="repair-town" says="The resources in dev"
town_template = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  Keep:
    dev: {Seconds: 345600}
    prod: {Seconds: 1209600}
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: !FindInMap [Keep, !Ref Stage, Seconds]
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Archive:
    Type: AWS::S3::Bucket
Outputs:
  Url: {Value: !Ref Repairs}
  Archive: {Value: !Ref Archive}
"""
