# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.1'
#     - '3.4'
#     minutes: 60
#     practises:
#       keep-latest:
#       - beanstalk.version-lifecycle
#       mend-config:
#       - beanstalk.ebextensions
#       - beanstalk.cloudformation-underneath
#       newest-platform:
#       - beanstalk.platforms
#       redirect:
#       - beanstalk.http-redirect
#       release:
#       - beanstalk.components
#       - beanstalk.source-bundle-deploy
#       secure:
#       - beanstalk.https
#       settings-for:
#       - beanstalk.architecture-models
#       - beanstalk.environment-settings
#       which-counts:
#       - beanstalk.environment-settings
#       worker:
#       - beanstalk.web-and-worker-tiers
#     services:
#     - elasticbeanstalk
#     - cloudformation
#     - elb
#     title: A web application without the wiring
#     topics:
#     - beanstalk.why-and-responsibilities
#     - beanstalk.price
#     - beanstalk.components
#     - beanstalk.architecture-models
#     - beanstalk.web-and-worker-tiers
#     - beanstalk.platforms
#     - beanstalk.environment-settings
#     - beanstalk.eb-cli
#     - beanstalk.source-bundle-deploy
#     - beanstalk.version-lifecycle
#     - beanstalk.ebextensions
#     - beanstalk.cloudformation-underneath
#     - beanstalk.https
#     - beanstalk.http-redirect
# ---

# %% [markdown]
# # A web application without the wiring
#
# Tidewater runs ferries and sells day tickets. Its web site is one Python program, written by two people who have no
# wish to build load balancers. After this lesson you can give such a program to **AWS Elastic Beanstalk**: it makes
# the servers, the balancer and the scaling around the program, and leaves all of them in your sight.

# %% setup="start"
import io
import json
import zipfile

import boto3
import yaml
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("07-containers/05-beanstalk")
lab.start()
eb = boto3.client("elasticbeanstalk")
s3 = boto3.client("s3")
iam = boto3.client("iam")

# %% [markdown]
# ## Who does what
#
# Most web applications have the same three tiers: a load balancer, a group of servers, a database. Beanstalk builds
# the first two (and, if you ask, the third) from one description, and looks after them.
#
# | AWS does | you do |
# |---|---|
# | makes the servers, balancer, groups, alarms | write the program and mend its bugs |
# | publishes new platform versions: OS, Python, nginx | say when they are installed, or let it do so weekly |
# | puts your version on the servers, by the policy you choose | choose the policy, test the version |
# | watches the health, replaces servers | keep secrets, choose sizes, pay the resources |
#
# One thing it no longer does for you: since AWS asks for explicit permissions, no default **instance profile** is
# made. It carries the role that your program acts with on its servers, so we make it first.

# %% setup="profile"
trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
iam.create_role(
    RoleName="tidewater-web",
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)
for policy in ("AWSElasticBeanstalkWebTier", "AWSElasticBeanstalkWorkerTier"):
    iam.attach_role_policy(RoleName="tidewater-web", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
iam.create_instance_profile(InstanceProfileName="tidewater-web")
_ = iam.add_role_to_instance_profile(InstanceProfileName="tidewater-web", RoleName="tidewater-web")

# %% [markdown]
# ## Application, version, environment
#
# Three words carry the whole service.
#
# - An **application** is a name that holds all the rest.
# - A **version** is a label for one **source bundle**: a zip file in S3 with your program. Versions are never
#   changed.
# - An **environment** is a set of resources that runs *one* version at a time: `tidewater-test`, `tidewater-prod`.
#
# You promote a version from one environment to the next, and go back by deploying an older one. Here is the program:
# Beanstalk's Python platform looks for a function `application` in `application.py`, as every web server for Python
# (*WSGI*) does.

# %% setup="program"
PROGRAM = """
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    said = f"{os.environ.get('GREETING', 'Tidewater')} at {environ['PATH_INFO']}"
    return [said.encode()]
"""
PYTHON = "64bit Amazon Linux 2023 v4.6.0 running Python 3.13"


def zipped(files: dict[str, str]) -> bytes:
    """The files as a zip archive, under the paths that they have here."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return packed.getvalue()


# %%
_ = eb.create_application(ApplicationName="tidewater")
bucket = eb.create_storage_location()["S3Bucket"]
_ = s3.put_object(Bucket=bucket, Key="first.zip", Body=zipped({"application.py": PROGRAM}))
made = eb.create_application_version(
    ApplicationName="tidewater",
    VersionLabel="first",
    SourceBundle={"S3Bucket": bucket, "S3Key": "first.zip"},
)["ApplicationVersion"]
print(made["VersionLabel"], "in", made["SourceBundle"]["S3Bucket"], "is", made["Status"])

# %% [markdown]
# Now an environment for it. It takes AWS a few minutes; the waiter waits (in the lab on the lab's clock). What you
# set are **option settings**: a namespace, a name and a value, which is always text.

# %%
options = [
    ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web"),
    ("aws:elasticbeanstalk:environment", "EnvironmentType", "SingleInstance"),
    ("aws:elasticbeanstalk:application:environment", "GREETING", "Welcome aboard"),
]
test = eb.create_environment(
    ApplicationName="tidewater",
    EnvironmentName="tidewater-test",
    VersionLabel="first",
    SolutionStackName=PYTHON,
    OptionSettings=[{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in options],
)
print(test["Status"], "-", test["CNAME"])
eb.get_waiter("environment_exists").wait(EnvironmentNames=["tidewater-test"])
for event in reversed(eb.describe_events(EnvironmentName="tidewater-test")["Events"]):
    print(f"{event['EventDate']:%H:%M:%S}  {event['Message'][:88]}")

# %%
print(lab.http("GET", f"http://{test['CNAME']}/timetable"))

# %% [markdown]
# That name is the environment's **CNAME**; `CNAMEPrefix` lets you choose its first part. (In the lab the program
# really runs: the function above answered.)
#
# ### Your turn: a release
#
# The bundle has rules: one zip (or WAR) file of at most 500 MB, the program at the **root** and not inside a folder.
# The classic accident is to zip the project's folder instead of what is in it.
#
# Write `release(label, files)`. `files` holds the project as `{path: text}`; every path begins with the project's
# folder, such as `ferry/application.py`. The function
#
# - makes a zip without that outer folder; folders below it stay;
# - puts it into the bucket that Beanstalk keeps for this account, as `LABEL.zip`;
# - makes the version `label` of the application `tidewater` from it, and has Beanstalk **process** it: that checks
#   the configuration files in it before anybody deploys them;
# - returns the version's status, `PROCESSED` or `FAILED`.
#
# <details><summary>Hint</summary>
#
# `path.partition("/")[2]` is the path without its first part. `create_application_version` takes `Process=True`, and
# its answer holds the status. (The lab is done at once. AWS may answer `PROCESSING`; then ask again with
# `describe_application_versions`.)
# </details>


# %% exercise="release"
def release(label: str, files: dict[str, str]) -> str:
    """Make a version of the application from a project; return its status."""
    ### BEGIN SOLUTION
    inside = {path.partition("/")[2]: text for path, text in files.items()}
    home = eb.create_storage_location()["S3Bucket"]
    s3.put_object(Bucket=home, Key=f"{label}.zip", Body=zipped(inside))
    answer = eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": home, "S3Key": f"{label}.zip"},
        Process=True,
    )
    return answer["ApplicationVersion"]["Status"]
    ### END SOLUTION


# %% setup="check-tools"
def rows(*settings: tuple[str, str, str]) -> list[dict[str, str]]:
    """Option settings as calls want them."""
    return [dict(zip(("Namespace", "OptionName", "Value"), one, strict=True)) for one in settings]


PROFILE = ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web")
SINGLE = ("aws:elasticbeanstalk:environment", "EnvironmentType", "SingleInstance")
BALANCED = ("aws:elasticbeanstalk:environment", "LoadBalancerType", "application")


def version_of(files: dict[str, str]) -> str:
    """A version with these files at the root of its bundle; its label."""
    eb_bucket, label = eb.create_storage_location()["S3Bucket"], lab.unique_name("v")
    s3.put_object(Bucket=eb_bucket, Key=label, Body=zipped(files))
    source = {"S3Bucket": eb_bucket, "S3Key": label}
    eb.create_application_version(
        ApplicationName="tidewater", VersionLabel=label, SourceBundle=source, AutoCreateApplication=True
    )
    return label


def start(label: str, settings: list[dict[str, str]], **more) -> dict:
    """An environment that has come up."""
    name = lab.unique_name("check")[-40:].strip("-")
    given = {"SolutionStackName": PYTHON, "OptionSettings": settings} | more
    eb.create_environment(ApplicationName="tidewater", EnvironmentName=name, VersionLabel=label, **given)
    for _ in range(30):
        lab.clock.advance(seconds=20)
        found = eb.describe_environments(EnvironmentNames=[name], IncludeDeleted=True)["Environments"][-1]
        if found["Status"] != "Launching":
            break
    return found


def end(environment: dict) -> None:
    """Terminate an environment and wait until all of it is gone."""
    if environment["Status"] != "Terminated":
        eb.terminate_environment(EnvironmentId=environment["EnvironmentId"])
        lab.clock.advance(minutes=4)


def written(environment: dict) -> list[str]:
    """What the program of an environment has written."""
    named = {"EnvironmentId": environment["EnvironmentId"], "InfoType": "tail"}
    eb.request_environment_info(**named)
    told = [one["Message"] for one in eb.retrieve_environment_info(**named)["EnvironmentInfo"]]
    return [line for url in told for line in lab.http("GET", url).body.splitlines()]


def complaints(environment: dict) -> str:
    """What the environment says went wrong."""
    found = eb.describe_events(EnvironmentId=environment["EnvironmentId"], Severity="WARN")["Events"]
    return " ".join(one["Message"] for one in reversed(found))[:300] or "nothing"


# %% check="release" points=2
with check("release", needs="release", right="Label, bundle, check: now any environment can run it.") as expect:
    eb.create_storage_location()
    if not eb.describe_applications(ApplicationNames=["tidewater"])["Applications"]:
        eb.create_application(ApplicationName="tidewater")

    def released(files: dict[str, str], status: str) -> dict | None:
        label = lab.unique_name("release")
        returned = release(label, files)
        found = eb.describe_application_versions(ApplicationName="tidewater", VersionLabels=[label])
        expect(found["ApplicationVersions"] != [], f"The application has no version with the label {label!r}.")
        version = found["ApplicationVersions"][0]
        source = version["SourceBundle"]
        expect(
            source == {"S3Bucket": eb.create_storage_location()["S3Bucket"], "S3Key": f"{label}.zip"},
            f"The bundle lies at {source}. Use the bucket of create_storage_location and the key LABEL.zip.",
        )
        body = s3.get_object(Bucket=source["S3Bucket"], Key=source["S3Key"])["Body"].read()
        names = sorted(one for one in zipfile.ZipFile(io.BytesIO(body)).namelist() if not one.endswith("/"))
        wanted = sorted(path.partition("/")[2] for path in files)
        expect(
            names != sorted(files),
            f"The zip holds {names[0]}: the project's folder is still around everything, so nothing would start.",
        )
        expect.equal(names, wanted, "The files in the zip")
        expect(version["Process"], "Nobody checked the configuration files: ask for it with Process=True.")
        expect.equal(returned, status, "What release returns: the status alone")
        return version

    first = released({"ferry/application.py": PROGRAM, "ferry/pages/home.txt": "Ahoy"}, "PROCESSED")
    running = start(first["VersionLabel"], rows(PROFILE, SINGLE))
    answered = lab.http("GET", f"http://{running['CNAME']}/").status
    end(running)
    expect.equal(answered, 200, "The status of the running site")
    broken = {"harbour/.ebextensions/a.config": "option_settings: {", "harbour/maps/harbour/pier.txt": "7"}
    released({"harbour/application.py": PROGRAM} | broken, "FAILED")
    ### BEGIN HIDDEN TESTS
    released({"site/web/page.py": "", "site/application.py": PROGRAM, "site/Procfile": "web: x"}, "PROCESSED")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Dependencies
#
# `requirements.txt` names the packages of a Python program, `package.json` those of a Node.js program. Each server
# fetches the bundle from S3 **and installs the packages itself**. With fifty servers that is fifty installations; a
# bundle that brings its packages along is larger and starts sooner. We time one server, in the lab's model of a
# server (four seconds a package).


# %%
def seconds_to_install(files: dict[str, str]) -> float:
    """How long it takes from the first event to the last when this is deployed."""
    label = version_of({"application.py": PROGRAM, **files})
    eb.update_environment(EnvironmentName="tidewater-test", VersionLabel=label)
    begun = lab.clock.now()
    eb.get_waiter("environment_updated").wait(EnvironmentNames=["tidewater-test"])
    events = eb.describe_events(EnvironmentName="tidewater-test", StartTime=begun)["Events"]
    return (events[0]["EventDate"] - begun).total_seconds()


needs = {"requirements.txt": "boto3\nbotocore\nurllib3\n"}
along = {f"{name}/__init__.py": "" for name in ("boto3", "botocore", "urllib3")}
print(f"installed on the server: {seconds_to_install(needs):.0f} s")
print(f"brought along:           {seconds_to_install(needs | along):.0f} s")

# %% [markdown]
# ## Platforms
#
# A **platform** is an operating system with a language, a web server and Beanstalk's own parts. Its version has a
# name, the *solution stack*. New versions come out about monthly; an old line of versions, a *branch*, is retired
# when its operating system or language ends. On Amazon Linux 2023 there are Corretto (Amazon's Java), Tomcat,
# Node.js, PHP, Python, Ruby, Go, .NET and Docker; on Windows Server .NET with IIS.

# %%
stacks = eb.list_available_solution_stacks()["SolutionStacks"]
count = {
    "Amazon Linux 2023": sum("Linux 2023 " in one for one in stacks),
    "Windows Server": sum("Windows" in one for one in stacks),
    "Amazon Linux 2 (ended June 2026)": sum("Linux 2 " in one for one in stacks),
    "Amazon Linux AMI (ended July 2022)": sum("Linux 201" in one for one in stacks),
}
charts.bars(
    count,
    headline=f"{count['Amazon Linux 2023']} of {len(stacks)} platforms stand on Amazon Linux 2023",
    unit="platforms",
    highlight=["Amazon Linux 2023"],
    source="ListAvailableSolutionStacks, us-east-1, July 2025",
)

# %% [markdown]
# > **Then and now.** Older books list Packer, "preconfigured Docker" and custom platforms: all were retired with the
# > Amazon Linux AMI on 18 July 2022. Amazon Linux 2 ended on 30 June 2026. The list above is of July 2025; AWS shows
# > newer ones. New are *Beanstalk Cluster* environments, which run on Amazon EKS; AWS now calls those of this lesson
# > *Beanstalk Standard*.
#
# ### Your turn: the newest platform
#
# A script should always start with the newest platform. Write `newest(stacks, language)`: of the solution stacks on
# **Amazon Linux 2023** whose language is `language`, the name of the one with the highest language version.
#
# - The language stands right after `running `, its version next: `Tomcat 10 Corretto 21` is Tomcat 10, no Corretto.
# - Versions are numbers with points: Python 3.13 is newer than 3.9. (Docker stands there without one. Nobody asks
#   for it.)
# - Without any such stack return `None`.
#
# <details><summary>Hint</summary>
#
# Split the name at `" running "`. Compare versions as tuples of whole numbers:
# `tuple(int(part) for part in "3.13".split("."))`.
# </details>


# %% exercise="newest-platform"
def newest(stacks: list[str], language: str) -> str | None:
    """Return the newest solution stack of a language on Amazon Linux 2023."""
    ### BEGIN SOLUTION
    found = {}
    for name in stacks:
        system, _, runs = name.partition(" running ")
        words = runs.split()
        if "Amazon Linux 2023 " in system and words[0] == language:
            found[tuple(int(part) for part in words[1].split("."))] = name
    return found[max(found)] if found else None
    ### END SOLUTION


# %% check="newest-platform" points=1
with check("newest-platform", needs="newest", right="Old platforms are the ones nobody looked up.") as expect:
    head = "64bit Amazon Linux 2023 v4.6.0 running"
    some = [f"{head} Python 3.9", f"{head} Python 3.13", f"{head} Docker", f"{head} Python 3.11"]
    expect.equal(newest(some, "Python"), f"{head} Python 3.13", "The newest of Python 3.9, 3.13 and 3.11")
    old = "64bit Amazon Linux 2 v3.9.0 running Corretto 25"
    java = [f"{head} Corretto 17", f"{head} Corretto 21", f"{head} Tomcat 11 Corretto 26", old]
    expect.equal(newest(java, "Corretto"), f"{head} Corretto 21", "Corretto, among a Tomcat and an Amazon Linux 2")
    cats = [f"{head} Tomcat 9 Corretto 21", f"{head} Tomcat 10 Corretto 17"]
    expect.equal(newest(cats, "Tomcat"), cats[1], "Tomcat 9 with Corretto 21 and Tomcat 10 with Corretto 17")
    gems = [f"{head} Ruby 3.4", "64bit Amazon Linux 2023 v4.5.9 running Ruby 4.0"]
    expect.equal(newest(gems, "Ruby"), gems[1], "The newest of Ruby 3.4 and 4.0")
    expect(newest([old], "Corretto") is None, "Without a stack on Amazon Linux 2023 return None.")
    ### BEGIN HIDDEN TESTS
    every = eb.list_available_solution_stacks()["SolutionStacks"]
    for language, version in (("Python", "3.13"), ("PHP", "8.4"), ("Node.js", "22"), ("Ruby", "3.4")):
        expect.equal((newest(every, language) or "").split()[-1], version, f"The newest {language} of AWS's list")
    expect.equal(newest([f"{head} Go 2", f"{head} Go 10"], "Go"), f"{head} Go 10", "Go 2 and Go 10")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Three shapes
#
# - **Single instance**: one server with an Elastic IP address. For development.
# - **Load balanced**: a balancer and an Auto Scaling group over several zones. For production on the web.
# - **Without a balancer, but a group**: for production that nobody calls over the web: *workers*, further down.
#
# This is a load balanced one. The balancer's type is fixed for the environment's life, and the API still makes a
# **Classic** Load Balancer unless you say otherwise.

# %%
sized = rows(PROFILE, BALANCED, ("aws:autoscaling:asg", "MinSize", "2"))
prod = eb.create_environment(
    ApplicationName="tidewater",
    EnvironmentName="tidewater-prod",
    CNAMEPrefix="tidewater",
    VersionLabel="first",
    SolutionStackName=PYTHON,
    OptionSettings=sized,
)
eb.get_waiter("environment_exists").wait(EnvironmentNames=["tidewater-prod"])
seen = eb.describe_environment_resources(EnvironmentName="tidewater-prod")["EnvironmentResources"]
for kind in ("LoadBalancers", "AutoScalingGroups", "LaunchTemplates", "Instances", "Triggers"):
    print(f"{kind:18}", len(seen[kind]))
print(lab.http("GET", f"http://{prod['CNAME']}/").body)

# %% [markdown]
# None of it is hidden. Underneath lies a **CloudFormation** stack, named after the environment's id, and its
# resources are ordinary resources of your account.

# %%
cloudformation = boto3.client("cloudformation")
stack = f"awseb-{prod['EnvironmentId']}-stack"
parts = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
for part in parts:
    print(f"{part['LogicalResourceId']:34}{part['ResourceType']}")
charts.flow(
    [
        ("you", "Beanstalk", "version + settings"),
        ("Beanstalk", "CloudFormation", "template"),
        ("CloudFormation", "load balancer"),
        ("CloudFormation", "Auto Scaling group"),
        ("Auto Scaling group", "servers"),
        ("load balancer", "servers", "port 80"),
        ("bundle in S3", "servers", "your program"),
        ("alarms", "Auto Scaling group", "more, fewer"),
    ],
    kinds={"load balancer": "network", "servers": "compute", "bundle in S3": "storage"},
    headline=f"One call became {len(parts)} resources that you can look at",
    source="DescribeStackResources in this cell",
)

# %% [markdown]
# Beanstalk itself costs **nothing**. You pay for what it makes, each hour, whether anybody comes or not.

# %%
hours = facts.HOURS_PER_MONTH
server = facts.price("ec2", "on-demand-linux-t3-medium")
balancer, unit = facts.price("elb", "alb-hour"), facts.price("elb", "alb-lcu-hour")
address = facts.price("ec2", "public-ipv4-address-in-use")
free = facts.price("Elastic Beanstalk", "service")


def month(servers: int, balanced: bool) -> dict[str, float]:
    """USD of a month with t3.medium servers, one load balancer capacity unit, two zones."""
    addresses = servers + (2 if balanced else 0)
    return {
        "servers": servers * server * hours,
        "load balancer": (balancer + unit) * hours if balanced else 0.0,
        "public addresses": addresses * address * hours,
        "Beanstalk": float(free),
    }


bills = {"single": month(1, False), "two servers": month(2, True), "four servers": month(4, True)}
charts.stack(
    bills,
    headline="You pay for the resources; the line for Beanstalk is zero",
    unit="USD per month",
    source=[server, balancer, address, free],
)

# %% [markdown]
# ### Your turn: the settings of a shape
#
# There are some 170 options (`describe_configuration_options` lists them with default and limits). The ones that you
# need now, with their defaults:
#
# | namespace | option |
# |---|---|
# | `aws:elasticbeanstalk:environment` | `EnvironmentType` (`LoadBalanced`) or `SingleInstance`; `LoadBalancerType` |
# | `aws:autoscaling:asg` | `MinSize` (1), `MaxSize` (4) |
# | `aws:autoscaling:launchconfiguration` | `IamInstanceProfile`, `InstanceType` |
# | `aws:elasticbeanstalk:environment:process:default` | `HealthCheckPath` (`/`) |
# | `aws:elasticbeanstalk:application:environment` | any name: an environment variable of the program |
#
# Write `settings(least, most, variables)`: the `OptionSettings` for `least` to `most` servers with the instance
# profile `tidewater-web`. With `most` 1 it is a single instance. Otherwise it has an **Application** Load Balancer,
# these sizes, and the balancer checks the path `/health`. `variables` is a dictionary of environment variables.
#
# <details><summary>Hint</summary>
#
# Build a list of dictionaries with `Namespace`, `OptionName` and `Value`. All values are text: `str(least)`.
# </details>


# %% exercise="settings-for"
def settings(least: int, most: int, variables: dict[str, str]) -> list[dict[str, str]]:
    """Return the option settings of an environment with so many servers."""
    ### BEGIN SOLUTION
    kind = "aws:elasticbeanstalk:environment"
    wanted = [("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web")]
    if most == 1:
        wanted.append((kind, "EnvironmentType", "SingleInstance"))
    else:
        wanted.append((kind, "LoadBalancerType", "application"))
        wanted.append(("aws:autoscaling:asg", "MinSize", str(least)))
        wanted.append(("aws:autoscaling:asg", "MaxSize", str(most)))
        process = "aws:elasticbeanstalk:environment:process:default"
        wanted.append((process, "HealthCheckPath", "/health"))
    space = "aws:elasticbeanstalk:application:environment"
    wanted += [(space, name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]
    ### END SOLUTION


# %% check="settings-for" points=3
with check("settings-for", needs="settings", right="Four namespaces describe most environments.") as expect:
    shows = """
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(os.environ.get(name, "") for name in ("GREETING", "HARBOUR")).encode()]
"""

    def stands(least: int, most: int, variables: dict[str, str]) -> None:
        label = version_of({"application.py": shows})
        given = settings(least, most, variables)
        try:
            found = start(label, given)
        except ClientError as error:
            expect(False, f"Beanstalk refused the settings: {error.response['Error']['Message']}")
        name = f"With least={least}, most={most}:"
        trouble = complaints(found)
        expect(found["Status"] == "Ready", f"{name} the environment did not come up. It says: {trouble}")
        parts = eb.describe_environment_resources(EnvironmentName=found["EnvironmentName"])["EnvironmentResources"]
        groups = [one["Name"] for one in parts["AutoScalingGroups"]]
        group = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=groups)
        sizes = [(one["MinSize"], one["MaxSize"]) for one in group["AutoScalingGroups"]]
        page = lab.http("GET", f"http://{found['CNAME']}/").body
        balancers = [one["Name"] for one in parts["LoadBalancers"]]
        paths = []
        if balancers and balancers[0].startswith("arn:"):
            targets = boto3.client("elbv2").describe_target_groups(LoadBalancerArn=balancers[0])["TargetGroups"]
            paths = [one["HealthCheckPath"] for one in targets]
        end(found)
        if most == 1:
            expect(not balancers, f"{name} there is a load balancer; wanted is a single instance.")
        else:
            expect(balancers != [], f"{name} there is no load balancer.")
            expect(paths != [], f"{name} the balancer is a Classic one. Say which LoadBalancerType you want.")
            expect.equal(sizes, [(least, most)], f"{name} smallest and largest size of the group")
            expect.equal(paths, ["/health"], f"{name} the path of the health check")
        for variable, value in variables.items():
            expect(value in page, f"{name} the program finds no {variable}={value} among its environment variables.")

    stands(1, 1, {"GREETING": "Ahoy"})
    stands(2, 3, {"GREETING": "Welcome", "HARBOUR": "North"})
    stands(1, 5, {"HARBOUR": "South"})
    ### BEGIN HIDDEN TESTS
    names = {one["OptionName"] for one in settings(3, 6, {"A": "1", "B": "2"})}
    expect({"A", "B"} <= names, "Not all environment variables are set.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which setting counts
#
# The same option may be set in several places. From strong to weak:
#
# 1. **directly**, in the call that creates or updates the environment (the console and the EB CLI do this too);
# 2. in a **saved configuration** (`create_configuration_template`), named in the call;
# 3. in a **configuration file** of the bundle, `.ebextensions/*.config`; of several files the last by name counts;
# 4. the option's **default**.
#
# What came by 1 or 2 stays with the environment until somebody removes it with `OptionsToRemove`; then the next place
# counts. That is why a value in a file sometimes "has no effect".

# %%
found = eb.describe_configuration_options(
    SolutionStackName=PYTHON,
    Options=[{"Namespace": "aws:autoscaling:asg"}],
)["Options"]
for option in found:
    print(f"{option['Name']:28}{option.get('DefaultValue', '-'):8}{option['ChangeSeverity']}")

# %% [markdown]
# ### Your turn: which one wins?
#
# Say first, then the lab measures. The bundle has two files:
#
# - `.ebextensions/10-size.config` sets `MinSize` 2 and `MaxSize` 6;
# - `.ebextensions/20-size.config` sets `MinSize` 3.
#
# A saved configuration sets `MaxSize` 5. The call that creates the environment names that saved configuration, and
# sets `MinSize` 1 itself. Nobody sets `Cooldown`; its default stands in the table above.
#
# `forecast` is a dictionary of whole numbers with the keys `MinSize`, `MaxSize` and `Cooldown` (after the launch) and
# `MinSize after removal` (when somebody has removed it from the environment).
#
# <details><summary>Hint</summary>
#
# Go through the four places from the top for each option, and stop at the first that says something. For the last
# number the first place is empty.
# </details>

# %% exercise="which-counts"
### BEGIN SOLUTION
forecast = {"MinSize": 1, "MaxSize": 5, "Cooldown": 360, "MinSize after removal": 3}
### END SOLUTION

# %% check="which-counts" points=2
with check("which-counts", needs="forecast", right="Direct, saved, file, default: in this order.") as expect:
    asg = "aws:autoscaling:asg"
    sizes = {
        "10": {asg: {"MinSize": 2, "MaxSize": 6}},
        "20": {asg: {"MinSize": 3}},
    }
    bundle = {f".ebextensions/{n}-size.config": yaml.safe_dump({"option_settings": s}) for n, s in sizes.items()}
    label, saved_name = version_of({"application.py": PROGRAM, **bundle}), lab.unique_name("saved")
    eb.create_configuration_template(
        ApplicationName="tidewater",
        TemplateName=saved_name,
        SolutionStackName=PYTHON,
        OptionSettings=rows(PROFILE, BALANCED, (asg, "MaxSize", "5")),
    )
    name = lab.unique_name("which")[-40:].strip("-")
    eb.create_environment(
        ApplicationName="tidewater",
        EnvironmentName=name,
        VersionLabel=label,
        TemplateName=saved_name,
        OptionSettings=rows((asg, "MinSize", "1")),
    )
    lab.clock.advance(minutes=4)

    def now(option: str) -> int:
        got = eb.describe_configuration_settings(ApplicationName="tidewater", EnvironmentName=name)
        listed = got["ConfigurationSettings"][0]["OptionSettings"]
        return next(int(s["Value"]) for s in listed if (s["Namespace"], s["OptionName"]) == (asg, option))

    measured = {option: now(option) for option in ("MinSize", "MaxSize", "Cooldown")}
    gone = [{"Namespace": asg, "OptionName": "MinSize"}]
    eb.update_environment(EnvironmentName=name, OptionsToRemove=gone)
    lab.clock.advance(minutes=6)
    measured["MinSize after removal"] = now("MinSize")
    eb.terminate_environment(EnvironmentName=name)
    lab.clock.advance(minutes=4)
    expect(
        isinstance(forecast, dict) and set(forecast) == set(measured),
        "forecast is a dictionary with the keys " + ", ".join(repr(key) for key in measured) + ".",
    )
    for option, value in forecast.items():
        expect(type(value) is int, f"{option}: you say {value!r}; write a whole number.")
    why = {
        "MinSize": "Something set directly goes before all files.",
        "MaxSize": "A saved configuration goes before the files of the bundle.",
        "Cooldown": "Nobody set it: look up its default.",
        "MinSize after removal": "Nothing is set directly any more, so the files count: the last of them by name.",
    }
    for option, value in measured.items():
        expect(
            forecast[option] == value, f"{option}: you say {forecast[option]}, the lab measured {value}. {why[option]}"
        )
    ### BEGIN HIDDEN TESTS
    expect(forecast == measured, f"You say {forecast}, the lab measured {measured}.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Configuration travels with the code
#
# A folder `.ebextensions` at the root of the bundle holds files that end in `.config`, in YAML or JSON. Their keys:
#
# - `option_settings`: the settings above, as `namespace: {option: value}`;
# - `Resources`: **any** resource that CloudFormation can make: a table, a queue, a cache, a bucket. It becomes a
#   part of the environment's stack, **and is deleted with it**;
# - `commands` and `container_commands`: what runs on the servers before and after the program is unpacked (with
#   `leader_only: true` on one of them only, such as a change of the database's schema).
#
# A value in backticks is a CloudFormation function: so the program learns the name of a table that is made with it.

# %%
queue_config = """
Resources:
  MailQueue:
    Type: AWS::SQS::Queue
option_settings:
  aws:elasticbeanstalk:application:environment:
    GREETING: '`{"Ref": "MailQueue"}`'
container_commands:
  01_note:
    command: echo unpacked in $(basename $PWD)
"""
label = version_of({"application.py": PROGRAM, ".ebextensions/mail.config": queue_config})
eb.update_environment(EnvironmentName="tidewater-prod", VersionLabel=label)
eb.get_waiter("environment_updated").wait(EnvironmentNames=["tidewater-prod"])
print(lab.http("GET", f"http://{prod['CNAME']}/").body)
parts = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
print([one["ResourceType"] for one in parts if not one["LogicalResourceId"].startswith("AWSEB")])

# %% [markdown]
# > **Then and now.** On today's platforms (Amazon Linux 2023) scripts belong into `.platform/hooks/` and the start
# > command into a `Procfile`; `.ebextensions` stays the place for options and resources. Some older texts write
# > `options_settings`. Beanstalk does not know that word.
#
# ### Your turn: mend the configuration
#
# A colleague wrote `stocked(files)`: it adds a configuration file to a project's files, so that the environment
# brings a DynamoDB table for tickets, and the program finds its name in the variable `GREETING`. The environment
# comes up green, but there is no table, and nobody complains. Find what is wrong: there are **three** mistakes. Keep
# the name `stock` of the file (without its ending) and the table's logical name `Tickets`.
#
# <details><summary>Hint</summary>
#
# A file in another folder, or with another ending, is not read at all, so Beanstalk has nothing to say about it. Once
# it is read, the events of the environment name the third mistake.
# </details>


# %% exercise="mend-config" repair=true
def stocked(files: dict[str, str]) -> dict[str, str]:
    """Return the files with a configuration that brings a table."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "number", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}],
        },
    }
    variables = {"GREETING": '`{"Ref": "Tickets"}`'}
    config = {
        "Resources": {"Tickets": table},
        "options_settings": {"aws:elasticbeanstalk:application:environment": variables},
    }
    return files | {"ebextensions/stock.yaml": yaml.safe_dump(config)}


### BEGIN SOLUTION
def stocked(files: dict[str, str]) -> dict[str, str]:
    """Return the files with a configuration that brings a table."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "number", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}],
        },
    }
    variables = {"GREETING": '`{"Ref": "Tickets"}`'}
    config = {
        "Resources": {"Tickets": table},
        "option_settings": {"aws:elasticbeanstalk:application:environment": variables},
    }
    return files | {".ebextensions/stock.config": yaml.safe_dump(config)}


### END SOLUTION


# %% check="mend-config" points=2
with check(
    "mend-config", needs="stocked", right="What the environment brought, it takes away: no place for data to keep."
) as expect:
    tables = boto3.client("dynamodb")
    files = {"application.py": PROGRAM, "pages/home.txt": "Ahoy"}
    packed = stocked(dict(files))
    expect(packed.items() >= files.items(), "The project's own files are gone. Return them with the new one.")
    added = [path for path in packed if path not in files]
    expect(added != [], "No configuration file was added to the project.")
    path = added[0]
    expect(path.startswith(".ebextensions/"), f"{path}: the folder is called .ebextensions, with a point in front.")
    expect(path.endswith(".config"), f"{path}: only files that end in .config are read.")
    expect(path == ".ebextensions/stock.config", f"Keep the file's name: .ebextensions/stock.config, not {path}.")
    before = set(tables.list_tables()["TableNames"])
    found = start(version_of(packed), rows(PROFILE, SINGLE))
    said = complaints(found)
    new = sorted(set(tables.list_tables()["TableNames"]) - before)
    page = lab.http("GET", f"http://{found['CNAME']}/").body if found["Status"] == "Ready" else ""
    end(found)
    left = sorted(set(tables.list_tables()["TableNames"]) - before)
    for name in left:
        tables.delete_table(TableName=name)
    expect(found["Status"] == "Ready", f"The environment did not come up. It says: {said}")
    expect(len(new) == 1, f"The environment brought {len(new)} tables; wanted is one. It says: {said}")
    expect("Tickets" in new[0], f"The table is called {new[0]}; its logical name should be Tickets.")
    expect(new[0] in page, f"The program says {page!r}: it does not find the table's name in GREETING.")
    expect(left == [], f"The table {left} outlived the environment.")
    ### BEGIN HIDDEN TESTS
    more = stocked({"application.py": PROGRAM, ".ebextensions/size.config": "option_settings: {}"})
    expect(more.get(".ebextensions/size.config") == "option_settings: {}", "The project's own files are gone.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Work that nobody waits for
#
# Printing a group's tickets as one PDF takes a minute: too long for an answer on the web. A **worker environment**
# has no balancer but an SQS queue. A daemon on each server takes messages from the queue and sends each as an HTTP
# **POST** to the program on `localhost`:
#
# - an answer of **200** deletes the message;
# - anything else, or none within the inactivity timeout, and the message comes back; after `MaxRetries` receives it
#   goes to a dead-letter queue.
#
# Periodic tasks stand in `cron.yaml`, which lies at the **root** of the bundle (not in `.ebextensions`). One server
# puts a message into the queue when a task is due, and the daemon posts it to the task's `url`. Schedules are in UTC.

# %%
print("The daemon's defaults")
often = ("http-connections", "visibility-timeout", "inactivity-timeout", "error-visibility", "max-retries", "retention")
for name in often:
    default = facts.limit("Elastic Beanstalk", f"worker-{name}-default")
    print(f"{name:20}{default:>9,.0f} {default.unit}")

# %%
SLOW = """
import json

def application(environ, start_response):
    task = environ.get("HTTP_X_AWS_SQSD_TASKNAME", "")
    print(environ["REQUEST_METHOD"], environ["PATH_INFO"], "task:", task or "none")
    start_response("200 OK", [])
    return [b""]
"""
CRON = """
version: 1
cron:
  - name: weigh-luggage
    url: /weigh
    schedule: "5,35 * * * *"
"""
label = version_of({"application.py": SLOW, "cron.yaml": CRON})
jobs = start(label, rows(PROFILE), Tier={"Name": "Worker", "Type": "SQS/HTTP"})
seen = eb.describe_environment_resources(EnvironmentName=jobs["EnvironmentName"])["EnvironmentResources"]
queue = seen["Queues"][0]["URL"]
_ = boto3.client("sqs").send_message(QueueUrl=queue, MessageBody='{"group": "school"}')
lab.settle()
lab.clock.advance(minutes=31)
print([line for line in written(jobs) if "POST" in line and "task" in line])
end(jobs)

# %% [markdown]
# ### Your turn: a worker
#
# Write `worker_files()`: the files of a worker's bundle as `{path: text}`.
#
# - `application.py` answers a POST to any path but `/count-seats`. The body is an order, such as
#   `{"passenger": "Ada"}`. The program prints `ticket for Ada` and answers 200. If the body is no JSON object with a
#   key `passenger`, it prints no ticket and answers 400.
# - A POST to `/count-seats` prints `seats counted` and answers 200.
# - `cron.yaml` has a task `count-seats` that posts to `/count-seats` every 15 minutes.
#
# <details><summary>Hint</summary>
#
# The body is `environ["wsgi.input"].read()`, the path `environ["PATH_INFO"]`. Catch the `ValueError` of `json.loads`;
# JSON may also be a list or a number. The schedule has five fields: minute, hour, day, month, weekday.
# </details>


# %% exercise="worker"
def worker_files() -> dict[str, str]:
    """Return the files of the worker's bundle."""
    ### BEGIN SOLUTION
    program = """
import json

def application(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
    else:
        try:
            job = json.loads(environ["wsgi.input"].read())
        except ValueError:
            job = None
        if isinstance(job, dict) and "passenger" in job:
            print("ticket for", job["passenger"])
        else:
            status = "400 Bad Request"
    start_response(status, [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "*/15 * * * *"}]
    return {
        "application.py": program,
        "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks}),
    }
    ### END SOLUTION


# %% check="worker" points=3
with check("worker", needs="worker_files", right="200 means done; everything else means: again, please.") as expect:
    files = worker_files()
    expect("application.py" in files, "The bundle has no application.py.")
    expect("cron.yaml" in files, "The bundle has no cron.yaml at its root.")
    tier = {"Name": "Worker", "Type": "SQS/HTTP"}
    fast = ("aws:elasticbeanstalk:sqsd", "MaxRetries", "2")
    found = start(version_of(files), rows(PROFILE, fast), Tier=tier)
    parts = eb.describe_environment_resources(EnvironmentName=found["EnvironmentName"])["EnvironmentResources"]
    queue, dead = (one["URL"] for one in parts["Queues"])
    sqs = boto3.client("sqs")
    good = {"Ada": '{"passenger": "Ada"}', "Grace": '{"luggage": 1, "passenger": "Grace"}'}
    bad = ['{"luggage": 2}', "no JSON", "[1]"]
    ### BEGIN HIDDEN TESTS
    good["Edith"] = '{"passenger": "Edith"}'
    bad.append('"passenger"')
    ### END HIDDEN TESTS
    for body in [*good.values(), *bad]:
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    lab.clock.advance(minutes=1)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def waiting(url: str) -> int:
        got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(got[name]) for name in names)

    first, parked, left, said = written(found), waiting(dead), waiting(queue), complaints(found)
    daemon = [one.outcome for one in lab.deliveries() if one.source.endswith(f" {found['EnvironmentName']}")]
    refused = sorted({outcome.partition(";")[0] for outcome in daemon if "comes back" in outcome})
    lab.clock.advance(minutes=(60 - lab.clock.now().minute) % 60 + 1)
    before = written(found).count("seats counted")
    lab.clock.advance(minutes=30)
    tasks = written(found).count("seats counted") - before
    end(found)
    trouble = next((line for line in first if "Error: " in line and line[0] != " "), "nothing")
    expect("ticket for Ada" in first, f"No line 'ticket for Ada' was written. The program's log says: {trouble}")
    lost = "An order without a passenger was answered with 200, so it is gone. Answer 400, and it is kept."
    expect(parked >= len(bad), f"Of {len(bad)} bad orders, {parked} are in the dead-letter queue. {lost}")
    printed = [line for line in first if line.startswith("ticket for")]
    expect.equal(sorted(printed), [f"ticket for {name}" for name in sorted(good)], "The tickets that were printed")
    expect(
        refused == ["400"],
        f"The bad orders {bad} were answered with {', '.join(refused)}; wanted is 400. The program's log says: "
        f"{trouble}",
    )
    expect(left == 0, f"{left} messages are still in the queue: good ones must be answered with 200.")
    expect(tasks > 0, f"Nobody counted the seats within half an hour. The environment says: {said}")
    expect.equal(tasks, 2, "How often the seats were counted in half an hour")

# %% [markdown]
# ## HTTPS
#
# The certificate goes on the **load balancer**: a second listener on port 443 with the ARN of a certificate from ACM
# (which costs nothing). Beanstalk opens the port in the balancer's security group, too. The options are those of the
# namespace `aws:elbv2:listener:443`. They may stand in a file such as `.ebextensions/securelistener-alb.config`; its
# name is free. Here is the domain with its certificate, made as in the networking lessons.

# %% setup="domain"
route53, acm = boto3.client("route53"), boto3.client("acm")
zone = route53.create_hosted_zone(Name="tidewater.example", CallerReference="lesson")
lab.delegate("tidewater.example", zone["DelegationSet"]["NameServers"])
certificate = acm.request_certificate(DomainName="www.tidewater.example", ValidationMethod="DNS")["CertificateArn"]


def point(name: str, target: str) -> None:
    """A CNAME record of the domain."""
    record = {"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": target}]}
    route53.change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )


proof = acm.describe_certificate(CertificateArn=certificate)["Certificate"]["DomainValidationOptions"][0]
point(proof["ResourceRecord"]["Name"], proof["ResourceRecord"]["Value"])
lab.clock.advance(minutes=30)

# %%
print(acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"])
point("www.tidewater.example", prod["CNAME"])
print(lab.http("GET", "http://www.tidewater.example/timetable").status)
try:
    lab.http("GET", "https://www.tidewater.example/timetable")
except OSError as error:
    print(str(error)[-90:])

# %% [markdown]
# ### Your turn: a secure listener
#
# Write `secure(certificate)`: the `OptionSettings` that add a listener for HTTPS on port 443 with this certificate
# to a load balanced environment. `describe_configuration_options` shows the names of a listener's options under
# `aws:elbv2:listener:default`, which is port 80. That one stays as it is.
#
# <details><summary>Hint</summary>
#
# Two options are enough: the protocol, and the ARNs of certificates (a list in text, with commas; yours has one).
# </details>


# %% exercise="secure"
def secure(certificate: str) -> list[dict[str, str]]:
    """Return the option settings of a listener for HTTPS."""
    ### BEGIN SOLUTION
    wanted = {"Protocol": "HTTPS", "SSLCertificateArns": certificate}
    return [
        {"Namespace": "aws:elbv2:listener:443", "OptionName": name, "Value": value} for name, value in wanted.items()
    ]
    ### END SOLUTION


# %% check="secure" points=2
with check("secure", needs="secure", right="From here on, encryption ends at the balancer.") as expect:

    def speaks(arn: str) -> None:
        given = secure(arn)
        expect(isinstance(given, list), "Return a list of settings.")
        try:
            found = start(version_of({"application.py": PROGRAM}), rows(PROFILE, BALANCED) + given)
        except ClientError as error:
            expect(False, f"Beanstalk refused the settings: {error.response['Error']['Message']}")
        said = complaints(found)
        parts = eb.describe_environment_resources(EnvironmentName=found["EnvironmentName"])["EnvironmentResources"]
        elb = boto3.client("elbv2")
        listed = elb.describe_listeners(LoadBalancerArn=parts["LoadBalancers"][0]["Name"])["Listeners"]
        point("www.tidewater.example", found["CNAME"])
        answers = {}
        for scheme in ("http", "https"):
            try:
                answers[scheme] = lab.http("GET", f"{scheme}://www.tidewater.example/").status
            except Exception as error:
                answers[scheme] = f"{type(error).__name__}: {str(error)[:120]}"
        end(found)
        ports = {one["Port"]: one["Protocol"] for one in listed}
        expect(found["Status"] == "Ready", f"The environment did not come up. It says: {said}")
        expect(443 in ports, f"There are listeners on {ports}, none on port 443. The port stands in the namespace.")
        expect(ports[443] == "HTTPS", f"The listener on port 443 speaks {ports[443]}. Set its Protocol.")
        expect(80 in ports, "The listener on port 80 is gone; leave it as it is.")
        expect(answers["https"] == 200, f"https://www.tidewater.example/ gives {answers['https']}.")
        expect(answers["http"] == 200, f"http://www.tidewater.example/ gives {answers['http']}.")

    def passes_on(arn: str) -> None:
        values = [one["Value"] for one in secure(arn)]
        expect(arn in values, f"With the certificate {arn} the settings are {values}. Use the one that you are given.")

    speaks(certificate)
    passes_on("arn:aws:acm:us-east-1:123456789012:certificate/other")
    ### BEGIN HIDDEN TESTS
    passes_on("arn:aws:acm:eu-west-1:210987654321:certificate/third")
    ### END HIDDEN TESTS

# %% [markdown]
# ## From HTTP to HTTPS
#
# Visitors who type the plain address should land on the secure one. Two ways:
#
# - **The balancer redirects** (an Application Load Balancer only): the listener on port 80 gets a redirect as its
#   action. The requests never reach the servers. In a configuration file you override Beanstalk's own resource
#   `AWSEBV2LoadBalancerListener`, as below.
# - **The servers redirect**, in the proxy's configuration or in the program. Behind the balancer every request
#   arrives as plain HTTP; the header `X-Forwarded-Proto` says what the visitor used. And the **health check must not
#   be redirected**: it comes as plain HTTP, without that header, and wants its 200.

# %%
redirect_config = """
Resources:
  AWSEBV2LoadBalancerListener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      DefaultActions:
        - Type: redirect
          RedirectConfig: {Protocol: HTTPS, Port: "443", StatusCode: HTTP_301}
"""
label = version_of({"application.py": PROGRAM, ".ebextensions/redirect.config": redirect_config})
eb.update_environment(EnvironmentName="tidewater-prod", VersionLabel=label)
eb.get_waiter("environment_updated").wait(EnvironmentNames=["tidewater-prod"])
answer = lab.http("GET", f"http://{prod['CNAME']}/timetable")
print(answer.status, answer.headers["Location"])

# %% [markdown]
# ### Your turn: a redirect that kills the site
#
# Somebody put the redirect into the program instead. Since then the environment is red and visitors get errors: no
# server passes its health check, and visitors of the secure address are sent round in a circle. Mend `REDIRECTING`:
#
# - the path `/health` always gets 200;
# - a visitor who came over plain HTTP gets 301 to the same host and path with `https://`;
# - a visitor who came over HTTPS gets the page, 200.
#
# <details><summary>Hint</summary>
#
# `wsgi.url_scheme` is the scheme between proxy and program: always `http`. The header that the balancer adds is
# `environ["HTTP_X_FORWARDED_PROTO"]`.
# </details>

# %% exercise="redirect" repair=true
REDIRECTING = """
def application(environ, start_response):
    if environ["wsgi.url_scheme"] != "https":
        goal = "https://" + environ["HTTP_HOST"] + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""

### BEGIN SOLUTION
REDIRECTING = """
def application(environ, start_response):
    plain = environ.get("HTTP_X_FORWARDED_PROTO") == "http"
    if plain and environ["PATH_INFO"] != "/health":
        goal = "https://" + environ["HTTP_HOST"] + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""
### END SOLUTION

# %% check="redirect" points=3
with check(
    "redirect", needs="REDIRECTING", right="Redirect visitors, never the balancer that asks for your health."
) as expect:
    listener, process = "aws:elbv2:listener:443", "aws:elasticbeanstalk:environment:process:default"
    tls = [(listener, "Protocol", "HTTPS"), (listener, "SSLCertificateArns", certificate)]
    shape = rows(PROFILE, BALANCED, *tls, (process, "HealthCheckPath", "/health"))
    found = start(version_of({"application.py": REDIRECTING}), shape)
    lab.clock.advance(minutes=1)
    found = eb.describe_environments(EnvironmentIds=[found["EnvironmentId"]])["Environments"][0]
    point("www.tidewater.example", found["CNAME"])
    point("tickets.tidewater.example", found["CNAME"])

    def visit(url: str) -> tuple[int, str | None]:
        try:
            answer = lab.http("GET", url)
        except Exception as error:
            return (0, str(error)[:100])
        return (answer.status, answer.headers.get("Location"))

    page = "www.tidewater.example/timetable"
    got = {scheme: visit(f"{scheme}://{page}") for scheme in ("http", "https")}
    health = visit("http://www.tidewater.example/health")[0]
    others = ["tickets.tidewater.example/health-on-board"]
    ### BEGIN HIDDEN TESTS
    others.append("tickets.tidewater.example/healthy/prices")
    ### END HIDDEN TESTS
    plain = {other: visit(f"http://{other}") for other in others}
    colour = found["Health"]
    end(found)
    expect(
        colour == "Green",
        f"The environment is {colour}: the servers do not answer the health check of /health with 200. It has no "
        "X-Forwarded-Proto header.",
    )
    expect(got["https"][0] == 200, f"A visitor over HTTPS gets {got['https']}; wanted is the page with 200.")
    expect(got["http"][0] == 301, f"A visitor over plain HTTP gets {got['http'][0]}; wanted is 301.")
    expect(got["http"][1] == f"https://{page}", f"The redirect leads to {got['http'][1]}; wanted is https://{page}.")
    expect(health == 200, f"/health always gets 200, also for a visitor over plain HTTP; it gave {health}.")
    for other, (status, goal) in plain.items():
        expect(
            (status, goal) == (301, f"https://{other}"),
            f"http://{other} gives {status} and leads to {goal}; wanted is 301 to the same host and path. Only /health "
            "itself is spared.",
        )

# %% [markdown]
# ## A thousand versions
#
# Every deployment leaves a version behind. An account may have 1,000 of them per Region (the quota can be raised);
# when it is full, **nothing can be deployed** any more. A lifecycle policy of the application removes old versions
# whenever a new one is made: those beyond a number (`MaxCountRule`) or an age (`MaxAgeRule`); only one of the two
# may be on. Versions that an environment runs stay in any case. `DeleteSourceFromS3` says whether the bundle goes,
# too.

# %%
quota = facts.limit("Elastic Beanstalk", "application-versions")
days = list(range(0, 181, 5))
charts.curves(
    {
        "10 deployments a day": (days, [min(quota, 10 * day) for day in days]),
        "20 a day": (days, [min(quota, 20 * day) for day in days]),
        "20 a day, MaxCount 200": (days, [min(200, 20 * day) for day in days]),
    },
    headline="Twenty deployments a day fill the quota in 50 days",
    x_label="days",
    y_unit="versions",
    source=quota,
)

# %% [markdown]
# ### Your turn: keep the latest
#
# Write `keep_latest(application, role, count)`: from now on the application keeps at most `count` versions. The
# source bundles in S3 must **stay**, for somebody may need an old one. `role` is the ARN of the service role with
# which Beanstalk removes them.
#
# <details><summary>Hint</summary>
#
# `update_application_resource_lifecycle`; the rule wants `Enabled`, `MaxCount` and `DeleteSourceFromS3`.
# </details>


# %% exercise="keep-latest"
def keep_latest(application: str, role: str, count: int) -> None:
    """Have an application keep only its latest versions."""
    ### BEGIN SOLUTION
    rule = {"Enabled": True, "MaxCount": count, "DeleteSourceFromS3": False}
    eb.update_application_resource_lifecycle(
        ApplicationName=application,
        ResourceLifecycleConfig={
            "ServiceRole": role,
            "VersionLifecycleConfig": {"MaxCountRule": rule},
        },
    )
    ### END SOLUTION


# %% check="keep-latest" points=2
with check("keep-latest", needs="keep_latest", right="Deployments never stop, and no bundle is lost.") as expect:
    home = eb.create_storage_location()["S3Bucket"]

    def left(count: int, made: int) -> None:
        name = lab.unique_name("app")
        eb.create_application(ApplicationName=name)
        role = f"arn:aws:iam::123456789012:role/service-of-{name}"
        keep_latest(name, role, count)
        keys = [f"{name}/{number}.zip" for number in range(made)]
        for number, key in enumerate(keys):
            s3.put_object(Bucket=home, Key=key, Body=zipped({"application.py": PROGRAM}))
            source = {"S3Bucket": home, "S3Key": key}
            eb.create_application_version(ApplicationName=name, VersionLabel=f"v{number}", SourceBundle=source)
            lab.clock.advance(minutes=1)
        found = eb.describe_application_versions(ApplicationName=name)["ApplicationVersions"]
        labels = sorted(one["VersionLabel"] for one in found)
        objects = s3.list_objects_v2(Bucket=home, Prefix=f"{name}/").get("KeyCount", 0)
        told = eb.describe_applications(ApplicationNames=[name])["Applications"][0]["ResourceLifecycleConfig"]
        rules = told["VersionLifecycleConfig"]
        expect(
            not rules["MaxAgeRule"]["Enabled"],
            "MaxAgeRule counts days, not versions. A quiet month would take versions that are still good.",
        )
        expect(len(labels) != made, f"All {made} versions are still there. Is the rule enabled?")
        expect.equal(labels, [f"v{number}" for number in range(made - count, made)], "The versions that are left")
        expect(objects == made, f"{made - objects} source bundles were deleted from S3; they must stay.")
        expect.equal(told["ServiceRole"], role, "The service role of the rule")

    left(2, 4)
    left(3, 4)
    ### BEGIN HIDDEN TESTS
    left(1, 3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The EB CLI
#
# For daily work there is a command line of its own, the **EB CLI**. It calls the API that you have just used:
#
# | command | calls |
# |---|---|
# | `eb init` | CreateApplication; remembers Region and platform in `.elasticbeanstalk/config.yml` |
# | `eb create` | CreateApplicationVersion, CreateEnvironment |
# | `eb deploy` | zips the project, CreateApplicationVersion, UpdateEnvironment |
# | `eb status`, `eb health`, `eb events` | DescribeEnvironments, DescribeEnvironmentHealth, DescribeEvents |
# | `eb logs` | RequestEnvironmentInfo, RetrieveEnvironmentInfo |
# | `eb config`, `eb swap`, `eb terminate` | UpdateEnvironment, SwapEnvironmentCNAMEs, TerminateEnvironment |
#
# Its settings are *direct* settings, so they win over the files in your bundle. Now we clean up as `eb terminate`
# does.
#
# > **Lab and AWS.** The lab judges health by the answers of the program; AWS's agent also counts slow and failed
# > requests. It installs no packages, and its two alarms stand beside the stack.
# > X-Ray's daemon is in most platforms (`aws:elasticbeanstalk:xray`, `XRayEnabled`); it is in maintenance since
# > 25 February 2026, new programs use OpenTelemetry.

# %%
for name in ("tidewater-test", "tidewater-prod"):
    eb.terminate_environment(EnvironmentName=name)
lab.clock.advance(minutes=5)
print("environments:", len(eb.describe_environments()["Environments"]))
print("balancers:   ", len(boto3.client("elbv2").describe_load_balancers()["LoadBalancers"]))
print("stacks:      ", len(cloudformation.describe_stacks()["Stacks"]))
print("bundles:     ", len(s3.list_objects_v2(Bucket=bucket)["Contents"]), "still in S3")

# %% [markdown]
# > **Bill.** On the real AWS these environments would cost some cents an hour. Terminate what you do not need.
#
# ## To remember
#
# - A version is a label for a zip in S3; an environment runs one version.
# - Beanstalk is free; its servers, balancer and addresses are not. They stand in a CloudFormation stack.
# - Zip the content of the project, not its folder; bring dependencies along, or name them in `requirements.txt`.
# - Direct settings go before saved configurations, these before `.ebextensions/*.config`, these before defaults.
# - `Resources` in a configuration file brings anything CloudFormation makes; it dies with the environment.
# - A worker's daemon posts each message of a queue to the program; 200 deletes it. `cron.yaml` lies at the root.
# - HTTPS is a listener on 443 with a certificate; redirect on the balancer, or spare the health check.
# - 1,000 versions per Region: a lifecycle policy keeps room, and may keep the bundles.

# %% [markdown] question="file-without-effect"
# ### Question 1
#
# A team sets `MinSize` 4 in `.ebextensions/size.config` and deploys. The environment keeps two servers. It was
# created with the console, where somebody had entered 2. What is the reason?
#
# - [ ] **A** Configuration files are read only when an environment is created.
#   > They are read at every deployment.
# - [x] **B** A setting made directly on the environment goes before the file.
#   > Remove it with `OptionsToRemove` (or `eb config`), and the file's 4 counts.
# - [ ] **C** Files must be called `.ebextensions/options.config`.
#   > The name is free, as long as it ends in `.config`.
# - [ ] **D** `MinSize` can only be changed in the Auto Scaling group itself.
#   > It is an option like others. A change past Beanstalk may be overwritten by the next update of the stack.

# %% answer="file-without-effect"
answer = "B"

# %% check="file-without-effect" points=1
question("file-without-effect", answer)

# %% [markdown] question="table-gone"
# ### Question 2
#
# A developer declares the DynamoDB table of the customers under `Resources` in a configuration file. Months later the
# environment is replaced by a new one, and the old one is terminated. What happens to the customers?
#
# - [ ] **A** Nothing; tables are not part of an environment.
#   > This one was made by the environment's stack, so it is a part of it.
# - [ ] **B** Beanstalk moves the table to the new environment of the same application.
#   > Each environment has a stack of its own; nothing moves between them.
# - [ ] **C** The termination is refused while the table holds items.
#   > CloudFormation deletes a table with its items, unless the template says otherwise.
# - [x] **D** They are deleted with the table. Data that must stay belongs outside, with its name in a variable.
#   > Make the table in a stack of its own (or give it `DeletionPolicy: Retain`) and hand its name to the program.

# %% answer="table-gone"
answer = "D"

# %% check="table-gone" points=1
question("table-gone", answer)

# %% [markdown] question="video"
# ### Question 3
#
# Visitors upload videos that need ten minutes of conversion. The web environment's requests end with a timeout. Which
# change fits best, with the least to operate?
#
# - [x] **A** A worker environment: the web program sends a message to its queue, the daemon posts it to the worker.
#   > The visitor waits for nothing. Raise the visibility and inactivity timeouts above ten minutes.
# - [ ] **B** A larger instance type for the web environment.
#   > Perhaps eight minutes instead of ten. The request is still too long for a balancer and for a visitor.
# - [ ] **C** A `cron.yaml` in the web environment that converts every minute.
#   > Periodic tasks exist in worker environments only.
# - [ ] **D** A second web environment without a balancer, called with HTTP by the first.
#   > Then the first one waits, and a crash loses the video. A queue keeps it.

# %% answer="video"
answer = "A"

# %% check="video" points=1
question("video", answer)

# %% [markdown] question="red-after-redirect"
# ### Question 4
#
# After an update that redirects all plain requests to HTTPS on the servers, the environment turns red although
# visitors over HTTPS could be served. Which statement explains it?
#
# - [ ] **A** The certificate is not valid for the servers' names.
#   > Encryption ends at the balancer; the servers show no certificate.
# - [ ] **B** A redirect needs a Network Load Balancer.
#   > Redirects are HTTP; a Network Load Balancer knows nothing of them.
# - [x] **C** The health check comes as plain HTTP, gets 301 instead of 200, and the servers count as ill.
#   > Exempt the health check's path, or let the balancer redirect before any server is asked.
# - [ ] **D** Beanstalk ends servers that answer with a status from 300 on.
#   > It looks at the health check alone, and 301 is not in its matcher of 200.

# %% answer="red-after-redirect"
answer = "C"

# %% check="red-after-redirect" points=1
question("red-after-redirect", answer)

# %%
progress()
