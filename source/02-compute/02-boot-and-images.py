# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     - '2.3'
#     - '3.1'
#     minutes: 60
#     practises:
#       break-even:
#       - ec2.unlimited-mode
#       first-throttled:
#       - ec2.burstable-credits
#       fix-script:
#       - ec2.user-data-script
#       - ec2.apache-systemctl
#       golden-copy:
#       - ami.what-it-is
#       - ami.region-copy
#       leaves:
#       - ec2.metadata-service
#       - ec2.metadata-tree
#       must-renew:
#       - ec2.metadata-credentials
#       open-groups:
#       - ec2.security-checklist
#       pipeline:
#       - imagebuilder.workflow
#       - ami.why-custom
#       will-it-run:
#       - ec2.user-data
#     services:
#     - ec2
#     - iam
#     - imagebuilder
#     title: First boot and images
#     topics:
#     - ec2.user-data
#     - ec2.user-data-script
#     - ec2.apache-systemctl
#     - ec2.metadata-service
#     - ec2.metadata-tree
#     - ec2.metadata-credentials
#     - ec2.burstable-credits
#     - ec2.unlimited-mode
#     - ec2.security-checklist
#     - ami.what-it-is
#     - ami.why-custom
#     - ami.sources
#     - ami.region-copy
#     - imagebuilder.workflow
#     - imagebuilder.pipeline-recipe
#     - ec2.capstone-redesign
# ---

# %% [markdown]
# # First boot and images
#
# Halyard, the ferry company, can start servers now, and each of them comes up empty. Nobody wants to log in and type
# the same twenty commands again. After this lesson you can let a server set itself up at its first boot, let programs
# on it find out who and where they are, bake the result into an **image**, and keep an eye on two things that go wrong
# quietly: open ports and spent CPU credits.

# %% setup="start"
import base64
import datetime as dt
import json
import re
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.ec2.first_boot import first_boot

lesson("02-compute/02-boot-and-images")
lab.start()
ec2 = boto3.client("ec2")
iam = boto3.client("iam")
NEWEST = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
LINUX = boto3.client("ssm").get_parameter(Name=NEWEST)["Parameter"]["Value"]


def launch(region: str = "us-east-1", **settings) -> str:
    """Start one small server; returns its id."""
    small = {"ImageId": LINUX, "InstanceType": "t3.micro"}
    there = boto3.client("ec2", region_name=region)
    started = there.run_instances(**small | settings, MinCount=1, MaxCount=1)
    return started["Instances"][0]["InstanceId"]


def attempt(call, **given) -> str:
    """Make a call; returns 'ok' or the error code."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## User data: a script for the first boot
#
# By hand, a web server is six steps: open ports 22 and 80, log in, become root, install **httpd** (the Apache web
# server, a program that waits in the background), start it, write a page. **User data** does it without you: text that
# you give at launch. At the *first* boot, and only then, a program called cloud-init runs it **as root**.

# %%
HELLO = """#!/bin/bash
dnf update -y
dnf install -y httpd
systemctl start httpd
systemctl enable httpd
echo "<h1>Ferries of Halyard</h1> on $(hostname -f)" > /var/www/html/index.html
"""
server = launch(UserData=HELLO)
boot = first_boot(server)
print(boot.page())
print("installed", boot.packages, "running", boot.started, "at boot", boot.enabled)
print(boot.log)

# %% [markdown]
# `dnf` installs packages on Amazon Linux 2023. **systemd** is the first process of a Linux machine and starts all
# others; `systemctl start` starts a service now, `systemctl enable` at every later boot. A server needs both.
#
# > **Lab and AWS.** The lab has no operating system. `first_boot` runs the script on your computer in a folder that
# > stands for the disk, with stand-ins for `dnf`, `systemctl` and their like: nothing is installed. On AWS cloud-init
# > runs it by itself, and what it printed is in `/var/log/cloud-init-output.log`. The stand-ins need `bash`.
#
# > **Then and now.** Scripts with `yum` and `amazon-linux-extras` are for Amazon Linux 2, whose support ended on
# > 30 June 2026. Amazon Linux 2023 has no extras.
#
# AWS keeps the text, in base64, and shows it to whoever may ask. So no secrets in there.

# %%
kept = ec2.describe_instance_attribute(InstanceId=server, Attribute="userData")
encoded = kept["UserData"]["Value"]
print(encoded[:44], "...")
print(base64.b64decode(encoded).decode() == HELLO)
print("17,000 bytes:", attempt(launch, UserData="#!/bin/bash\n" + "#" * 16_988))

# %% [markdown]
# ### Your turn: will it run?
#
# Write `will_it_run(text)`. It returns
#
# - `"refused"` if AWS will not take the text: more than `facts.limit("ec2", "user-data-size-raw")` **bytes** (in UTF-8,
#   where an "é" has two);
# - `"ignored"` if cloud-init passes over it: a script must begin with the two characters `#!`, a *cloud-config* with
#   `#cloud-config`, each at the very beginning;
# - `"runs"` otherwise.
#
# The check asks you first and the lab afterwards.
#
# <details><summary>Hint</summary>
#
# `text.encode()` gives the bytes. Nothing may stand before the first mark, not even an empty line.
# </details>


# %% exercise="will-it-run"
def will_it_run(text: str) -> str:
    """Say what becomes of user data: 'refused', 'ignored' or 'runs'."""
    ### BEGIN SOLUTION
    if len(text.encode()) > facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    if text.startswith(("#!", "#cloud-config")):
        return "runs"
    return "ignored"
    ### END SOLUTION


# %% check="will-it-run" points=2
with check(
    "will-it-run", needs="will_it_run", right="Two characters decide whether a server sets itself up."
) as expect:

    def agrees(what: str, text: str) -> None:
        said = will_it_run(text)
        words = ("refused", "ignored", "runs")
        expect(said in words, f"Return one of {', '.join(words)}, not {said!r}.")
        try:
            came = "runs" if first_boot(launch(UserData=text)).ran else "ignored"
        except ClientError:
            came = "refused"
        expect(said == came, f"{what}: you say {said!r}, the lab shows {came!r}.")

    agrees("A script", "#!/bin/bash\necho hello > /etc/motd\n")
    agrees("A script after an empty line", "\n#!/bin/bash\necho hello\n")
    agrees("Commands without a first line", "dnf install -y httpd\n")
    agrees("A script for another shell", "#!/bin/sh\necho hello\n")
    agrees("A remark, then a cloud-config", "# the shop\n#cloud-config\npackages:\n  - httpd\n")
    agrees("A cloud-config", "#cloud-config\npackages:\n  - httpd\n")
    agrees("17,000 letters", "#!/bin/bash\n# " + "x" * 17_000)
    agrees("9,000 letters é", "#!/bin/bash\n# " + "é" * 9_000)
    agrees("16,384 bytes", "#!/bin/bash\n#".ljust(16_384, "x"))
    ### BEGIN HIDDEN TESTS
    agrees("8,193 letters é", "#!/bin/sh\n#".ljust(8_000, "x") + "é" * 4_192)
    agrees("16,385 bytes", "#!/bin/sh\n#".ljust(16_385, "x"))
    agrees("A script after a blank", " #!/bin/bash\necho hello\n")
    agrees("A script that begins with '# !'", "# !/bin/bash\necho hello\n")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: repair the script
#
# An intern's `web_script(title)` makes user data that "does nothing". Repair it, so that after the first boot
#
# - httpd is installed, running, and starts again at every boot;
# - `/var/www/html/index.html` holds `<h1 style="color:navy">TITLE</h1>`, with the quotes, and the host's name;
# - the script ends without an error.
#
# Look at the log, mend one fault, look again. There are four.
#
# <details><summary>Hint</summary>
#
# `print(first_boot(launch(UserData=web_script("Ferries"))).log)`. What is at the very beginning? Which folder exists
# before httpd is installed? In a shell a double quote ends a double-quoted text; a backslash before it helps (in
# Python, `\\"`), or single quotes around. But `$(...)` works only outside single quotes.
# </details>


# %% exercise="fix-script" repair=true
def web_script(title: str) -> str:
    """User data for a web server with one page."""
    return f"""
#!/bin/bash
echo "<h1 style="color:navy">{title}</h1> $(hostname -f)" > /var/www/html/index.html
dnf install -y httpd
systemctl enable httpd
"""


### BEGIN SOLUTION
def web_script(title: str) -> str:
    """User data for a web server with one page."""
    return f"""#!/bin/bash -ex
dnf install -y httpd
systemctl start httpd
systemctl enable httpd
echo "<h1 style=\\"color:navy\\">{title}</h1> $(hostname -f)" > /var/www/html/index.html
"""


### END SOLUTION


# %% check="fix-script" points=3
with check("fix-script", needs="web_script", right="The log tells more than the empty page.") as expect:

    def serves(title: str) -> None:
        text = web_script(title)
        expect(isinstance(text, str), f"web_script should return the script as text, not {text!r}.")
        one = launch(UserData=text)
        boot = first_boot(one)
        found = ec2.describe_instances(InstanceIds=[one])["Reservations"][0]["Instances"][0]
        expect(boot.ran, f"cloud-init passes over it: the text begins with {text[:12]!r}, not with '#!'.")
        last = (boot.log.strip().splitlines() or ["nothing"])[-1 if boot.exit_code == 0 else -2 :][0]
        expect("httpd" in boot.packages, f"httpd is not installed. The end of the log: {last}")
        page = boot.files.get("/var/www/html/index.html")
        expect(page is not None, f"There is no page. The end of the log: {last}")
        expect("httpd" in boot.started, "httpd is enabled for later boots, and does not run now: systemctl start.")
        expect("httpd" in boot.enabled, "httpd runs now and will not run after a reboot: systemctl enable.")
        heading = f'<h1 style="color:navy">{title}</h1>'
        expect(heading in page, f"The page holds {page.strip()!r}; the heading should be {heading}, quotes included.")
        host = found["PrivateDnsName"]
        expect(host in page, f"The page holds {page.strip()!r}; the host's name {host} should be in it.")
        expect(boot.exit_code == 0, f"The script ends with an error ({boot.exit_code}). Its log: {boot.log.strip()}")

    serves("Ferries of Halyard")
    serves("Timetable for July")
    ### BEGIN HIDDEN TESTS
    serves("Fares, winter 2027")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where am I? The metadata service
#
# The script asked for its own name. A program on an instance can find out much more: at `http://169.254.169.254`, an
# address that only the instance itself reaches, the **instance metadata service** answers. *Metadata* are facts on the
# instance; the user data is there as well. No IAM permission is needed to ask.
#
# Since version 2 (IMDSv2, November 2019) one first fetches a token with a `PUT`, for 1 second to 6 hours, and sends it
# along. A thief who can only make your server fetch some address, the usual trick, cannot send a `PUT`.
# `HttpTokens=required` turns version 1 off; Amazon Linux 2023 launches so. The token travels one hop by default, two on
# Amazon Linux 2023, enough for a program in a container.

# %%
trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
trust = {"Version": "2012-10-17", "Statement": [trust | {"Action": "sts:AssumeRole"}]}
iam.create_role(RoleName="ticket-shop", AssumeRolePolicyDocument=json.dumps(trust))
iam.create_instance_profile(InstanceProfileName="ticket-shop")
iam.add_role_to_instance_profile(InstanceProfileName="ticket-shop", RoleName="ticket-shop")
shop = launch(IamInstanceProfile={"Name": "ticket-shop"}, UserData=HELLO)
place = "http://169.254.169.254/latest/"
with lab.on_instance(shop):
    try:
        urllib.request.urlopen(place + "meta-data/instance-id")
    except urllib.error.HTTPError as error:
        print("without a token:", error.code, error.reason)
    print("with a token:   ", lab.read_metadata("meta-data/instance-id"))
    print(lab.read_metadata("meta-data/").split())

# %% [markdown]
# Names that end in `/` are branches of a tree, the others are leaves. Note the spelling `meta-data`; older notes write
# `metadata`, and fetch without a token.
#
# ### Your turn: walk the tree
#
# Write `leaves(path)`, to be run on an instance. `path`, such as `meta-data/placement/`, is a branch below
# `http://169.254.169.254/latest/`. Return a dictionary: for every leaf below it, at whatever depth, its whole path and
# its text. Use tokens; do not use `lab.read_metadata`, which your servers will not have.
#
# <details><summary>Hint</summary>
#
# `urllib.request.Request(url, method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})` for
# `latest/api/token`; then send the answer as `X-aws-ec2-metadata-token`. A function that calls itself for each branch
# walks a tree.
# </details>


# %% exercise="leaves"
def leaves(path: str) -> dict[str, str]:
    """Every leaf below a branch of the metadata, by its path."""
    ### BEGIN SOLUTION
    latest = "http://169.254.169.254/latest/"
    lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    ask = urllib.request.Request(latest + "api/token", method="PUT", headers=lifetime)
    with urllib.request.urlopen(ask) as answer:
        token = answer.read().decode()

    def text(below: str) -> str:
        signed = {"X-aws-ec2-metadata-token": token}
        get = urllib.request.Request(latest + below, headers=signed)
        with urllib.request.urlopen(get) as got:
            return got.read().decode()

    found = {}
    for name in text(path).splitlines():
        if name.endswith("/"):
            found |= leaves(path + name)
        else:
            found[path + name] = text(path + name)
    return found
    ### END SOLUTION


# %% check="leaves" points=3
with check("leaves", needs="leaves", right="Programs that know where they are need no configuration file.") as expect:

    def every(path: str) -> dict[str, str]:
        below = {}
        for name in lab.read_metadata(path).splitlines():
            below |= every(path + name) if name.endswith("/") else {path + name: lab.read_metadata(path + name)}
        return below

    def not_on_a_server(path: str) -> None:
        raise RuntimeError("lab.read_metadata does not exist on a server: fetch a token and read with urllib.")

    def walks(path: str, **settings) -> None:
        one = launch(**settings)
        helper, lab.read_metadata = lab.read_metadata, not_on_a_server
        try:
            with lab.on_instance(one):
                found = leaves(path)
        finally:
            lab.read_metadata = helper
        with lab.on_instance(one):
            wanted = every(path)
        expect(isinstance(found, dict), f"leaves should return a dictionary, not {type(found).__name__}.")
        branches = [name for name in found if name.endswith("/")]
        expect(not branches, f"{', '.join(branches[:3])}: branches, not leaves. Go into them.")
        missing = sorted(set(wanted) - set(found))
        expect(
            not missing, f"Below {path}: {', '.join(missing[:3])} is missing. Found: {', '.join(sorted(found)[:3])}."
        )
        more = sorted(set(found) - set(wanted))
        expect(not more, f"Below {path} there is no {', '.join(more[:3])}.")
        for name, text in wanted.items():
            if "/iam/" in name:
                continue  # these change by the second
            expect(found[name] == text, f"The text of {name} should be {text!r}, not {found[name]!r}.")

    walks("meta-data/placement/")
    walks("meta-data/network/")
    ### BEGIN HIDDEN TESTS
    walks("meta-data/", InstanceType="t3.small", IamInstanceProfile={"Name": "ticket-shop"})
    walks("dynamic/")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The role's keys
#
# If the instance has a role, its temporary credentials are in the tree, too. The role's *name* and its keys can be
# read there, never its policy. SDKs find the keys by themselves and fetch new ones in time.

# %%
with lab.on_instance(shop):
    role = lab.read_metadata("meta-data/iam/security-credentials/")
    document = lab.read_metadata(f"meta-data/iam/security-credentials/{role}")
    print(boto3.client("sts").get_caller_identity()["Arn"])
shown = json.loads(document)
print(role, {name: shown[name][:20] for name in ("Code", "Type", "AccessKeyId", "Expiration")})

# %% [markdown]
# Keys that begin with `ASIA` are temporary and need their session token; `AKIA` is a long-term key of a user. The
# service has new keys at least five minutes before the old ones end.
#
# ### Your turn: when to renew
#
# A tool that cannot use an SDK keeps such a document. Write `must_renew(document, now)`: `document` is the JSON text,
# `now` a `datetime` with its time zone. Return `True` when five minutes or less are left, `False` before. Raise a
# `ValueError` if the keys are not temporary.
#
# <details><summary>Hint</summary>
#
# `dt.datetime.fromisoformat` reads the `Expiration`, with its `Z`, since Python 3.11. The difference of two moments
# can be compared with `dt.timedelta(minutes=5)`.
# </details>


# %% exercise="must-renew"
def must_renew(document: str, now: dt.datetime) -> bool:
    """Whether temporary credentials have to be fetched anew."""
    ### BEGIN SOLUTION
    keys = json.loads(document)
    if not keys["AccessKeyId"].startswith("ASIA"):
        raise ValueError("These are long-term keys: they do not end by themselves.")
    left = dt.datetime.fromisoformat(keys["Expiration"]) - now
    return left <= dt.timedelta(minutes=5)
    ### END SOLUTION


# %% check="must-renew" points=2
with check("must-renew", needs="must_renew", right="Renew before the end, not after the first refusal.") as expect:

    def made(end: dt.datetime, key: str = "ASIAQWERTYUIOPASDFGH") -> str:
        times = {"LastUpdated": "2026-11-21T10:11:17Z", "Expiration": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
        return json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": "s"} | times)

    def says(end: dt.datetime, left: dt.timedelta, wanted: bool) -> None:
        said = must_renew(made(end), end - left)
        expect(isinstance(said, bool), f"Return True or False, not {said!r}.")
        expect(
            said == wanted, f"With {left.total_seconds() / 60:g} minutes left: you say {said}, it should be {wanted}."
        )

    evening = dt.datetime(2026, 11, 21, 16, 15, 54, tzinfo=dt.UTC)
    says(evening, dt.timedelta(hours=6), False)
    says(evening, dt.timedelta(minutes=6), False)
    says(evening, dt.timedelta(minutes=5, seconds=30), False)
    says(evening, dt.timedelta(minutes=5), True)
    says(evening, dt.timedelta(minutes=-10), True)
    east = dt.timezone(dt.timedelta(hours=9))
    said = must_renew(made(evening), (evening - dt.timedelta(hours=1)).astimezone(east))
    expect(said is False, "An hour before the end, told in the time of Tokyo: nothing to renew yet.")
    try:
        said = must_renew(made(evening, "AKIAQWERTYUIOPASDFGH"), evening)
    except ValueError:
        said = None
    expect(said is None, f"A key AKIA... is a long-term key: raise a ValueError. Yours returns {said!r}.")
    ### BEGIN HIDDEN TESTS
    midnight = dt.datetime(2027, 1, 1, 0, 2, 0, tzinfo=dt.UTC)
    says(midnight, dt.timedelta(minutes=4), True)
    says(midnight, dt.timedelta(minutes=301), False)
    west = dt.timezone(dt.timedelta(hours=-5))
    elsewhere = must_renew(made(midnight), (midnight - dt.timedelta(minutes=2)).astimezone(west))
    expect(elsewhere is True, "Two minutes before the end, told in the time of New York: renew.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who may come in
#
# A server on the internet is soon found by strangers who try every open port. The short list:
#
# - people and programs get in by **IAM identities and roles**, not by shared keys;
# - ports for administration, 22 (SSH) and 3389 (Windows), only from trusted addresses, or closed: Session Manager needs
#   none;
# - one **security group** for each duty, with the least it needs. If a *bastion* is left, only its group takes logins
#   from outside; all other groups name *that group* as the source;
# - no logins by password in the image.

# %%
vpc = ec2.describe_subnets()["Subnets"][0]["VpcId"]


def group(name: str, *rules: dict) -> str:
    """A security group with these rules."""
    label = lab.unique_name(name)
    made = ec2.create_security_group(GroupName=label, Description=name, VpcId=vpc)["GroupId"]
    if rules:
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=list(rules))
    return made


def tcp(first: int, last: int, **source) -> dict:
    """A rule for some TCP ports."""
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, **source}


office = {"IpRanges": [{"CidrIp": "198.51.100.7/32", "Description": "harbour office"}]}
bastion = group("bastion", tcp(22, 22, **office))
inside = {"UserIdGroupPairs": [{"GroupId": bastion}]}
private = group("shop", tcp(22, 22, **inside), tcp(8080, 8080, **inside))
[seen] = ec2.describe_security_groups(GroupIds=[private])["SecurityGroups"]
for rule in seen["IpPermissions"]:
    source = rule["UserIdGroupPairs"][0]["GroupId"]
    print(rule["FromPort"], "from the bastion's group:", source == bastion)

# %% [markdown]
# ### Your turn: find the open doors
#
# Write `open_groups()`: the set of the ids of all security groups of this Region that let **anybody** (`0.0.0.0/0` or
# `::/0`) reach port 22 or 3389 by TCP. A rule has a *range* of ports, `FromPort` to `ToPort`; a rule for all protocols,
# `IpProtocol` `"-1"`, has none and means every port.
#
# <details><summary>Hint</summary>
#
# `describe_security_groups` comes in pages. IPv4 sources are in `IpRanges` (`CidrIp`), IPv6 in `Ipv6Ranges`
# (`CidrIpv6`).
# </details>


# %% exercise="open-groups"
def open_groups() -> set[str]:
    """Security groups that let anybody try to log in."""
    ### BEGIN SOLUTION
    found = set()
    for page in ec2.get_paginator("describe_security_groups").paginate():
        for one in page["SecurityGroups"]:
            for rule in one["IpPermissions"]:
                sources = {source["CidrIp"] for source in rule.get("IpRanges", [])}
                sources |= {source["CidrIpv6"] for source in rule.get("Ipv6Ranges", [])}
                if not sources & {"0.0.0.0/0", "::/0"}:
                    continue
                everything = rule["IpProtocol"] == "-1"
                if everything or (
                    rule["IpProtocol"] == "tcp"
                    and any(rule["FromPort"] <= port <= rule["ToPort"] for port in (22, 3389))
                ):
                    found.add(one["GroupId"])
    return found
    ### END SOLUTION


# %% setup="doors"
HOME = ec2.describe_subnets()["Subnets"][0]["VpcId"]


def door(protocol: str, ports: tuple[int, int] | None, *sources: str) -> str:
    """A security group with one rule, for the check."""
    rule = {"IpProtocol": protocol}
    if ports:
        rule |= {"FromPort": ports[0], "ToPort": ports[1]}
    four = [{"CidrIp": one} for one in sources if ":" not in one]
    six = [{"CidrIpv6": one} for one in sources if ":" in one]
    rule |= {"IpRanges": four} if four else {}
    rule |= {"Ipv6Ranges": six} if six else {}
    made = ec2.create_security_group(GroupName=lab.unique_name("door"), Description="door", VpcId=HOME)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return made


# %% check="open-groups" points=2
with check(
    "open-groups", needs="open_groups", right="Run it every night; somebody opens port 22 'for a minute'."
) as expect:

    def judges(what: str, is_open: bool, protocol: str, ports: tuple[int, int] | None, *sources: str) -> None:
        one = door(protocol, ports, *sources)
        found = open_groups()
        expect(isinstance(found, set | list | tuple), f"Return a set of ids, not {found!r}.")
        expect((one in found) == is_open, f"A group with {what} {'is' if is_open else 'is not'} an open door.")

    judges("port 22 from 0.0.0.0/0", True, "tcp", (22, 22), "0.0.0.0/0")
    judges("port 22 from one address", False, "tcp", (22, 22), "198.51.100.7/32")
    judges("port 443 from 0.0.0.0/0", False, "tcp", (443, 443), "0.0.0.0/0")
    judges("ports 0 to 65535 from 0.0.0.0/0", True, "tcp", (0, 65535), "0.0.0.0/0")
    judges("port 3389 from ::/0", True, "tcp", (3389, 3389), "::/0")
    judges("all protocols from 0.0.0.0/0", True, "-1", None, "0.0.0.0/0")
    judges("UDP port 22 from 0.0.0.0/0", False, "udp", (22, 22), "0.0.0.0/0")
    judges("port 22 from an office and 0.0.0.0/0", True, "tcp", (22, 22), "198.51.100.7/32", "0.0.0.0/0")
    judges("ports 1024 to 65535 from 0.0.0.0/0", True, "tcp", (1024, 65535), "0.0.0.0/0")
    second = door("tcp", (443, 443), "0.0.0.0/0")
    ec2.authorize_security_group_ingress(GroupId=second, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    expect(second in open_groups(), "A group with two rules, the second of which opens port 22, is an open door.")
    ### BEGIN HIDDEN TESTS
    judges("ports 20 to 25 from two networks, one of them 0.0.0.0/0", True, "tcp", (20, 25), "10.0.0.0/8", "0.0.0.0/0")
    judges("all protocols from one network", False, "-1", None, "10.0.0.0/8")
    judges("ports 23 to 3388 from anywhere", False, "tcp", (23, 3388), "0.0.0.0/0", "::/0")
    ### END HIDDEN TESTS

# %% [markdown]
# ## CPU credits
#
# `t` types are cheap because they run at full speed only in bursts. They earn **CPU credits** by the minute: one credit
# is one vCPU at 100 % for one minute. Earning and spending are equal at a **baseline** that the size fixes. The balance
# holds 24 hours of earnings at most.

# %%
kinds = ("nano", "micro", "small", "medium", "large", "xlarge", "2xlarge")
earned = {size: facts.limit("ec2", f"cpu-credits-earned-t3-{size}") for size in kinds}
base = {size: facts.limit("ec2", f"cpu-baseline-t3-{size}") for size in kinds}
charts.bars(
    {f"t3.{size} ({base[size]:g} % a vCPU)": earned[size] for size in kinds},
    headline="A t3.medium earns no more credits than a t3.small: its gain is memory",
    unit="CPU credits earned per hour",
    source=list(earned.values()),
)

# %% [markdown]
# At zero, **standard** mode slows the machine down to its baseline. That is a quiet fault: nothing fails, all is slow.
# The chart follows a t3.micro over a day: it earns 12 credits an hour, and its two vCPUs at 30 % spend 36.

# %%
begin, end, step = 8, 18, 0.1  # hours
hours = [number * step for number in range(241)]
credits, level = [], 144.0  # half of what a t3.micro can hold
for hour in hours:
    credits.append(level)
    busy = 0.30 if begin <= hour < end else 0.04
    level = min(288.0, max(0.0, level + step * (earned["micro"] - 2 * 60 * busy)))
dry = hours[credits.index(0.0)]
charts.over_time(
    {"credits": credits},
    x=hours,
    x_unit="hours",
    y_label="CPU credits",
    events={"work begins": begin, "credits spent": dry, "work ends": end},
    headline=f"After {dry - begin:.1f} hours of work the machine falls from 30 % to its 10 %",
    source=earned["micro"],
)

# %% [markdown]
# T3, T3a and T4g keep their balance for seven days when stopped; T2 loses it, and gets some launch credits. Watch
# `CPUCreditBalance`; if it stays low, an `m` or `c` type is the honest choice.
#
# ### Your turn: when does it slow down?
#
# Write `first_throttled(kind, wanted, balance)` for **standard** mode. `wanted` is a list: the CPU in percent that the
# programs want in each minute, as an average over all vCPUs. Each minute first earns its share of the hour's credits
# (the balance never exceeds its maximum), then spends what is wanted. Return the index of the first minute for which
# the credits do not suffice, or `None`.
#
# <details><summary>Hint</summary>
#
# The facts are `cpu-credits-earned-t2-micro` and `cpu-credit-balance-maximum-t2-micro`, and so for `t3`. How many vCPUs
# a type has, `describe_instance_types` knows: two at 50 % spend one credit a minute.
# </details>


# %% exercise="first-throttled"
def first_throttled(kind: str, wanted: list[float], balance: float) -> int | None:
    """The first minute in which a burstable instance is slowed down."""
    ### BEGIN SOLUTION
    [found] = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"]
    vcpus = found["VCpuInfo"]["DefaultVCpus"]
    name = kind.replace(".", "-")
    each_minute = facts.limit("ec2", f"cpu-credits-earned-{name}") / 60
    most = facts.limit("ec2", f"cpu-credit-balance-maximum-{name}")
    for minute, percent in enumerate(wanted):
        balance = min(most, balance + each_minute)
        spent = percent / 100 * vcpus
        if spent > balance:
            return minute
        balance -= spent
    return None
    ### END SOLUTION


# %% check="first-throttled" points=2
with check(
    "first-throttled", needs="first_throttled", right="Count credits before the customers count seconds."
) as expect:

    def slows(what: str, kind: str, wanted: list[float], balance: float, minute: int | None) -> None:
        said = first_throttled(kind, list(wanted), balance)
        expect(said == minute, f"{what}: your answer is {said!r}, it should be {minute!r}.")

    slows("t2.micro, 10 credits, always 100 %", "t2.micro", [100] * 60, 10, 11)
    slows("t3.micro, 10 credits, always 100 % of two vCPUs", "t3.micro", [100] * 60, 10, 5)
    slows("t2.micro, full, idle for 10 hours, then 100 %", "t2.micro", [0] * 600 + [100] * 600, 144, 759)
    slows("t3.micro, no credits, always 5 %", "t3.micro", [5] * 600, 0, None)
    slows("t3.micro, full, idle for 10 hours, then 80 %", "t3.micro", [0] * 600 + [80] * 600, 288, 805)
    ### BEGIN HIDDEN TESTS
    slows("t3.small, 20 credits, always 55 %", "t3.small", [55] * 200, 20, 28)
    slows("t2.nano, no credits, an idle hour, then 100 %", "t2.nano", [0] * 60 + [100] * 60, 0, 63)
    slows("t3.large, empty, always 20 %", "t3.large", [20] * 600, 0, None)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Unlimited, at a price
#
# In **unlimited** mode nothing slows down: the instance goes on with *surplus* credits. If its average over 24 hours is
# above the baseline, the excess is billed, for Linux 0.05 USD for each vCPU-hour (T4g 0.04, Windows 0.096). T3, T3a and
# T4g begin as unlimited, T2 as standard; the mode can be changed while it runs.

# %%
tiny, old = launch(), launch(InstanceType="t2.micro")
wish = [{"InstanceId": tiny, "CpuCredits": "standard"}]
for _ in range(2):
    found = ec2.describe_instance_credit_specifications(InstanceIds=[tiny, old])
    modes = {one["InstanceId"]: one["CpuCredits"] for one in found["InstanceCreditSpecifications"]}
    print("t3.micro:", modes[tiny], "| t2.micro:", modes[old])
    ec2.modify_instance_credit_specification(InstanceCreditSpecifications=wish)

# %%
surplus = facts.price("ec2", "t2-t3-t3a-unlimited-surplus-credits-linux")
burst, steady = (facts.price("ec2", f"on-demand-linux-{name}-large") for name in ("t3", "m5"))
line = facts.limit("ec2", "cpu-baseline-t3-large")
charts.curves(
    {
        "t3.large, unlimited": lambda cpu: burst + max(0, cpu - line) * 0.01 * 2 * surplus,
        "m5.large": lambda cpu: steady,
    },
    x=(0, 100),
    breakeven=True,
    against="m5.large",
    headline="Above 43 % of CPU day and night, the cheap machine is the dear one",
    x_label="average CPU over a day",
    x_unit="percent",
    y_unit="USD per hour",
    source=[burst, steady, surplus, line],
)

# %% [markdown]
# AWS's own example says 42.5 %, with a slightly older price.
#
# ### Your turn: the break-even
#
# Write `break_even(burstable, steady)` for a T3 type and a dearer steady one, such as `"t3.large"` and `"m5.large"`:
# the average CPU, in percent of the burstable type's vCPUs, above which the steady type is cheaper than the burstable
# one in unlimited mode. If the burstable one is cheaper even at 100 %, return `None`.
#
# <details><summary>Hint</summary>
#
# How many dollars lie between the two prices, and how many vCPU-hours of surplus can be had for them? The prices are
# facts such as `on-demand-linux-t3-large`. The number of vCPUs differs from type to type.
# </details>


# %% exercise="break-even"
def break_even(burstable: str, steady: str) -> float | None:
    """The CPU in percent at which both types cost the same."""
    ### BEGIN SOLUTION
    [found] = ec2.describe_instance_types(InstanceTypes=[burstable])["InstanceTypes"]
    vcpus = found["VCpuInfo"]["DefaultVCpus"]
    cheap, dear = (facts.price("ec2", "on-demand-linux-" + kind.replace(".", "-")) for kind in (burstable, steady))
    for_surplus = facts.price("ec2", "t2-t3-t3a-unlimited-surplus-credits-linux")
    more = (dear - cheap) / (vcpus * for_surplus)
    percent = facts.limit("ec2", "cpu-baseline-" + burstable.replace(".", "-")) + 100 * more
    return percent if percent < 100 else None
    ### END SOLUTION


# %% check="break-even" points=2
with check("break-even", needs="break_even", right="Measure a week of CPU, then choose.") as expect:

    def meets(burstable: str, steady: str, vcpus: int, baseline: float) -> None:
        gap = float(facts.price("ec2", f"on-demand-linux-{steady.replace('.', '-')}"))
        gap -= float(facts.price("ec2", f"on-demand-linux-{burstable.replace('.', '-')}"))
        wanted = baseline + gap / (vcpus * 0.05) * 100
        said = break_even(burstable, steady)
        expect.close(said, wanted, f"{burstable} ({vcpus} vCPUs, baseline {baseline:g} %) and {steady}")

    meets("t3.large", "m5.large", 2, 30)
    meets("t3.2xlarge", "m5.2xlarge", 8, 40)
    said = break_even("t3.nano", "r6i.large")
    expect(said is None, f"A t3.nano is cheaper than an r6i.large even at 100 %: None, not {said!r}.")
    said = break_even("t3.2xlarge", "m5.4xlarge")
    expect(said is None, f"With its 8 vCPUs a t3.2xlarge stays cheaper than an m5.4xlarge: None, not {said!r}.")
    ### BEGIN HIDDEN TESTS
    meets("t3.xlarge", "m5.xlarge", 4, 40)
    meets("t3.medium", "c6i.large", 2, 20)
    expect(break_even("t3.micro", "r7g.large") is None, "A t3.micro is cheaper than an r7g.large even at 100 %.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Images: the recipe of an instance
#
# An **AMI** holds the snapshot of the root disk, the list of disks, the processor's architecture, boot settings, and
# *launch permissions*: who may start from it. AMIs come from AWS and the large distributions (Quick Start), from the
# Marketplace, from anybody (community), and from you.
#
# A name can be imitated; the **owner's account** cannot. The newest Amazon Linux is best read from the public
# parameter that this lesson's first cell uses.

# %%
for owners in (["amazon"], ["099720109477"], ["self"]):
    print(f"{owners[0]:<13}", len(ec2.describe_images(Owners=owners)["Images"]), "images")
[image] = ec2.describe_images(ImageIds=[LINUX])["Images"]
print(image["Name"], image["Architecture"], "of", image["OwnerId"])
own = ec2.create_image(InstanceId=server, Name="ferry-web-1")["ImageId"]
ec2.get_waiter("image_available").wait(ImageIds=[own])
partner = {"Add": [{"UserId": "210987654321"}]}
ec2.modify_image_attribute(ImageId=own, LaunchPermission=partner)
shared = ec2.describe_image_attribute(ImageId=own, Attribute="launchPermission")
print("may also start from it:", shared["LaunchPermissions"])
print("the same name again:   ", attempt(ec2.create_image, InstanceId=server, Name="ferry-web-1"))

# %% [markdown]
# Why an image of your own, if user data can install everything? It boots faster, all instances are equal even when a
# package changed meanwhile, agents and hardening are in it, and you decide when patches come. The price: you maintain
# it, and pay for its snapshot. Assume that a script takes 180 seconds and the boot itself 30.

# %%
charts.compare(
    {
        "a new server serves": {"user data": 30 + 180, "own image": 30},
        "ten replaced one by one": {"user data": 10 * (30 + 180), "own image": 10 * 30},
    },
    headline="What is baked in need not be installed while visitors wait",
    unit="seconds",
    source="assumption: boot 30 s, script 180 s",
)

# %% [markdown]
# An AMI lives in **one Region**. `copy_image`, called *in the destination*, makes another with an id of its own. A copy
# of an encrypted image stays encrypted; an unencrypted one may become encrypted on the way; back there is no way.
#
# ### Your turn: the golden copy
#
# Write `golden_copy(instance_id, name, region)`: it makes an image `name` of the instance in us-east-1 and, when that
# is available, an **encrypted** copy of the same name in `region`. Wait until that is available, too, and return both
# ids.
#
# <details><summary>Hint</summary>
#
# `create_image` and the waiter `image_available`, then a second client with `region_name=region`. The copy's settings
# are `SourceImageId`, `SourceRegion`, `Name` and `Encrypted`.
# </details>


# %% exercise="golden-copy"
def golden_copy(instance_id: str, name: str, region: str) -> tuple[str, str]:
    """An image of an instance, and its encrypted copy in another Region."""
    ### BEGIN SOLUTION
    here = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[here])
    away = boto3.client("ec2", region_name=region)
    there = away.copy_image(
        SourceImageId=here,
        SourceRegion="us-east-1",
        Name=name,
        Encrypted=True,
    )["ImageId"]
    away.get_waiter("image_available").wait(ImageIds=[there])
    return here, there
    ### END SOLUTION


# %% check="golden-copy" points=2
with check("golden-copy", needs="golden_copy", right="The same server can now start on another continent.") as expect:

    def copies(region: str) -> None:
        name, one = lab.unique_name("golden"), launch()
        with lab.watching(most=100) as made:
            returned = golden_copy(one, name, region)
        expect(
            isinstance(returned, tuple | list) and len(returned) == 2,
            f"Return the two ids, the one of us-east-1 first; you return {returned!r}.",
        )
        disks = []
        for where, image in zip(("us-east-1", region), returned, strict=True):
            there = boto3.client("ec2", region_name=where)
            mine = {found["ImageId"]: found for found in there.describe_images(Owners=["self"])["Images"]}
            expect(image in mine, f"In {where} there is no image {image} of yours. In which Region was the copy made?")
            expect(mine[image]["Name"] == name, f"The image in {where} is named {mine[image]['Name']!r}, not {name!r}.")
            disks.append(mine[image]["BlockDeviceMappings"][0]["Ebs"])
            launch(where, ImageId=image)
        expect(disks[1].get("Encrypted") is True, f"The copy in {region} is not encrypted.")
        order = [call.operation for call in made if call.ok]
        first, copy = order.index("CreateImage"), order.index("CopyImage")
        expect("DescribeImages" in order[first:copy], "The first image is copied before it is available: wait for it.")
        expect("DescribeImages" in order[copy:], "You return before the copy is available: wait for it.")

    copies("eu-west-1")
    ### BEGIN HIDDEN TESTS
    copies("ap-southeast-2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A bakery for images
#
# **EC2 Image Builder** does this as a service, again and again: take a base image, install, test, distribute to Regions
# and accounts. A **recipe** is a base image and an ordered list of **components** with versions such as `1.4.2`; a
# **pipeline** joins a recipe with the machines to build on, tests, the distribution and a schedule. It costs nothing
# itself; its machines, disks and logs do.

# %%
recipe = {
    "name": "ferry-web",
    "semanticVersion": "1.4.2",
    "parentImage": "Amazon Linux 2023, x86, newest",
    "components": ["update-linux 1.0.x", "install-httpd 2.1.0", "ferry-shop 1.4.2"],
}
charts.flow(
    [
        ("schedule", "build instance", "each Sunday"),
        ("recipe", "build instance"),
        ("build instance", "image"),
        ("image", "test instance"),
        ("test instance", "copies in Regions", "passed"),
        ("test instance", "thrown away", "failed"),
    ],
    kinds={"build instance": "compute", "test instance": "compute", "image": "storage"},
    headline="Only an image that passed its tests leaves the bakery",
)

# %% [markdown]
# > **Lab and AWS.** The lab has no Image Builder. Its work you can do with EC2's own calls, and see what the service
# > takes off your hands.
#
# ### Your turn: build, test, distribute
#
# Write `bake(instance_id, name, tests, regions)`:
#
# - build: an image `name` of the instance, in us-east-1; wait until it is available;
# - test: start **one** instance from the image and call each function of `tests` with its id, until one returns
#   `False`; terminate this instance in any case;
# - if a test fails, deregister the image and return an empty dictionary;
# - else distribute: a copy of the same name in each of `regions`. Return the image's id by Region, with us-east-1's.
#
# <details><summary>Hint</summary>
#
# `all(test(probe) for test in tests)` stops at the first `False`. `launch(ImageId=...)` starts one instance. "In any
# case" includes a test that raises an error: `try: ... finally: ...`.
# </details>


# %% exercise="pipeline"
def bake(instance_id: str, name: str, tests: list, regions: list[str]) -> dict[str, str]:
    """Build an image, test it, and copy it to Regions if it is good."""
    ### BEGIN SOLUTION
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image])
    probe = launch(ImageId=image)
    good = False
    try:
        good = all(test(probe) for test in tests)
    finally:
        ec2.terminate_instances(InstanceIds=[probe])
        if not good:
            ec2.deregister_image(ImageId=image)
    if not good:
        return {}
    found = {"us-east-1": image}
    for region in regions:
        found[region] = boto3.client("ec2", region_name=region).copy_image(
            SourceImageId=image,
            SourceRegion="us-east-1",
            Name=name,
        )["ImageId"]
    return found
    ### END SOLUTION


# %% check="pipeline" points=3
with check("pipeline", needs="bake", right="Nobody starts an image that nobody has tested.") as expect:

    def images(region: str, name: str) -> list[str]:
        there = boto3.client("ec2", region_name=region)
        return [one["ImageId"] for one in there.describe_images(Owners=["self"])["Images"] if one["Name"] == name]

    def bakes(results: list[bool], regions: list[str]) -> None:
        name, source, seen = lab.unique_name("web"), launch(), []

        def test_for(result: bool):
            def test(instance_id: str) -> bool:
                found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
                seen.append((instance_id, found["ImageId"], found["State"]["Name"]))
                return result

            return test

        with lab.watching(most=300) as calls:
            made = bake(source, name, [test_for(result) for result in results], list(regions))
        asked = results.index(False) + 1 if False in results else len(results)
        expect(len(seen) == asked, f"Of {len(results)} tests {len(seen)} were called; it should be {asked}.")
        probes = {one[0] for one in seen}
        expect(source not in probes, "The tests saw the instance that the image was made of, not one started from it.")
        expect(len(probes) == 1, f"{len(probes)} instances were started for the tests; one is enough.")
        expect(all(one[2] == "running" for one in seen), "The test instance did not run any more during a test.")
        [probe] = probes
        state = ec2.describe_instances(InstanceIds=[probe])["Reservations"][0]["Instances"][0]["State"]["Name"]
        expect(state == "terminated", f"After the tests their instance is still {state}.")
        order = [call.operation for call in calls if call.ok]
        between = order[order.index("CreateImage") : order.index("RunInstances")]
        expect("DescribeImages" in between, "On AWS no instance starts from an image that is pending: wait for it.")
        if False in results:
            expect(made == {}, f"A test failed: return an empty dictionary, not {made!r}.")
            expect(images("us-east-1", name) == [], "A test failed, and the image is still there: deregister it.")
            for region in regions:
                expect(images(region, name) == [], f"A test failed, and there is a copy in {region} all the same.")
            return
        expect(isinstance(made, dict), f"Return a dictionary of Regions and image ids, not {made!r}.")
        expect(set(made) == {"us-east-1", *regions}, f"The Regions you return are {', '.join(made) or 'none'}.")
        for region, image in made.items():
            expect(images(region, name) == [image], f"In {region} there is no image {name} with the id you return.")
        expect(seen[0][1] == made["us-east-1"], "The tests saw an instance of another image.")

    def breaks(regions: list[str]) -> None:
        name, probes = lab.unique_name("web"), []

        def broken(instance_id: str) -> bool:
            probes.append(instance_id)
            raise RuntimeError("the test itself is broken")

        try:
            bake(launch(), name, [broken], regions)
        except RuntimeError:
            pass
        state = ec2.describe_instances(InstanceIds=probes)["Reservations"][0]["Instances"][0]["State"]["Name"]
        expect(state == "terminated", f"A test raised an error, and its instance is still {state}: try, finally.")
        expect(images(regions[0], name) == [], "A test raised an error, and the image was distributed all the same.")

    bakes([True, True], ["eu-west-1"])
    bakes([True, False, True], ["eu-west-1", "us-west-2"])
    breaks(["eu-west-1"])
    ### BEGIN HIDDEN TESTS
    bakes([True], ["ap-southeast-2", "eu-central-1"])
    bakes([False], ["eu-west-1"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## And without a server?
#
# Some things need no server at all. Halyard's photo page shows pictures that travellers upload: a small program on an
# instance, asleep most of the day. Its parts have counterparts that cost nothing while nobody looks: pages and pictures
# in S3, an address by API Gateway, the program as a Lambda function, the list in DynamoDB. The capstone of the course
# builds such an application; the picture shows what becomes of each part.

# %%
charts.flow(
    [
        ("visitors", "one instance", "today"),
        ("one instance", "its disk"),
        ("visitors", "S3: pages, pictures", "redesigned"),
        ("visitors", "API Gateway", "redesigned"),
        ("API Gateway", "Lambda function"),
        ("Lambda function", "DynamoDB table"),
        ("Lambda function", "S3: pages, pictures", "upload address"),
    ],
    kinds={
        "one instance": "compute",
        "its disk": "storage",
        "S3: pages, pictures": "storage",
        "API Gateway": "network",
        "Lambda function": "compute",
        "DynamoDB table": "database",
    },
    headline="Redesigned, the photo page has no machine to start, patch or pay at night",
)

# %% [markdown]
# > **Bill.** The servers of this lesson would cost some 50 cents for an hour on AWS. The images stay until somebody
# > deregisters them *and* deletes their snapshots, at 0.05 USD a GB and month. Here both are one loop.

# %%
regions = ("us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2", "eu-central-1")
for region in regions:
    there = boto3.client("ec2", region_name=region)
    alive = [{"Name": "instance-state-name", "Values": ["running", "stopped"]}]
    pages = there.get_paginator("describe_instances").paginate(Filters=alive)
    ids = list(pages.search("Reservations[].Instances[].InstanceId"))
    if ids:
        there.terminate_instances(InstanceIds=ids)
    for one in there.describe_images(Owners=["self"])["Images"]:
        there.deregister_image(ImageId=one["ImageId"])
        there.delete_snapshot(SnapshotId=one["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"])
    print(f"{region:<15} {len(ids):>2} instances ended")

# %% [markdown]
# ## To remember
#
# - User data runs once, as root, at the first boot; at most 16 KB; it begins with `#!` or `#cloud-config`; no secrets.
# - `systemctl start` is now, `enable` is at every boot. Amazon Linux 2023 installs with `dnf`.
# - `169.254.169.254` answers only the instance: IMDSv2 wants a token by `PUT`; the role's keys there begin with `ASIA`.
# - Ports 22 and 3389 never from `0.0.0.0/0`; groups name groups; Session Manager needs no port.
# - A credit is one vCPU for one minute; at zero a standard instance falls to its baseline, an unlimited one is billed.
# - An AMI is regional; a copy may become encrypted, never unencrypted. Trust owners, not names.
# - Bake what is slow and stable, script what changes; Image Builder builds, tests and distributes.

# %% [markdown] question="slow-afternoon"
# ### Question 1
#
# A `t2.small` serves a shop well in the morning and crawls every afternoon. No error appears, memory and disk are fine,
# and CPU stays at exactly 20 %. What is going on?
#
# - [ ] **A** The network of the instance is throttled.
#   > That would not hold the CPU at a fixed figure.
# - [x] **B** Its CPU credits are spent; it is held at its baseline.
#   > 20 % is the baseline of a t2.small. Look at CPUCreditBalance; unlimited mode or another family ends it.
# - [ ] **C** Another customer on the same host uses the CPU.
#   > Neighbours do not take a share that is yours; the pattern is the credits'.
# - [ ] **D** It was launched from an image for another architecture.
#   > Then it would not have started at all.

# %% answer="slow-afternoon"
answer = "B"

# %% check="slow-afternoon" points=1
question("slow-afternoon", answer)

# %% [markdown] question="second-boot"
# ### Question 2
#
# A team changes the user data of a stopped instance, so that it installs a newer release, and starts it. The old
# release still runs. Why?
#
# - [ ] **A** User data cannot be changed after the launch.
#   > On a stopped instance it can; that is not the point here.
# - [ ] **B** The script needs the instance's key pair.
#   > It runs on the instance itself, as root, without any key pair.
# - [ ] **C** IMDSv2 refuses to give out the new text.
#   > With a token it answers with the new text. Reading is not running.
# - [x] **D** cloud-init runs a script only at the first boot of an instance.
#   > Start a new instance, from a new image or with the new script, and swap it for the old one.

# %% answer="second-boot"
answer = "D"

# %% check="second-boot" points=1
question("second-boot", answer)

# %% [markdown] question="stolen-keys"
# ### Question 3
#
# A web application fetches any address that a visitor types in. A visitor types
# `http://169.254.169.254/latest/meta-data/iam/security-credentials/` and gets keys. Which one setting would have
# prevented just this, with the least change?
#
# - [x] **A** `HttpTokens=required` on the instance
#   > The application can only GET; without a token by PUT the service answers 401. Mend the application all the same.
# - [ ] **B** A policy that denies the role to read metadata
#   > Metadata needs no permission, so no policy can deny it.
# - [ ] **C** A security group without outbound rules
#   > The link-local address is not filtered by security groups, and the shop needs its way out.
# - [ ] **D** A role with a longer session
#   > Stolen keys would then be good for longer.

# %% answer="stolen-keys"
answer = "A"

# %% check="stolen-keys" points=1
question("stolen-keys", answer)

# %% [markdown] question="fast-fleet"
# ### Question 4
#
# New servers of a fleet need seven minutes until they serve: their user data installs 40 packages that change once a
# month, and then fetches the current release, which changes daily. How do they get faster with the least work later?
#
# - [ ] **A** Bake everything, the release included, into an image by hand each day.
#   > Fast, and a daily chore. Each release would need a new image.
# - [ ] **B** Put the packages into the user data in compressed form.
#   > There is room for 16 KB, and installing would take as long.
# - [x] **C** A monthly Image Builder pipeline for the packages; user data fetches the release.
#   > What is slow and stable is baked, tested and distributed by itself; what changes daily stays a short script.
# - [ ] **D** Use instances with more CPU credits.
#   > Some packages install faster, the download does not, and 40 packages are still installed while visitors wait.

# %% answer="fast-fleet"
answer = "C"

# %% check="fast-fleet" points=1
question("fast-fleet", answer)

# %%
progress()
