# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     minutes: 60
#     practises:
#       choose-directory:
#       - ds.flavours
#       - ds.active-directory
#       ci-trust:
#       - iam.federation-oidc
#       close-the-door:
#       - imds.version-2
#       company-roles:
#       - iam.federation-saml
#       directory-bill:
#       - ds.cost
#       fresh-keys:
#       - imds.role-credentials
#       metadata-client:
#       - imds.endpoint
#       - imds.version-2
#       walk:
#       - imds.tree
#       - imds.endpoint
#       who-can-reach:
#       - identitycenter.workforce
#     services:
#     - iam
#     - sts
#     - identitystore
#     - sso-admin
#     - ds
#     - ec2
#     title: 'Signing in without keys: federation and instance metadata'
#     topics:
#     - iam.federation-saml
#     - iam.federation-oidc
#     - identitycenter.workforce
#     - ds.active-directory
#     - ds.flavours
#     - ds.cost
#     - imds.endpoint
#     - imds.version-2
#     - imds.role-credentials
#     - imds.tree
# ---

# %% [markdown]
# # Signing in without keys: federation and instance metadata
#
# Northgate draws hiking maps. Its people, its build pipeline and its servers all use AWS, and not one of them holds an
# access key. After this lesson you can let in people from a company directory, a pipeline with its own token, and a
# server by its metadata service; and you can find the hole in each of these doors.

# %% setup="start"
import base64
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.imds import on_instance, read_metadata

lesson("01-iam/05-federation")
lab.start()
iam = boto3.client("iam")
sts = boto3.client("sts")
ec2 = boto3.client("ec2")

# %%
charts.flow(
    [
        ("staff", "directory", "password, MFA"),
        ("directory", "STS", "SAML assertion"),
        ("pipeline", "token service", "which job?"),
        ("token service", "STS", "OIDC token"),
        ("server", "metadata service", "asks"),
        ("metadata service", "STS", "instance role"),
        ("STS", "temporary credentials"),
    ],
    kinds={
        "STS": "security",
        "temporary credentials": "security",
        "metadata service": "compute",
    },
    highlight=["temporary credentials"],
    headline="Three ways in, and no key that lives longer than a few hours",
)

# %% [markdown]
# **Federation** means: somebody else checks who you are, and AWS believes it. That somebody is the *identity provider*.
# It signs a statement about you; **STS**, the Security Token Service, takes the statement and gives back temporary
# credentials of a **role**. The role's *trust policy* says which provider it believes, and about whom.
#
# ## Staff: SAML 2.0
#
# Companies keep their people in a directory. Instead of a second account for each of them in IAM, the directory's
# sign-in page sends a signed XML document, the **SAML assertion**. It names the person, the roles the person may take,
# and the page it is meant for. Here is one, as far as AWS looks at it.

# %% setup="saml"
SIGN_IN = "https://signin.aws.amazon.com/saml"  # where assertions for AWS are sent


def new_saml_provider() -> str:
    """Tell IAM about the company's identity provider; returns its ARN."""
    # The real document holds the provider's certificate; the lab checks no signatures.
    xml = f"<EntityDescriptor entityID='https://login.northgate.example'>{' ' * 1000}"
    made = iam.create_saml_provider(
        SAMLMetadataDocument=xml + "</EntityDescriptor>",
        Name=lab.unique_name("northgate"),
    )
    return made["SAMLProviderArn"]


def assertion(person: str, *pairs: str, recipient: str = SIGN_IN) -> str:
    """What the sign-in page sends about a person; `pairs` are "role ARN,provider ARN"."""
    named = "https://aws.amazon.com/SAML/Attributes"
    ends = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    roles = "".join(f"<saml:AttributeValue>{pair}</saml:AttributeValue>" for pair in pairs)
    return f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Assertion>
<saml:Issuer>https://login.northgate.example</saml:Issuer>
<saml:Subject><saml:NameID>{person}</saml:NameID><saml:SubjectConfirmation>
<saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{recipient}"/>
</saml:SubjectConfirmation></saml:Subject><saml:AttributeStatement>
<saml:Attribute Name="{named}/Role">{roles}</saml:Attribute>
<saml:Attribute Name="{named}/RoleSessionName">
<saml:AttributeValue>{person}</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement></saml:Assertion></samlp:Response>"""


def role_named(name: str, trust: dict, *actions: str) -> str:
    """Make a role with this trust policy that may do these actions; returns its ARN."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document)
    return made["Role"]["Arn"]


def client_of(credentials: Any, service: Any) -> Any:
    """A client that signs with temporary credentials."""
    return boto3.client(
        service,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def answer_to(call, **parameters) -> str:
    """Make a call with IAM enforced: "" if it goes through, else AWS's error code."""
    with lab.enforce_iam():
        try:
            call(**parameters)
        except ClientError as error:
            return error.response["Error"]["Code"]
    return ""


# %%
provider = new_saml_provider()
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": {"StringEquals": {"SAML:aud": SIGN_IN}},
        }
    ],
}
drawer = role_named(lab.unique_name("drawer"), trust, "s3:ListAllMyBuckets")
xml = assertion("ada@northgate.example", f"{drawer},{provider}")
print(xml)

# %% [markdown]
# STS takes it base64-encoded. The call carries no AWS credentials at all: the assertion stands for the person.

# %%
with lab.enforce_iam():
    given = sts.assume_role_with_saml(
        RoleArn=drawer,
        PrincipalArn=provider,
        SAMLAssertion=base64.b64encode(xml.encode()).decode(),
    )
    ada = client_of(given["Credentials"], "sts")
    print(ada.get_caller_identity()["Arn"])
keys = given["Credentials"]
print("list buckets:", answer_to(client_of(keys, "s3").list_buckets) or "allowed")
print("list queues: ", answer_to(client_of(keys, "sqs").list_queues) or "allowed")

# %% [markdown]
# Look at the trust policy once more. `Principal` names the **SAML provider**, an object in IAM that holds the identity
# provider's certificate. The condition key `SAML:aud` is the `Recipient` of the assertion: an assertion that was meant
# for another web site must not open yours.
#
# > **Lab and AWS.** AWS checks the assertion's signature. The lab reads it and believes it.
#
# ### Your turn: roles for three groups
#
# Write `company_roles(provider_arn, groups)`. `groups` maps the name of a directory group to the list of actions that
# its people may do. For each group make a role of the same name that
#
# - people with an assertion of this provider for AWS's sign-in page may take, and nobody else;
# - allows these actions on all resources.
#
# Return a dictionary from group name to role ARN.
#
# <details><summary>Hint</summary>
#
# The demo above does it for one group. `role_named(name, trust, *actions)` makes a role; `SIGN_IN` is the page.
# </details>


# %% exercise="company-roles"
def company_roles(provider_arn: str, groups: dict[str, list[str]]) -> dict[str, str]:
    """Make one role for each directory group; return group name -> role ARN."""
    ### BEGIN SOLUTION
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": "sts:AssumeRoleWithSAML",
                "Condition": {"StringEquals": {"SAML:aud": SIGN_IN}},
            }
        ],
    }
    return {name: role_named(name, trust, *actions) for name, actions in groups.items()}
    ### END SOLUTION


# %% check="company-roles" points=2
with check("company-roles", needs="company_roles", right="600 people, three roles, no IAM user.") as expect:

    def take(role: str, provider: str, recipient: str = SIGN_IN) -> Any:
        xml = assertion("ben@northgate.example", f"{role},{provider}", recipient=recipient)
        with lab.enforce_iam():
            return sts.assume_role_with_saml(
                RoleArn=role,
                PrincipalArn=provider,
                SAMLAssertion=base64.b64encode(xml.encode()).decode(),
            )["Credentials"]

    def works(actions: dict[str, tuple[Any, str, str]]) -> None:
        provider, stranger = new_saml_provider(), new_saml_provider()
        names = {lab.unique_name(group): one for group, one in actions.items()}
        arns = company_roles(provider, {name: [action] for name, (_, _, action) in names.items()})
        expect(
            isinstance(arns, dict) and set(arns) == set(names),
            "Return a dictionary: group name -> role ARN.",
        )
        for name, (service, method, _) in names.items():
            expect(
                str(arns[name]).endswith(f":role/{name}"),
                f"For the group {name!r} you return {arns[name]!r}; it should be the ARN of the role of that name.",
            )
            try:
                credentials = take(arns[name], provider)
            except ClientError as error:
                expect(False, f"A member of {name} signs in and is refused: {lab.why(error)}")
            said = answer_to(getattr(client_of(credentials, service), method))
            expect(
                not said,
                f"A member of {name} has signed in, but {service}.{method} answers {said}.",
            )
            for other, (other_service, other_method, _) in names.items():
                if other != name:
                    said = answer_to(getattr(client_of(credentials, other_service), other_method))
                    expect(
                        said,
                        f"A member of {name} may also do what only {other} may: {other_method}.",
                    )
            with expect.refused(
                "AccessDenied",
                "An assertion for another web site opens the role. Compare SAML:aud with SIGN_IN.",
            ):
                take(arns[name], provider, recipient="https://travel.example/saml")
            with expect.refused("AccessDenied", "Another identity provider's assertion opens the role."):
                take(arns[name], stranger)
            outsider = role_named(lab.unique_name("outsider"), _trust_of_account(), "sts:*")
            session = sts.assume_role(RoleArn=outsider, RoleSessionName="test")["Credentials"]
            said = answer_to(
                client_of(session, "sts").assume_role,
                RoleArn=arns[name],
                RoleSessionName="test",
            )
            expect(
                said,
                "The role can also be taken by sts:AssumeRole. Only people with an assertion may.",
            )

    def _trust_of_account() -> dict:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": lab.ACCOUNT_ID},
            "Action": "sts:AssumeRole",
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    works(
        {
            "drawers": ("s3", "list_buckets", "s3:ListAllMyBuckets"),
            "sales": ("sqs", "list_queues", "sqs:ListQueues"),
        }
    )
    ### BEGIN HIDDEN TESTS
    works(
        {
            "surveyors": ("dynamodb", "list_tables", "dynamodb:ListTables"),
            "printers": ("sns", "list_topics", "sns:ListTopics"),
            "office": ("sqs", "list_queues", "sqs:ListQueues"),
        }
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## IAM Identity Center
#
# Roles by hand in every account do not scale. **IAM Identity Center** is one sign-in for all people and all accounts
# of an organization. Its users and groups come from a store of its own, from Active Directory, or from an outside
# provider (sign-in by SAML, people copied by SCIM). A **permission set** is a bundle of policies. Whoever gets a
# permission set *assigned* for an account finds there a role called `AWSReservedSSO_...`, made by Identity Center.
# `aws sso login` brings its credentials to the command line.

# %% setup="identity-center"
sso = boto3.client("sso-admin")
store = boto3.client("identitystore")
_found = sso.list_instances()["Instances"][0]
CENTER, STORE = _found["InstanceArn"], _found["IdentityStoreId"]


def new_worker(name: str, *groups: str) -> str:
    """A person in the identity store, in these groups; returns the user id."""
    made = store.create_user(
        IdentityStoreId=STORE,
        UserName=name,
        DisplayName=name,
        Name={"GivenName": name, "FamilyName": "Northgate"},
    )
    member: Any = {"UserId": made["UserId"]}
    for group in groups:
        store.create_group_membership(IdentityStoreId=STORE, GroupId=group, MemberId=member)
    return made["UserId"]


def new_group(name: str) -> str:
    """A group in the identity store; returns its id."""
    return store.create_group(IdentityStoreId=STORE, DisplayName=name)["GroupId"]


def new_account() -> str:
    """The number of another account of the organization."""
    return lab.unique_name("account").rpartition("-")[2].rjust(12, "7")


def assign(account: str, permission_set: str, kind: Any, principal: str) -> None:
    """Give a "USER" or "GROUP" a permission set for an account."""
    sso.create_account_assignment(
        InstanceArn=CENTER,
        TargetType="AWS_ACCOUNT",
        TargetId=account,
        PermissionSetArn=permission_set,
        PrincipalType=kind,
        PrincipalId=principal,
    )


# %%
made = sso.create_permission_set(
    InstanceArn=CENTER,
    Name=lab.unique_name("ReadOnly"),
    SessionDuration="PT4H",
)
read_only = made["PermissionSet"]["PermissionSetArn"]
sso.attach_managed_policy_to_permission_set(
    InstanceArn=CENTER,
    PermissionSetArn=read_only,
    ManagedPolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess",
)
drawers = new_group(lab.unique_name("drawers"))
new_worker(lab.unique_name("ada"), drawers)
assign("111122223333", read_only, "GROUP", drawers)
pages = sso.get_paginator("list_account_assignments").paginate(
    InstanceArn=CENTER, AccountId="111122223333", PermissionSetArn=read_only
)
for page in pages:
    for one in page["AccountAssignments"]:
        print(one["PrincipalType"], one["PrincipalId"], "has", one["PermissionSetArn"][-20:])

# %% [markdown]
# A session of a permission set lasts one hour unless you say otherwise, and twelve at most.
#
# > **Then and now.** Until July 2022 the service was called AWS SSO; its commands still are. Federating IAM by hand, as
# > in the first exercise, still works. For staff AWS recommends Identity Center now.
#
# ### Your turn: who can reach the account?
#
# The auditor asks who can sign in to an account. Write `who_can_reach(account)`: the sorted list of user names, each
# once, that have any permission set there, directly or through a group.
#
# <details><summary>Hint</summary>
#
# `list_permission_sets` gives all permission sets; for each ask `list_account_assignments` (both have paginators). A
# `USER` is the person; for a `GROUP` ask `store.list_group_memberships`. `store.describe_user(...)["UserName"]`.
# </details>


# %% exercise="who-can-reach"
def who_can_reach(account: str) -> list[str]:
    """The names of all users who can sign in to the account, sorted."""
    ### BEGIN SOLUTION
    users = set()
    for sets in sso.get_paginator("list_permission_sets").paginate(InstanceArn=CENTER):
        for permission_set in sets["PermissionSets"]:
            for page in sso.get_paginator("list_account_assignments").paginate(
                InstanceArn=CENTER, AccountId=account, PermissionSetArn=permission_set
            ):
                for one in page["AccountAssignments"]:
                    if one["PrincipalType"] == "USER":
                        users.add(one["PrincipalId"])
                        continue
                    members = store.get_paginator("list_group_memberships").paginate(
                        IdentityStoreId=STORE, GroupId=one["PrincipalId"]
                    )
                    for part in members:
                        for member in part["GroupMemberships"]:
                            users.add(member["MemberId"]["UserId"])
    found = [store.describe_user(IdentityStoreId=STORE, UserId=user) for user in users]
    return sorted(one["UserName"] for one in found)
    ### END SOLUTION


# %% check="who-can-reach" points=2
with check(
    "who-can-reach",
    needs="who_can_reach",
    right="One list for the auditor, straight from the source.",
) as expect:

    def office(size: int) -> None:
        account, other = new_account(), new_account()
        sets = [
            sso.create_permission_set(InstanceArn=CENTER, Name=lab.unique_name(name))["PermissionSet"]
            for name in ("Admin", "Reader")
        ]
        admin, reader = (one["PermissionSetArn"] for one in sets)
        group, empty, far = (new_group(lab.unique_name(name)) for name in ("draw", "empty", "far"))
        names = [lab.unique_name(name) for name in ["zoe", "cem", "ana", "bo", "eli"][:size]]
        members = [new_worker(name, group) for name in names]
        direct, both = lab.unique_name("dora"), lab.unique_name("emil")
        outside = lab.unique_name("finn")
        new_worker(outside, far)
        assign(account, admin, "USER", new_worker(direct))
        person = new_worker(both, group)
        assign(account, admin, "USER", person)
        assign(account, reader, "USER", members[0])
        assign(account, reader, "GROUP", group)
        assign(account, admin, "GROUP", empty)
        assign(other, admin, "GROUP", far)
        found = who_can_reach(account)
        expect(
            isinstance(found, list),
            f"Return a list of user names, not {type(found).__name__}.",
        )
        doubles = sorted({name for name in found if found.count(name) > 1})
        expect(
            not doubles,
            f"{', '.join(map(str, doubles))}: named twice. Somebody may come in by two ways.",
        )
        expect(direct in found, f"{direct} has a permission set directly and is missing.")
        missing = [name for name in names if name not in found]
        expect(not missing, f"{', '.join(missing)}: missing. They come in through their group.")
        expect(outside not in found, f"{outside} can reach another account only.")
        expect.equal(found, sorted([*names, direct, both]), "The names, sorted")

    office(3)
    ### BEGIN HIDDEN TESTS
    office(5)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The directory behind it
#
# In most companies that directory is Microsoft's **Active Directory** (AD): a database of users, computers, printers,
# file shares and security groups. *Domain controllers* are the servers that check names and passwords for every
# machine of the *domain*. Domains form **trees**, and several trees a **forest**; a *trust* lets the users of one
# domain into another. On AWS, Windows servers, FSx for Windows, RDS for SQL Server and WorkSpaces want a directory.

# %%
forest = {
    "northgate.example": {
        "users": {"ada": ["drawers"], "ben": ["sales"]},
        "alps.northgate.example": {"users": {"cem": ["drawers", "guides"]}},
    },
    # a second tree: a company that Northgate bought
    "fieldbooks.example": {"users": {"dora": ["drawers"]}},
}


def members(tree: dict, group: str) -> list[str]:
    """All users of a group, in this domain and the domains below it."""
    found = [user for user, groups in tree.get("users", {}).items() if group in groups]
    for name, below in tree.items():
        if name != "users":
            found += members(below, group)
    return found


print(members(forest, "drawers"))

# %% [markdown]
# **AWS Directory Service** offers three kinds. All of them need a VPC and two subnets in different Availability Zones.
#
# - **AWS Managed Microsoft AD**: a real AD on domain controllers in two zones; users live in AWS. Can trust your own
#   AD, and does MFA. *Standard* for up to about 30,000 objects, *Enterprise* for up to 500,000 and several Regions.
# - **AD Connector**: a proxy. Users stay in your own AD; nothing is stored in AWS. MFA by RADIUS.
# - **Simple AD**: a small directory of its own, AD-compatible (Samba), up to 5,000 users. No trusts, no MFA, and
#   offered in few Regions.

# %%
directories = boto3.client("ds")
vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
subnets = []
for n, zone in enumerate(["us-east-1a", "us-east-1a", "us-east-1b"]):
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=zone)
    subnets.append(made["Subnet"]["SubnetId"])
for pair in (subnets[:2], subnets[1:]):
    try:
        directory = directories.create_microsoft_ad(
            Name="corp.northgate.example",
            Password="Only-for-the-lab-1",
            Edition="Standard",
            VpcSettings={"VpcId": vpc, "SubnetIds": pair},
        )["DirectoryId"]
    except ClientError as error:
        print(error.response["Error"]["Message"])
(found,) = directories.describe_directories(DirectoryIds=[directory])["DirectoryDescriptions"]
print(found["Type"], found["Edition"], found["Stage"], found["DnsIpAddrs"])
_ = directories.delete_directory(DirectoryId=directory)  # it is billed while it exists

# %% [markdown]
# > **Lab and AWS.** On AWS the creation takes 20 to 45 minutes; wait for the stage `Active`.
# >
# > **Then and now.** Since August 2025 a *Hybrid Edition* adds AWS-managed controllers to your own domain.
#
# ### Your turn: choose a directory
#
# Write `choose_directory(users_stay, trust, mfa, objects)`. It returns `"AD Connector"`, `"Managed AD Standard"`,
# `"Managed AD Enterprise"` or `"Simple AD"`:
#
# - `users_stay`: the users must stay in the company's own AD and nothing be stored in AWS (`trust` is then `False`);
# - `trust`: the directory must trust the company's own AD;
# - `mfa`: sign-in asks for a second factor;
# - `objects`: users, computers and groups together. Simple AD will do for up to 5,000 when no more is asked of it;
#   otherwise take Standard for up to 30,000, and Enterprise above.
#
# <details><summary>Hint</summary>
#
# Ask in this order: must the users stay where they are? Is Simple AD enough? Is Standard?
# </details>


# %% exercise="choose-directory"
def choose_directory(users_stay: bool, trust: bool, mfa: bool, objects: int) -> str:
    """Name the directory that fits."""
    ### BEGIN SOLUTION
    if users_stay:
        return "AD Connector"
    if not trust and not mfa and objects <= 5_000:
        return "Simple AD"
    standard = facts.limit("directory service", "managed-microsoft-ad-standard-objects")
    return "Managed AD Standard" if objects <= standard else "Managed AD Enterprise"
    ### END SOLUTION


# %% check="choose-directory" points=1
with check(
    "choose-directory",
    needs="choose_directory",
    right="The proxy, the real one, the small one.",
) as expect:

    def chosen(wanted: str, why: str, need: tuple[bool, bool, bool, int]) -> None:
        names = ("users_stay", "trust", "mfa", "objects")
        words = ", ".join(f"{name}={value!r}" for name, value in zip(names, need, strict=True))
        expect.equal(choose_directory(*need), wanted, f"{words}. {why}")

    chosen("AD Connector", "A proxy stores nothing.", (True, False, True, 900))
    chosen("AD Connector", "A proxy, even if few.", (True, False, False, 900))
    chosen("Simple AD", "5,000 still fit.", (False, False, False, 5_000))
    chosen("Managed AD Standard", "Simple AD cannot trust.", (False, True, False, 400))
    chosen("Managed AD Standard", "Simple AD has no MFA.", (False, False, True, 400))
    chosen("Managed AD Standard", "Too many for Simple AD.", (False, False, False, 9_000))
    chosen("Managed AD Enterprise", "Too many objects.", (False, True, True, 60_000))
    ### BEGIN HIDDEN TESTS
    chosen("Simple AD", "It asks for nothing special.", (False, False, False, 400))
    chosen("Managed AD Standard", "30,000 still fit.", (False, False, True, 30_000))
    chosen("Managed AD Enterprise", "30,001 do not.", (False, False, False, 30_001))
    chosen("AD Connector", "A proxy, whatever the size.", (True, False, False, 90_000))
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# A directory is billed for every hour in which it exists. Managed AD is billed by domain controller: two at least, up
# to twenty. Sharing a Standard directory with other accounts is billed by account and hour. (For AD Connector and
# Simple AD two price lists disagree, so we leave them out.)
#
# Guess before you run the cell: with how many controllers does Standard become dearer than Enterprise with two?

# %%
hour = {
    "Standard": facts.price("directory service", "managed-microsoft-ad-standard"),
    "Enterprise": facts.price("directory service", "managed-microsoft-ad-enterprise"),
}
month = facts.HOURS_PER_MONTH
controllers = range(2, 11)
charts.curves(
    {
        "Standard": (controllers, [n * hour["Standard"] * month for n in controllers]),
        "Enterprise with 2": (
            controllers,
            [2 * hour["Enterprise"] * month for n in controllers],
        ),
    },
    headline="Six controllers of Standard cost less than two of Enterprise, seven cost more",
    x_label="domain controllers",
    y_unit="USD per month",
    source=list(hour.values()),
)

# %% [markdown]
# ### Your turn: the directory's bill
#
# Write `directory_bill(edition, controllers, shared_with, hours)` in USD. `edition` is `"Standard"` or `"Enterprise"`.
#
# - Each controller costs its price for each hour. AWS runs at least two, also if fewer are asked for.
# - `shared_with` other accounts (Standard only) cost the price `managed-microsoft-ad-standard-sharing` each, for each
#   hour. For Enterprise `shared_with` is 0.
#
# <details><summary>Hint</summary>
#
# `facts.price("directory service", "managed-microsoft-ad-standard")` is a number: USD per controller and hour.
# </details>


# %% exercise="directory-bill"
def directory_bill(edition: str, controllers: int, shared_with: int, hours: float) -> float:
    """The bill of a managed directory in USD."""
    ### BEGIN SOLUTION
    name = f"managed-microsoft-ad-{edition.lower()}"
    each_hour = max(2, controllers) * facts.price("directory service", name)
    if shared_with:
        each_hour += shared_with * facts.price("directory service", f"{name}-sharing")
    return hours * each_hour
    ### END SOLUTION


# %% check="directory-bill" points=1
with check(
    "directory-bill",
    needs="directory_bill",
    right="It bills nights and weekends too: delete test ones.",
) as expect:
    standard = float(facts.price("directory service", "managed-microsoft-ad-standard"))
    enterprise = float(facts.price("directory service", "managed-microsoft-ad-enterprise"))
    sharing = float(facts.price("directory service", "managed-microsoft-ad-standard-sharing"))
    expect.close(
        directory_bill("Standard", 2, 0, 730),
        1460 * standard,
        "Standard, 2 controllers, a month",
    )
    expect.close(
        directory_bill("Enterprise", 3, 0, 100),
        300 * enterprise,
        "Enterprise, 3 controllers, 100 hours",
    )
    expect.close(
        directory_bill("Standard", 1, 0, 10),
        20 * standard,
        "One controller asked for: AWS runs two",
    )
    expect.close(
        directory_bill("Standard", 2, 5, 10),
        20 * standard + 50 * sharing,
        "Shared with 5 accounts for 10 hours",
    )
    ### BEGIN HIDDEN TESTS
    expect.close(
        directory_bill("Enterprise", 1, 0, 730),
        1460 * enterprise,
        "Enterprise, 1 controller asked for",
    )
    expect.close(
        directory_bill("Standard", 4, 3, 24),
        96 * standard + 72 * sharing,
        "4 controllers, 3 accounts, a day",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## The pipeline: a token that says which job runs
#
# Northgate's code lives on GitHub, and a pipeline publishes the maps to S3. Older pipelines had an access key in their
# settings, and such keys leak. Today GitHub gives each job a signed **OIDC token**: a JSON Web Token (JWT) with
# *claims* about the job. `AssumeRoleWithWebIdentity` takes it in exchange for a role's credentials. Google, EKS and
# others issue such tokens too.
#
# A JWT is three parts with dots between: header, claims, signature; each is base64url text without padding.

# %% setup="tokens"
ISSUER = "token.actions.githubusercontent.com"


def _packed(part: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def job_token(sub: str, aud: str = "sts.amazonaws.com", minutes: int = 10) -> str:
    """A token as GitHub gives it to a job (the lab checks no signature)."""
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": f"https://{ISSUER}",
        "aud": aud,
        "sub": sub,
        "iat": now,
        "exp": now + 60 * minutes,
    }
    return ".".join([_packed({"alg": "RS256", "typ": "JWT"}), _packed(claims), "signature"])


def trust_in_jobs(condition: dict) -> dict:
    """A trust policy for tokens of GitHub, under this condition."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{lab.ACCOUNT_ID}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# The provider tells IAM which issuer to believe, and which audience tokens must name.
if not iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
    iam.create_open_id_connect_provider(
        Url=f"https://{ISSUER}",
        ClientIDList=[
            "sts.amazonaws.com",
            "https://github.com/northgate",
            "https://github.com/fieldbooks",
        ],
    )


# %%
token = job_token("repo:northgate/maps:ref:refs/heads/main")
print(token[:60], "...")
claims = token.split(".")[1]
padded = claims + "=" * (-len(claims) % 4)
print(json.dumps(json.loads(base64.urlsafe_b64decode(padded)), indent=1))

# %% [markdown]
# Everybody can read the claims; only GitHub can sign them. Two of them matter. `aud`, the audience, says for whom the
# token is. `sub`, the subject, says which repository and which branch, pull request or environment the job belongs to.
#
# All of GitHub's users get tokens from **the same issuer**. A role that asks only for `aud` opens to every repository
# in the world. The condition on `sub` is the lock.

# %%
name = lab.unique_name("publish")
maps = role_named(
    name,
    trust_in_jobs(
        {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": "repo:northgate/maps:ref:refs/heads/main",
            }
        }
    ),
    "s3:ListAllMyBuckets",
)
for sub in (
    "repo:northgate/maps:ref:refs/heads/main",
    "repo:somebody/else:ref:refs/heads/main",
):
    try:
        with lab.enforce_iam():
            given = sts.assume_role_with_web_identity(
                RoleArn=maps, RoleSessionName="build-7", WebIdentityToken=job_token(sub)
            )
            print(client_of(given["Credentials"], "sts").get_caller_identity()["Arn"])
    except ClientError as error:
        print(error.response["Error"]["Message"])

# %% [markdown]
# ### Your turn: mend the pipeline's trust
#
# The role below publishes Northgate's maps. Only jobs on the branch `main` of the given repository (`"northgate/maps"`)
# with the audience `sts.amazonaws.com` should take it. A colleague wanted to be flexible. Repair the condition.
#
# <details><summary>Hint</summary>
#
# What does `repo:northgate*` match besides the repository? `StringLike` reads `*` as a wildcard, `StringEquals` does
# not. And which key is missing altogether?
# </details>


# %% exercise="ci-trust" repair=true
def pipeline_trust(repository: str) -> dict:
    """The trust policy of the role that publishes this repository's maps."""
    owner = repository.split("/")[0]
    return trust_in_jobs({"StringLike": {f"{ISSUER}:sub": f"repo:{owner}*"}})


### BEGIN SOLUTION
def pipeline_trust(repository: str) -> dict:
    """The trust policy of the role that publishes this repository's maps."""
    return trust_in_jobs(
        {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": f"repo:{repository}:ref:refs/heads/main",
            }
        }
    )


### END SOLUTION


# %% check="ci-trust" points=2
with check("ci-trust", needs="pipeline_trust", right="No key to leak, and no other job gets in.") as expect:

    def lets_in(repository: str) -> None:
        owner, short = repository.split("/")
        role = role_named(lab.unique_name("publish"), pipeline_trust(repository), "s3:ListAllMyBuckets")
        main = f"repo:{repository}:ref:refs/heads/main"
        tokens = {
            "the branch 'try'": job_token(f"repo:{repository}:ref:refs/heads/try"),
            "a pull request": job_token(f"repo:{repository}:pull_request"),
            "a branch called 'main-2'": job_token(main + "-2"),
            "another repository of the same owner": job_token(f"repo:{owner}/{short}-old:ref:refs/heads/main"),
            "an owner with a similar name": job_token(f"repo:{owner}-evil/{short}:ref:refs/heads/main"),
            "a foreign repository": job_token("repo:somebody/else:ref:refs/heads/main"),
            "the right job, but with a token for another audience": job_token(main, f"https://github.com/{owner}"),
        }

        def take(token: str) -> str:
            return answer_to(
                sts.assume_role_with_web_identity,
                RoleArn=role,
                RoleSessionName="build",
                WebIdentityToken=token,
            )

        said = take(job_token(main))
        expect(
            not said,
            f"The job on main of {repository} is refused ({said}). Its sub is {main!r}.",
        )
        for who, token in tokens.items():
            expect(take(token), f"The role opens to {who}.")
        said = take(job_token(main, minutes=-1))
        expect.equal(said, "ExpiredTokenException", "A token that has run out")

    lets_in("northgate/maps")
    ### BEGIN HIDDEN TESTS
    lets_in("fieldbooks/alps")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** In repositories that are new or renamed since July 2026, GitHub adds numbers to the names in
# > `sub`, such as `repo:northgate@4711/maps@8200:ref:refs/heads/main`: a name can be given up and taken by somebody
# > else, a number cannot. Northgate's repository is older. Copy the subject from a real token.
#
# How wide are the usual conditions? The picture asks the lab: four roles, five jobs.

# %%
subs = {
    "main": "repo:northgate/maps:ref:refs/heads/main",
    "pull request": "repo:northgate/maps:pull_request",
    "other repo": "repo:northgate/wiki:ref:refs/heads/main",
    "look-alike": "repo:northgate-x/maps:ref:refs/heads/main",
    "stranger": "repo:mallory/x:ref:refs/heads/main",
}
audience = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}
locks = {
    "aud only": audience,
    "repo:northgate*": {**audience, "StringLike": {f"{ISSUER}:sub": "repo:northgate*"}},
    "repo:northgate/maps:*": {
        **audience,
        "StringLike": {f"{ISSUER}:sub": "repo:northgate/maps:*"},
    },
    "...:ref:refs/heads/main": {**audience, "StringLike": {f"{ISSUER}:sub": subs["main"]}},
}
table: dict[str, dict[str, str]] = {}
for lock, condition in locks.items():
    role = role_named(lab.unique_name("lock"), trust_in_jobs(condition))
    table[lock] = {}
    for job, sub in subs.items():
        said = answer_to(
            sts.assume_role_with_web_identity,
            RoleArn=role,
            RoleSessionName="test",
            WebIdentityToken=job_token(sub),
        )
        table[lock][job] = "refused" if said else "gets in" if job == "main" else "breaks in"
charts.heatmap(
    table,
    rows_are="the role asks for",
    columns_are="the job",
    headline="Each longer subject locks out more; only the full one stops pull requests",
    meanings={"gets in": "good", "breaks in": "bad", "refused": "off"},
    source="measured in the lab",
)

# %% [markdown]
# A pull request may come from anybody. If it can take the role that publishes, a stranger can publish.
#
# > **Then and now.** Since June 2025 IAM refuses to save a *new* trust policy for GitHub without a condition on `sub`.
# > Older roles were left as they are, so look for them. The lab saves both.
# >
# > **Exam.** Mobile and web apps use **Cognito identity pools** in place of `AssumeRoleWithWebIdentity` by hand.
#
# ## The server: it asks the metadata service
#
# An EC2 instance has its role through an *instance profile*. How do the credentials reach the program? Every instance
# can ask `http://169.254.169.254/`, an address that exists only on the instance itself. Behind it the **instance
# metadata service** (IMDS) answers, free of charge and without any sign-in.
#
# `with on_instance(...)` runs your code as if it ran on that instance of the lab; `read_metadata(path)` reads a path
# the way SDKs do.

# %% setup="servers"
METADATA = "http://169.254.169.254/latest/"


def new_server(tokens: Any = "required", hops: int = 1, **settings: Any) -> str:
    """A web server with a role that may list buckets; returns the instance id."""
    name = lab.unique_name("web")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role_named(name, trust, "s3:ListAllMyBuckets")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    made = ec2.run_instances(
        ImageId="ami-12c6146b",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": name},
        UserData="#!/bin/sh\nyum install -y httpd\n",
        MetadataOptions={"HttpTokens": tokens, "HttpPutResponseHopLimit": hops},
        **settings,
    )
    return made["Instances"][0]["InstanceId"]


# %%
old_server = new_server(tokens="optional")
with on_instance(old_server):
    for path in ("", "meta-data/", "meta-data/placement/availability-zone", "user-data"):
        with urllib.request.urlopen(METADATA + path) as response:
            print(f"--- {path or '/latest/'}\n{response.read().decode()}")

# %% [markdown]
# *Metadata* is about the instance, *user data* is its launch script, *dynamic* holds the identity document. A name that
# ends in `/` is a subtree. (Mind the hyphen: `meta-data`.)
#
# Now the interesting part. Which paths lead to the role?

# %%
with on_instance(old_server):
    where = METADATA + "meta-data/iam/security-credentials/"
    role = urllib.request.urlopen(where).read().decode()
    keys = json.loads(urllib.request.urlopen(where + role).read())
print(role)
print({name: f"{value[:20]}..." if len(value) > 24 else value for name, value in keys.items()})

# %% [markdown]
# Role name and temporary credentials are there; the role's *policies* never are. Nobody asked who we are, so whoever
# can make this machine send a request to that address holds its role.
#
# Attackers know that. Northgate's web server has a preview function: it fetches the page that a visitor names. A
# visitor names the metadata service. This is **SSRF**, server-side request forgery.


# %%
def preview(url: str) -> str:
    """The web server's preview function: fetch the page that a visitor asks for."""
    try:
        with urllib.request.urlopen(url) as response:
            return response.read().decode()[:60]
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code} {error.reason}"


new = new_server(tokens="required")
for server, version in ((old_server, "tokens optional"), (new, "tokens required")):
    with on_instance(server):
        print(f"{version}: {preview(where)}")

# %% [markdown]
# The second server speaks **IMDSv2** only: first a `PUT` for a token, then each `GET` with it in a header. A preview
# function sends no `PUT` and no headers. That is the whole trick, and it is enough against most SSRF.
#
# | step | request |
# |---|---|
# | 1 | `PUT /latest/api/token` with `X-aws-ec2-metadata-token-ttl-seconds: 1 ... 21600` |
# | 2 | `GET /latest/...` with `X-aws-ec2-metadata-token: THE-TOKEN` |
#
# Without a good token the service answers 401, to a bad lifetime 400.
#
# ### Your turn: a client for version 2
#
# Write `metadata(path)`, for code on an instance that requires tokens. It returns the text at `METADATA + path`, and
# `None` where there is nothing (404). It must work on whichever instance it runs, and hours later too.
#
# <details><summary>Hint</summary>
#
# `urllib.request.Request(url, method="PUT", headers={...})` and `urlopen(request).read().decode()`. A 404 arrives as
# `urllib.error.HTTPError`, whose `code` tells. A fresh token for each call is the simplest way to be right hours later.
# </details>


# %% exercise="metadata-client"
def metadata(path: str) -> str | None:
    """Ask the metadata service (version 2) of the instance this runs on."""
    ### BEGIN SOLUTION
    ask = urllib.request.Request(
        METADATA + "api/token",
        method="PUT",
        headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"},
    )
    with urllib.request.urlopen(ask) as response:
        token = response.read().decode()
    get = urllib.request.Request(METADATA + path, headers={"X-aws-ec2-metadata-token": token})
    try:
        with urllib.request.urlopen(get) as page:
            return page.read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise
    ### END SOLUTION


# %% check="metadata-client" points=2
with check(
    "metadata-client",
    needs="metadata",
    right="What every AWS SDK does for you, now in your own hands.",
) as expect:

    def reads(zone: str) -> None:
        server = new_server(Placement={"AvailabilityZone": zone})
        second = new_server()
        with on_instance(server):
            found = metadata("meta-data/instance-id")
            expect(found is not None, "meta-data/instance-id is there, and you return None.")
            expect(
                type(found) is str,
                f"Return the text, not {type(found).__name__}: read() gives bytes; decode them.",
            )
            expect.equal(found, server, "meta-data/instance-id")
            expect.equal(
                metadata("meta-data/placement/availability-zone"),
                zone,
                "The Availability Zone",
            )
            expect.equal(metadata("user-data"), "#!/bin/sh\nyum install -y httpd\n", "user-data")
            expect.equal(metadata("meta-data/spot/termination-time"), None, "A path that does not exist")
            lab.clock.advance(hours=7)
            expect.equal(
                metadata("meta-data/instance-id"),
                server,
                "Seven hours later, meta-data/instance-id",
            )
        with on_instance(second):
            expect.equal(
                metadata("meta-data/instance-id"),
                second,
                "On another instance, meta-data/instance-id",
            )

    reads("us-east-1c")
    ### BEGIN HIDDEN TESTS
    reads("us-east-1b")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Older notes ask with a bare `curl http://169.254.169.254/...`, version 1. Version 2 exists since
# > November 2019; Amazon Linux 2023 and instance types since mid-2024 start with nothing else. `HttpTokens=required`
# > switches version 1 off.
#
# ### Your turn: walk the tree
#
# Write `walk(get, path)`. `get` is a function like yours: it returns a text, or `None`. `walk` returns a dictionary
# from the full path of every leaf at or below `path` to its text. A subtree's path ends in `/`, and so do the names of
# subtrees in a listing; the empty path is the root. Leave out what answers `None`.
#
# <details><summary>Hint</summary>
#
# A path that is empty or ends in `/` is a listing: for each of its lines call `walk` again with `path + line`, and
# `update` the result. Any other path is a leaf.
# </details>


# %% exercise="walk"
def walk(get, path: str) -> dict[str, str]:
    """All leaves below a path of the metadata tree: full path -> text."""
    ### BEGIN SOLUTION
    text = get(path)
    if text is None:
        return {}
    if path and not path.endswith("/"):
        return {path: text}
    found: dict[str, str] = {}
    for name in text.splitlines():
        found.update(walk(get, path + name))
    return found
    ### END SOLUTION


# %% check="walk" points=2
with check("walk", needs="walk", right="Everything about the machine, and no policy anywhere.") as expect:

    def walks(tree: dict[str, str | None], path: str, wanted: dict[str, str]) -> None:
        found = walk(tree.get, path)
        expect(isinstance(found, dict), f"Return a dictionary, not {type(found).__name__}.")
        expect.equal(found, wanted, f"walk of a small tree from {path!r}")

    small: dict[str, str | None] = {
        "": "hostname\nplacement/\nempty",
        "hostname": "web-7",
        "placement/": "region\nzone/",
        "placement/region": "us-east-1",
        "placement/zone/": "name",
        "placement/zone/name": "us-east-1a",
    }
    walks(
        small,
        "placement/",
        {"placement/region": "us-east-1", "placement/zone/name": "us-east-1a"},
    )
    walks(small, "hostname", {"hostname": "web-7"})
    walks(
        small,
        "",
        {
            "hostname": "web-7",
            "placement/region": "us-east-1",
            "placement/zone/name": "us-east-1a",
        },
    )
    server = new_server()
    with on_instance(server):
        leaves = walk(read_metadata, "meta-data/")
    expect.equal(leaves.get("meta-data/instance-id"), server, "On a real server, meta-data/instance-id")
    expect("Statement" not in str(leaves), "No leaf holds a policy document.")
    ### BEGIN HIDDEN TESTS
    deep: dict[str, str | None] = {
        "a/": "b/\nx",
        "a/b/": "c/",
        "a/b/c/": "d",
        "a/b/c/d": "1\n2",
        "a/x": "3",
        "y": "4",
    }
    walks(deep, "a/", {"a/b/c/d": "1\n2", "a/x": "3"})
    walks(deep, "nothing/", {})
    expect(len(leaves) > 20, f"The tree below meta-data/ has more than {len(leaves)} leaves.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Four locks on one door
#
# Three more locks belong to IMDSv2. A token request that carries `X-Forwarded-For` is refused: it came through a proxy.
# The answer to the `PUT` may travel only as many **hops** as the *hop limit* says, 1 by default: a container with a
# network of its own is one hop further away. And the service can be switched off. We try all doors.


# %%
def ways_in() -> dict[str, str]:
    """What is reached from here: version 1, version 2, version 2 through a proxy."""
    ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    found = {}
    for way, more in (
        ("PUT, then GET", {}),
        ("the same, forwarded", {"X-Forwarded-For": "203.0.113.9"}),
    ):
        try:
            headers = {**ttl, **more}
            put = urllib.request.Request(METADATA + "api/token", method="PUT", headers=headers)
            token = urllib.request.urlopen(put).read().decode()
            headers = {"X-aws-ec2-metadata-token": token, **more}
            get = urllib.request.Request(METADATA, headers=headers)
            found[way] = "answers" if urllib.request.urlopen(get).status == 200 else "refused"
        except OSError:  # refused, or no answer in time
            found[way] = "refused"
    plain = preview(METADATA)
    return {"plain GET (SSRF)": "refused" if plain.startswith("HTTP") else "leaks", **found}


servers = {
    "tokens optional": (new_server(tokens="optional"), 1),
    "tokens required": (new_server(), 1),
    "required, asked from a container": (new_server(), 2),
    "the same with hop limit 2": (new_server(hops=2), 2),
}
doors = {}
for name, (server, hops) in servers.items():
    with on_instance(server, hops=hops):
        doors[name] = ways_in()
charts.heatmap(
    doors,
    headline="Required tokens shut out the plain GET; a container needs a hop limit of 2",
    meanings={"answers": "good", "leaks": "bad", "refused": "off"},
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: close the door
#
# Old servers still answer version 1. The code below finds only some of them, and shuts too much: afterwards they cannot
# use the service at all. Repair `close_the_door()`: every instance that is not terminated requires tokens afterwards,
# its programs still reach version 2, and the function returns the sorted ids of the instances that it changed. It
# leaves alone those that required tokens before.
#
# <details><summary>Hint</summary>
#
# One reservation may hold several instances, and there may be more than one page: use
# `ec2.get_paginator("describe_instances")`. Each instance shows its `MetadataOptions`. `HttpEndpoint` switches
# the whole service on and off; which option is about tokens?
# </details>


# %% exercise="close-the-door" repair=true
def close_the_door() -> list[str]:
    """Require tokens on every instance; return the ids of those that were changed."""
    changed = []
    for reservation in ec2.describe_instances()["Reservations"]:
        instance = reservation["Instances"][0]
        server = instance["InstanceId"]
        ec2.modify_instance_metadata_options(InstanceId=server, HttpEndpoint="disabled")
        changed.append(server)
    return changed


### BEGIN SOLUTION
def close_the_door() -> list[str]:
    """Require tokens on every instance; return the ids of those that were changed."""
    changed = []
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                if instance["State"]["Name"] == "terminated":
                    continue
                if instance["MetadataOptions"]["HttpTokens"] != "required":
                    ec2.modify_instance_metadata_options(
                        InstanceId=instance["InstanceId"],
                        HttpTokens="required",
                    )
                    changed.append(instance["InstanceId"])
    return sorted(changed)


### END SOLUTION


# %% check="close-the-door" points=2
with check(
    "close-the-door",
    needs="close_the_door",
    right="Then make it the account's default, per Region.",
) as expect:

    def shuts(size: int) -> None:
        # After a change the lab shows only the options that were named. Fill up what an earlier try left so.
        for page in ec2.get_paginator("describe_instances").paginate():
            for one in (one for made in page["Reservations"] for one in made["Instances"]):
                options = one["MetadataOptions"]
                if not {"HttpTokens", "HttpEndpoint"} <= set(options):
                    ec2.modify_instance_metadata_options(
                        InstanceId=one["InstanceId"],
                        HttpTokens=options.get("HttpTokens", "optional"),
                        HttpEndpoint="enabled",
                    )
        # Three servers in one reservation, one of them stopped; one is right already; one is gone.
        made = ec2.run_instances(
            ImageId="ami-12c6146b",
            InstanceType="t3.micro",
            MinCount=size,
            MaxCount=size,
            MetadataOptions={"HttpTokens": "optional"},
        )
        fleet = [one["InstanceId"] for one in made["Instances"]]
        ec2.stop_instances(InstanceIds=fleet[-1:])
        good, gone = new_server(), new_server(tokens="optional")
        ec2.terminate_instances(InstanceIds=[gone])
        others = close_the_door()
        expect(
            isinstance(others, list),
            f"Return a list of instance ids, not {type(others).__name__}.",
        )
        ec2.start_instances(InstanceIds=fleet[-1:])
        for number, server in enumerate(fleet, 1):
            with on_instance(server):
                seen = preview(METADATA)
                which = f"Server {number} of {size} in one reservation"
                expect(
                    "403" not in seen,
                    f"{which} has no metadata service any more. Leave HttpEndpoint enabled.",
                )
                expect("401" in seen, f"{which} still answers a plain GET: {seen!r}.")
                expect.equal(read_metadata("meta-data/instance-id"), server, f"{which}, asked by version 2")
            expect(
                server in others,
                f"{which} was changed, and its id is missing in what you return.",
            )
        expect(
            good not in others,
            "You return a server that required tokens before. It was not changed.",
        )
        expect(
            gone not in others,
            "You return a terminated instance. There is nothing to change any more.",
        )
        expect(others == sorted(others), "Return the ids sorted.")
        expect.equal(close_the_door(), [], "A second run has nothing left to change, so it returns")

    shuts(3)
    ### BEGIN HIDDEN TESTS
    shuts(4)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A day in the life of a key
#
# SDKs do all of this by themselves: on an instance boto3 finds the role's credentials, and fetches new ones in time.

# %%
with on_instance(new_server()):
    session = boto3.Session()
    print(session.get_credentials().method, session.client("sts").get_caller_identity()["Arn"])
    print("buckets:", answer_to(session.client("s3").list_buckets) or "allowed")
    print("queues: ", answer_to(session.client("sqs").list_queues) or "allowed")

# %% [markdown]
# The credentials live about six hours. AWS has new ones ready at least five minutes before the old ones end. We ask
# every ten minutes of a day, by the lab's clock, and note each new key.


# %%
def day_of(server: str) -> list[tuple[str, datetime, datetime]]:
    """Each set of keys in 24 hours: key id, when it was issued, when it ends."""
    seen: dict[str, tuple[datetime, datetime]] = {}
    with on_instance(server):
        role = read_metadata("meta-data/iam/security-credentials/")
        for _ in range(24 * 6):
            keys = json.loads(
                read_metadata(f"meta-data/iam/security-credentials/{role}") or "",
            )
            issued = datetime.fromisoformat(keys["LastUpdated"])
            ends = datetime.fromisoformat(keys["Expiration"])
            seen.setdefault(keys["AccessKeyId"], (issued, ends))
            lab.clock.advance(minutes=10)
    return [(key, *times) for key, times in seen.items()]


day = day_of(new_server())
first = day[0][1]


def hours(moment: datetime) -> float:
    return (moment - first).total_seconds() / 3600


bars = [
    (f"key set {n}", hours(issued), hours(ends), "valid", "good")
    for n, (_, issued, ends) in enumerate(day, 1)  # one bar for each key
]
charts.gantt(
    bars,
    unit="hours",
    headline="The next keys are there before the last ones end",
    label="hours after the first request",
    source="measured in the lab, which issues new keys 20 minutes before the end",
)

# %% [markdown]
# Programs must not ask before each call, for the service throttles: they *cache* the keys and look at the clock.
# botocore does it in two windows. From **15 minutes** before the end it tries to refresh, and goes on with the old keys
# if that fails. From **10 minutes** before the end it insists.
#
# ### Your turn: when to refresh
#
# Write `freshness(document, now)`. `document` is the dictionary from `security-credentials/ROLE`, `now` a `datetime`
# with a time zone. Return
#
# - `"use"` while more than 15 minutes are left,
# - `"try to refresh"` from 15 minutes on, and `"must refresh"` from 10 minutes before the end, also when it is over;
# - `"long-term"` if the access key id begins with `AKIA`: such a key never ends, and has no business here.
#
# <details><summary>Hint</summary>
#
# `datetime.fromisoformat(document["Expiration"])` minus `now` is a `timedelta`; compare it with
# `timedelta(minutes=15)`. Look at the key id first: temporary ones begin with `ASIA`.
# </details>


# %% exercise="fresh-keys"
def freshness(document: dict, now: datetime) -> str:
    """What to do with cached credentials."""
    ### BEGIN SOLUTION
    if document["AccessKeyId"].startswith("AKIA"):
        return "long-term"
    left = datetime.fromisoformat(document["Expiration"]) - now
    if left > timedelta(minutes=15):
        return "use"
    return "try to refresh" if left > timedelta(minutes=10) else "must refresh"
    ### END SOLUTION


# %% check="fresh-keys" points=1
with check(
    "fresh-keys",
    needs="freshness",
    right="Ask early, insist late: no call meets an expired key.",
) as expect:

    def judged(document: dict, minutes: float, wanted: str) -> None:
        ends = datetime.fromisoformat(document["Expiration"])
        said = freshness(document, ends - timedelta(minutes=minutes))
        expect.equal(said, wanted, f"{minutes:g} minutes before the end")

    server = new_server()
    with on_instance(server):
        role = read_metadata("meta-data/iam/security-credentials/")
        document = json.loads(read_metadata(f"meta-data/iam/security-credentials/{role}") or "{}")
    for minutes, wanted in (
        (300, "use"),
        (16, "use"),
        (15, "try to refresh"),
        (10, "must refresh"),
        (-5, "must refresh"),
    ):
        judged(document, minutes, wanted)
    fixed = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"}
    expect.equal(
        freshness(fixed, datetime.now(UTC)),
        "long-term",
        "A key that begins with AKIA",
    )
    ### BEGIN HIDDEN TESTS
    other = {**document, "Expiration": "2027-01-31T23:59:00Z"}
    for minutes, wanted in (
        (15.1, "use"),
        (14.9, "try to refresh"),
        (10.1, "try to refresh"),
        (9, "must refresh"),
    ):
        judged(other, minutes, wanted)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** IAM, STS and the metadata service cost nothing. The directory and the servers would: terminate them.

# %%
running = ec2.get_paginator("describe_instances").paginate()
reservations = [reservation for page in running for reservation in page["Reservations"]]
ids = [one["InstanceId"] for reservation in reservations for one in reservation["Instances"]]
print(
    len(ec2.terminate_instances(InstanceIds=ids)["TerminatingInstances"]),
    "instances terminated",
)

# %% [markdown]
# ## To remember
#
# - Federation: an identity provider vouches, STS gives temporary credentials, the trust policy says whom to believe.
# - SAML: the trust policy names the provider, `sts:AssumeRoleWithSAML` and `SAML:aud`. For staff: Identity Center.
# - OIDC: `AssumeRoleWithWebIdentity` needs no AWS credentials; conditions on `aud` **and** `sub` are the lock. (The
#   other way round, `sts:GetWebIdentityToken` gives a program on AWS a token for outside services, since 2025.)
# - Managed Microsoft AD lives in AWS and can trust yours; AD Connector only forwards; Simple AD stands alone.
# - A managed directory is billed by domain controller and hour, two at least.
# - Metadata: `http://169.254.169.254/latest/meta-data/`; it shows the role's name and keys, never its policies.
# - IMDSv2: `PUT` for a token (1 s to 6 h), then `GET` with it. `HttpTokens=required`; hop limit 1, for containers 2.
# - Instance credentials live about six hours; SDKs cache and refresh them.

# %% [markdown] question="fork"
# ### Question 1
#
# A pipeline's role trusts GitHub's provider with the right `aud` and with `StringLike` on `sub`:
# `repo:acme/shop:*`. Who can use the role besides the branch `main`?
#
# - [ ] **A** Nobody; the repository is named in full.
#   > The repository is, but the star leaves open which job of it.
# - [ ] **B** Every repository on GitHub.
#   > The subject of a foreign repository begins with another name.
# - [x] **C** Every branch, tag, pull request and environment of `acme/shop`.
#   > All their subjects begin with `repo:acme/shop:`. Write the subject out for a role that can publish.
# - [ ] **D** Every repository of the owner `acme`.
#   > Between `acme/` and the star stands `shop:`; a repository called `shop-old` has no colon there.

# %% answer="fork"
answer = "C"

# %% check="fork" points=1
question("fork", answer)

# %% [markdown] question="container-role"
# ### Question 2
#
# On an EC2 instance that requires tokens, a program works. Moved into a container with a bridge network on the same
# instance, its SDK finds no credentials. The role is unchanged. What is the cause?
#
# - [x] **A** The hop limit of 1: the token does not reach the container.
#   > The container is one hop further away. Set `HttpPutResponseHopLimit` to 2; better, give the task its own role.
# - [ ] **B** A container needs an instance profile of its own.
#   > Only instances have instance profiles.
# - [ ] **C** The security group blocks 169.254.169.254.
#   > Security groups do not filter traffic to the metadata service.
# - [ ] **D** The token has run out.
#   > The SDK asks for a new one by itself; here it never gets the first.

# %% answer="container-role"
answer = "A"

# %% check="container-role" points=1
question("container-role", answer)

# %% [markdown] question="stay-at-home"
# ### Question 3
#
# A bank must keep all employee accounts in its own data centre. Staff should sign in to WorkSpaces on AWS with these
# accounts. The line to AWS is reliable. Which directory fits?
#
# - [ ] **A** Simple AD, filled with copies of the accounts
#   > Copies are what the bank must not make, and Simple AD cannot trust its directory.
# - [ ] **B** An IAM user for each employee
#   > IAM users are no directory for WorkSpaces, and these would be accounts outside the bank again.
# - [ ] **C** Cognito user pools
#   > They hold the users of an app, not the machines and people of a Windows domain.
# - [x] **D** AD Connector
#   > A proxy: each sign-in is forwarded to the bank's own AD, and nothing is stored in AWS.

# %% answer="stay-at-home"
answer = "D"

# %% check="stay-at-home" points=1
question("stay-at-home", answer)

# %% [markdown] question="leaked-page"
# ### Question 4
#
# A web page with a bug fetches any address that a visitor gives it, by GET. The server runs on EC2 with a role. What
# protects the role's credentials with the least work?
#
# - [ ] **A** A network ACL that blocks 169.254.169.254
#   > Traffic to the metadata service never leaves the host, so network ACLs do not see it.
# - [x] **B** `HttpTokens=required`
#   > The page can send neither a PUT nor the token header. Mend the page all the same.
# - [ ] **C** A shorter hop limit
#   > The page runs on the instance itself, one hop away; and 1 is the shortest already.
# - [ ] **D** A policy that denies the role `ec2:DescribeInstances`
#   > The metadata service asks no policy; it answers whoever reaches it.

# %% answer="leaked-page"
answer = "B"

# %% check="leaked-page" points=1
question("leaked-page", answer)

# %%
progress()
