# %% [markdown]
# Answers to 07-containers/05-beanstalk: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="release"
def release(label, files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr("/".join(path.split("/")[1:]), text)
    bucket = eb.create_storage_location()["S3Bucket"]
    packed.seek(0)
    boto3.resource("s3").Bucket(bucket).upload_fileobj(packed, f"{label}.zip")
    eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        Process=True,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
    )
    found = eb.describe_application_versions(ApplicationName="tidewater", VersionLabels=[label])
    return found["ApplicationVersions"][0]["Status"]


# %% wrong="release" says="the project's folder is still around everything"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=zipped(files))
    return eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
        Process=True,
    )["ApplicationVersion"]["Status"]


# %% wrong="release" says="ask for it with Process=True"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    body = zipped({path.split("/", 1)[1]: text for path, text in files.items()})
    s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=body)
    eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
    )
    return "PROCESSED"


# %% wrong="release" says="the status alone"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    body = zipped({path.split("/", 1)[1]: text for path, text in files.items()})
    s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=body)
    return eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
        Process=True,
    )["ApplicationVersion"]


# %% wrong="release" says="The files in the zip"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    body = zipped({path.rpartition("/")[2]: text for path, text in files.items()})
    s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=body)
    return eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
        Process=True,
    )["ApplicationVersion"]["Status"]


# %% wrong="release" says="the project's folder is still around everything"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    body = zipped({path.removeprefix("ferry/"): text for path, text in files.items()})
    s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=body)
    return eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
        Process=True,
    )["ApplicationVersion"]["Status"]


# %% wrong="release" says="The files in the zip"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    folder = next(iter(files)).split("/")[0] + "/"
    body = zipped({path.replace(folder, ""): text for path, text in files.items()})
    s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=body)
    return eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
        Process=True,
    )["ApplicationVersion"]["Status"]


# %% right="release"
def release(label, files):
    bucket = eb.create_storage_location()["S3Bucket"]
    s3.put_object(
        Bucket=bucket,
        Key=f"{label}.zip",
        Body=zipped({path.split("/", 1)[1]: text for path, text in files.items()}),
    )
    status = eb.create_application_version(
        ApplicationName="tidewater",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"},
        Process=True,
    )["ApplicationVersion"]["Status"]
    while status in ("BUILDING", "PROCESSING"):
        lab.clock.advance(seconds=5)
        found = eb.describe_application_versions(ApplicationName="tidewater", VersionLabels=[label])
        status = found["ApplicationVersions"][0]["Status"]
    return status


# %% right="newest-platform"
import re


def newest(stacks, language):
    wanted = re.compile(r"64bit Amazon Linux 2023 v[\d.]+ running " + re.escape(language) + r" ([\d.]+)")
    best, version = None, ()
    for name in stacks:
        match = wanted.match(name)
        if match and tuple(map(int, match[1].split("."))) > version:
            best, version = name, tuple(map(int, match[1].split(".")))
    return best


# %% wrong="newest-platform" says="The newest of Python 3.9, 3.13 and 3.11"
def newest(stacks, language):
    found = [name for name in stacks if "Linux 2023" in name and f"running {language} " in name]
    return max(found, default=None)


# %% wrong="newest-platform" says="among a Tomcat"
def newest(stacks, language):
    found = [name for name in stacks if "Linux 2023" in name and language in name]
    return max(found, key=lambda name: [int(n) for n in name.split()[-1].split(".")], default=None)


# %% wrong="newest-platform" says="among a Tomcat and an Amazon Linux 2"
def newest(stacks, language):
    found = [name for name in stacks if f"running {language} " in name]
    return max(found, key=lambda name: [int(n) for n in name.split()[-1].split(".")], default=None)


# %% wrong="newest-platform" says="Tomcat 9 with Corretto 21"
def newest(stacks, language):
    found = [name for name in stacks if "Linux 2023" in name and f"running {language} " in name]
    return max(found, key=lambda name: [int(n) for n in name.split()[-1].split(".")], default=None)


# %% wrong="newest-platform" says="Ruby 3.4 and 4.0"
def newest(stacks, language):
    found = [name for name in stacks if "Linux 2023" in name and f"running {language} " in name]
    return max(found, key=lambda name: int(name.split(" running ")[1].split()[1].split(".")[-1]), default=None)


# %% right="settings-for"
def settings(least, most, variables):
    space = "aws:elasticbeanstalk"
    wanted = {("aws:autoscaling:launchconfiguration", "IamInstanceProfile"): "tidewater-web"}
    wanted[f"{space}:environment", "EnvironmentType"] = "SingleInstance" if most == 1 else "LoadBalanced"
    if most > 1:
        wanted[f"{space}:environment", "LoadBalancerType"] = "application"
        wanted[f"{space}:environment:process:default", "HealthCheckPath"] = "/health"
        wanted["aws:autoscaling:asg", "MinSize"] = f"{least}"
        wanted["aws:autoscaling:asg", "MaxSize"] = f"{most}"
    for name, value in variables.items():
        wanted[f"{space}:application:environment", name] = value
    return [{"Namespace": n, "OptionName": o, "Value": v} for (n, o), v in wanted.items()]


# %% wrong="settings-for" says="the balancer is a Classic one"
def settings(least, most, variables):
    space = "aws:elasticbeanstalk"
    wanted = [
        ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web"),
        (f"{space}:environment", "EnvironmentType", "SingleInstance" if most == 1 else "LoadBalanced"),
    ]
    if most > 1:
        wanted.append((f"{space}:environment:process:default", "HealthCheckPath", "/health"))
        wanted.append(("aws:autoscaling:asg", "MinSize", str(least)))
        wanted.append(("aws:autoscaling:asg", "MaxSize", str(most)))
    wanted += [(f"{space}:application:environment", name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% wrong="settings-for" says="instance profile"
def settings(least, most, variables):
    space = "aws:elasticbeanstalk"
    wanted = [(f"{space}:environment", "EnvironmentType", "SingleInstance" if most == 1 else "LoadBalanced")]
    wanted += [(f"{space}:application:environment", name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% wrong="settings-for" says="Unknown configuration setting"
def settings(least, most, variables):
    wanted = [
        ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web"),
        ("aws:elasticbeanstalk:environment", "EnvironmentType", "SingleInstance" if most == 1 else "LoadBalanced"),
        ("aws:autoscaling:asg", "MinSize", str(least)),
        ("aws:autoscaling:asg", "MaxSize", str(most)),
    ]
    wanted += [("aws:elasticbeanstalk:environment", name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% wrong="settings-for" says="there is a load balancer"
def settings(least, most, variables):
    wanted = [
        ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web"),
        ("aws:elasticbeanstalk:environment", "LoadBalancerType", "application"),
        ("aws:elasticbeanstalk:environment:process:default", "HealthCheckPath", "/health"),
        ("aws:autoscaling:asg", "MinSize", str(least)),
        ("aws:autoscaling:asg", "MaxSize", str(most)),
    ]
    wanted += [("aws:elasticbeanstalk:application:environment", name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% wrong="settings-for" says="there is no load balancer"
def settings(least, most, variables):
    space = "aws:elasticbeanstalk"
    wanted = [("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web")]
    if least == 1:
        wanted.append((f"{space}:environment", "EnvironmentType", "SingleInstance"))
    else:
        wanted.append((f"{space}:environment", "LoadBalancerType", "application"))
        wanted.append((f"{space}:environment:process:default", "HealthCheckPath", "/health"))
        wanted.append(("aws:autoscaling:asg", "MinSize", str(least)))
        wanted.append(("aws:autoscaling:asg", "MaxSize", str(most)))
    wanted += [(f"{space}:application:environment", name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% wrong="settings-for" says="smallest and largest size of the group"
def settings(least, most, variables):
    space = "aws:elasticbeanstalk"
    wanted = [("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web")]
    if most == 1:
        wanted.append((f"{space}:environment", "EnvironmentType", "SingleInstance"))
    else:
        wanted.append((f"{space}:environment", "LoadBalancerType", "application"))
        wanted.append((f"{space}:environment:process:default", "HealthCheckPath", "/health"))
        wanted.append(("aws:autoscaling:asg", "MinSize", "2"))
        wanted.append(("aws:autoscaling:asg", "MaxSize", "3"))
    wanted += [(f"{space}:application:environment", name, value) for name, value in variables.items()]
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% wrong="settings-for" says="the program finds no HARBOUR"
def settings(least, most, variables):
    space = "aws:elasticbeanstalk"
    wanted = [("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "tidewater-web")]
    if most == 1:
        wanted.append((f"{space}:environment", "EnvironmentType", "SingleInstance"))
    else:
        wanted.append((f"{space}:environment", "LoadBalancerType", "application"))
        wanted.append((f"{space}:environment:process:default", "HealthCheckPath", "/health"))
        wanted.append(("aws:autoscaling:asg", "MinSize", str(least)))
        wanted.append(("aws:autoscaling:asg", "MaxSize", str(most)))
    wanted.append((f"{space}:application:environment", "GREETING", variables.get("GREETING", "")))
    return [{"Namespace": n, "OptionName": o, "Value": v} for n, o, v in wanted]


# %% right="which-counts"
forecast = dict(zip(["Cooldown", "MaxSize", "MinSize", "MinSize after removal"], [360, 5, 1, 3]))

# %% wrong="which-counts" says="write a whole number"
forecast = {"MinSize": "1", "MaxSize": "5", "Cooldown": "360", "MinSize after removal": "3"}

# %% wrong="which-counts" says="goes before all files"
forecast = {"MinSize": 3, "MaxSize": 6, "Cooldown": 360, "MinSize after removal": 3}

# %% wrong="which-counts" says="A saved configuration goes before the files"
forecast = {"MinSize": 1, "MaxSize": 6, "Cooldown": 360, "MinSize after removal": 3}

# %% wrong="which-counts" says="the last of them by name"
forecast = {"MinSize": 1, "MaxSize": 5, "Cooldown": 360, "MinSize after removal": 2}


# %% right="mend-config"
def stocked(files):
    config = """
Resources:
  Tickets:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: number, AttributeType: S}]
      KeySchema: [{AttributeName: number, KeyType: HASH}]
option_settings:
  - namespace: aws:elasticbeanstalk:application:environment
    option_name: GREETING
    value: '`{"Ref": "Tickets"}`'
"""
    return {**files, ".ebextensions/stock.config": config}


# %% wrong="mend-config" says="with a point in front"
def stocked(files):
    config = {"option_settings": {"aws:elasticbeanstalk:application:environment": {"GREETING": "Tickets"}}}
    return files | {"ebextensions/stock.config": yaml.safe_dump(config)}


# %% wrong="mend-config" says="only files that end in .config"
def stocked(files):
    config = {"option_settings": {"aws:elasticbeanstalk:application:environment": {"GREETING": "Tickets"}}}
    return files | {".ebextensions/stock.yaml": yaml.safe_dump(config)}


# %% wrong="mend-config" says="invalid key: 'options_settings'"
def stocked(files):
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
    return files | {".ebextensions/stock.config": yaml.safe_dump(config)}


# %% wrong="mend-config" says="it does not find the table's name"
def stocked(files):
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "number", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}],
        },
    }
    config = {
        "Resources": {"Tickets": table},
        "option_settings": {"aws:elasticbeanstalk:application:environment": {"GREETING": "Tickets"}},
    }
    return files | {".ebextensions/stock.config": yaml.safe_dump(config)}


# %% wrong="mend-config" says="The project's own files are gone"
def stocked(files):
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
    return {".ebextensions/stock.config": yaml.safe_dump(config)}


# %% right="worker"
def worker_files():
    program = """
import json

def application(environ, start_response):
    body = environ["wsgi.input"].read().decode()
    if environ["PATH_INFO"].startswith("/count-seats"):
        print("seats counted")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]
    try:
        name = json.loads(body)["passenger"]
    except (ValueError, KeyError, TypeError):
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"no passenger"]
    print(f"ticket for {name}")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
"""
    cron = """
version: 1
cron:
  - name: "count-seats"
    url: "/count-seats"
    schedule: "0,15,30,45 * * * *"
"""
    return {"application.py": program, "cron.yaml": cron}


# %% wrong="worker" says="was answered with 200, so it is gone"
def worker_files():
    program = """
import json

def application(environ, start_response):
    start_response("200 OK", [])
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
        return [b""]
    try:
        print("ticket for", json.loads(environ["wsgi.input"].read())["passenger"])
    except Exception:
        pass
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "*/15 * * * *"}]
    return {"application.py": program, "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks})}


# %% wrong="worker" says="no cron.yaml at its root"
def worker_files():
    program = """
import json

def application(environ, start_response):
    try:
        print("ticket for", json.loads(environ["wsgi.input"].read())["passenger"])
        start_response("200 OK", [])
    except Exception:
        start_response("400 Bad Request", [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "*/15 * * * *"}]
    cron = yaml.safe_dump({"version": 1, "cron": tasks})
    return {"application.py": program, ".ebextensions/cron.yaml": cron}


# %% wrong="worker" says="How often the seats were counted"
def worker_files():
    program = """
import json

def application(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
    else:
        try:
            print("ticket for", json.loads(environ["wsgi.input"].read())["passenger"])
        except Exception:
            status = "400 Bad Request"
    start_response(status, [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "15 * * * *"}]
    return {"application.py": program, "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks})}


# %% wrong="worker" says="Failed to parse cron.yaml"
def worker_files():
    program = """
import json

def application(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
    else:
        try:
            print("ticket for", json.loads(environ["wsgi.input"].read())["passenger"])
        except Exception:
            status = "400 Bad Request"
    start_response(status, [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "rate(15 minutes)"}]
    return {"application.py": program, "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks})}


# %% wrong="worker" says="were answered with 500; wanted is 400. The program's log says: KeyError"
def worker_files():
    program = """
import json

def application(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
    else:
        print("ticket for", json.loads(environ["wsgi.input"].read())["passenger"])
    start_response(status, [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "*/15 * * * *"}]
    return {"application.py": program, "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks})}


# %% wrong="worker" says="were answered with 400, 500"
def worker_files():
    program = """
import json

def application(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
    else:
        try:
            order = json.loads(environ["wsgi.input"].read())
        except ValueError:
            order = {}
        if "passenger" in order:
            print("ticket for", order["passenger"])
        else:
            status = "400 Bad Request" if order == {} else "500 Internal Server Error"
    start_response(status, [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "*/15 * * * *"}]
    return {"application.py": program, "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks})}


# %% wrong="worker" says="The tickets that were printed"
def worker_files():
    program = """
import json

def application(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/count-seats":
        print("seats counted")
    else:
        try:
            order = json.loads(environ["wsgi.input"].read())
        except ValueError:
            order = {}
        if not isinstance(order, dict):
            order = {}
        print("ticket for", order.get("passenger"))
        if "passenger" not in order:
            status = "400 Bad Request"
    start_response(status, [])
    return [b""]
"""
    tasks = [{"name": "count-seats", "url": "/count-seats", "schedule": "*/15 * * * *"}]
    return {"application.py": program, "cron.yaml": yaml.safe_dump({"version": 1, "cron": tasks})}


# %% right="secure"
def secure(certificate):
    listener = "aws:elbv2:listener:443"
    return [
        {"Namespace": listener, "OptionName": "ListenerEnabled", "Value": "true"},
        {"Namespace": listener, "OptionName": "SSLCertificateArns", "Value": certificate},
        {"Namespace": listener, "OptionName": "Protocol", "Value": "HTTPS"},
    ]


# %% wrong="secure" says="none on port 443"
def secure(certificate):
    listener = "aws:elbv2:listener:default"
    return [
        {"Namespace": listener, "OptionName": "Protocol", "Value": "HTTPS"},
        {"Namespace": listener, "OptionName": "SSLCertificateArns", "Value": certificate},
    ]


# %% wrong="secure" says="must specify an SSL certificate"
def secure(certificate):
    return [{"Namespace": "aws:elbv2:listener:443", "OptionName": "Protocol", "Value": "HTTPS"}]


# %% wrong="secure" says="Set its Protocol"
def secure(certificate):
    return [{"Namespace": "aws:elbv2:listener:443", "OptionName": "SSLCertificateArns", "Value": certificate}]


# %% wrong="secure" says="Use the one that you are given"
mine = certificate


def secure(certificate):
    listener = "aws:elbv2:listener:443"
    return [
        {"Namespace": listener, "OptionName": "Protocol", "Value": "HTTPS"},
        {"Namespace": listener, "OptionName": "SSLCertificateArns", "Value": mine},
    ]


# %% right="redirect"
REDIRECTING = """
def application(environ, start_response):
    visitor = environ.get("HTTP_X_FORWARDED_PROTO", "")
    if environ["PATH_INFO"] == "/health" or visitor == "https":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"Tidewater"]
    host, path = environ["HTTP_HOST"], environ["PATH_INFO"]
    start_response("301 Moved Permanently", [("Location", f"https://{host}{path}")])
    return [b""]
"""

# %% wrong="redirect" says="do not answer the health check"
REDIRECTING = """
def application(environ, start_response):
    if environ.get("HTTP_X_FORWARDED_PROTO") != "https":
        goal = "https://" + environ["HTTP_HOST"] + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""

# %% wrong="redirect" says="A visitor over HTTPS gets"
REDIRECTING = """
def application(environ, start_response):
    if environ["wsgi.url_scheme"] != "https" and environ["PATH_INFO"] != "/health":
        goal = "https://" + environ["HTTP_HOST"] + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""

# %% wrong="redirect" says="The redirect leads to"
REDIRECTING = """
def application(environ, start_response):
    if environ.get("HTTP_X_FORWARDED_PROTO") == "http" and environ["PATH_INFO"] != "/health":
        start_response("301 Moved Permanently", [("Location", "https://" + environ["HTTP_HOST"])])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""

# %% wrong="redirect" says="wanted is 301"
REDIRECTING = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""


# %% wrong="redirect" says="also for a visitor over plain HTTP"
REDIRECTING = """
def application(environ, start_response):
    if environ.get("HTTP_X_FORWARDED_PROTO") == "http":
        goal = "https://" + environ["HTTP_HOST"] + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""

# %% wrong="redirect" says="itself is spared"
REDIRECTING = """
def application(environ, start_response):
    if environ.get("HTTP_X_FORWARDED_PROTO") == "http" and not environ["PATH_INFO"].startswith("/health"):
        goal = "https://" + environ["HTTP_HOST"] + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""

# %% wrong="redirect" says="to the same host and path"
REDIRECTING = """
def application(environ, start_response):
    if environ.get("HTTP_X_FORWARDED_PROTO") == "http" and environ["PATH_INFO"] != "/health":
        goal = "https://" + "www.tidewater.example" + environ["PATH_INFO"]
        start_response("301 Moved Permanently", [("Location", goal)])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Tidewater"]
"""


# %% right="keep-latest"
def keep_latest(application, role, count):
    off = {"Enabled": False, "MaxAgeInDays": 180, "DeleteSourceFromS3": False}
    rules = {
        "MaxCountRule": {"Enabled": True, "MaxCount": count, "DeleteSourceFromS3": False},
        "MaxAgeRule": off,
    }
    config = {"ServiceRole": role, "VersionLifecycleConfig": rules}
    eb.update_application_resource_lifecycle(ApplicationName=application, ResourceLifecycleConfig=config)


# %% wrong="keep-latest" says="they must stay"
def keep_latest(application, role, count):
    rule = {"Enabled": True, "MaxCount": count, "DeleteSourceFromS3": True}
    config = {"ServiceRole": role, "VersionLifecycleConfig": {"MaxCountRule": rule}}
    eb.update_application_resource_lifecycle(ApplicationName=application, ResourceLifecycleConfig=config)


# %% wrong="keep-latest" says="MaxAgeRule counts days"
def keep_latest(application, role, count):
    rule = {"Enabled": True, "MaxAgeInDays": count, "DeleteSourceFromS3": False}
    config = {"ServiceRole": role, "VersionLifecycleConfig": {"MaxAgeRule": rule}}
    eb.update_application_resource_lifecycle(ApplicationName=application, ResourceLifecycleConfig=config)


# %% wrong="keep-latest" says="Is the rule enabled?"
def keep_latest(application, role, count):
    rule = {"Enabled": False, "MaxCount": count, "DeleteSourceFromS3": False}
    config = {"ServiceRole": role, "VersionLifecycleConfig": {"MaxCountRule": rule}}
    eb.update_application_resource_lifecycle(ApplicationName=application, ResourceLifecycleConfig=config)


# %% wrong="keep-latest" says="The versions that are left"
def keep_latest(application, role, count):
    rule = {"Enabled": True, "MaxCount": 2, "DeleteSourceFromS3": False}
    config = {"ServiceRole": role, "VersionLifecycleConfig": {"MaxCountRule": rule}}
    eb.update_application_resource_lifecycle(ApplicationName=application, ResourceLifecycleConfig=config)


# %% wrong="keep-latest" says="The service role of the rule"
def keep_latest(application, role, count):
    rule = {"Enabled": True, "MaxCount": count, "DeleteSourceFromS3": False}
    own = "arn:aws:iam::123456789012:role/aws-elasticbeanstalk-service-role"
    config = {"ServiceRole": own, "VersionLifecycleConfig": {"MaxCountRule": rule}}
    eb.update_application_resource_lifecycle(ApplicationName=application, ResourceLifecycleConfig=config)
