"""The life of an environment: launch, update, rebuild, end. Each takes its time on the lab's clock.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.environments.html
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import Final

from botocore.exceptions import ClientError

from course.lab.agenda import Delivery, add_source, note
from course.lab.beanstalk import (
    ebextensions,
    fleet,
    health,
    network,
    options,
    rollouts,
    scaling,
    stack,
)
from course.lab.beanstalk.store import Environment, RolloutFailed, Version, kept
from course.lab.courses import Course, Wait, begin
from course.lab.place import Place, everywhere

# How long AWS takes, roughly: for a balancer and instances that boot, for a single instance, for their end.
_BALANCED: Final = 150.0
_SINGLE: Final = 90.0
_END: Final = 120.0


def launch(environment: Environment) -> None:
    """Begin to make an environment."""
    environment.status = "Launching"
    environment.say("createEnvironment is starting.")
    _begin(environment, _launch(environment))


def update(environment: Environment, version: Version | None, changed: set[tuple[str, str]]) -> None:
    """Begin to bring a version or settings onto an environment."""
    environment.status, environment.aborting = "Updating", False
    environment.deploying = version.label if version is not None else ""
    environment.say("Environment update is starting.")
    _begin(environment, _update(environment, version, changed))


def terminate(environment: Environment) -> None:
    """Begin to end an environment with all its resources."""
    environment.status = "Terminating"
    environment.say("terminateEnvironment is starting.")
    _begin(environment, _terminate(environment))


def rebuild(environment: Environment) -> None:
    """Begin to end all resources of an environment and to make them anew."""
    environment.status = "Updating" if environment.alive else "Launching"
    environment.say("rebuildEnvironment is starting.")
    _begin(environment, _rebuild(environment))


def _begin(environment: Environment, course: Course) -> None:
    environment.working = True
    begin(environment.place, "elasticbeanstalk", environment.name, _marked(environment, course),
          lambda: environment.status)  # fmt: skip


def _marked(environment: Environment, course: Course) -> Course:
    try:
        yield from course
    finally:
        environment.working = False


# Launch ----------------------------------------------------------------------------------------------------


class _CannotLaunch(Exception):
    """Why an environment does not even get resources."""


def _launch(environment: Environment) -> Course:
    where = f"{environment.place.region}-{environment.place.account}"
    environment.say(f"Using elasticbeanstalk-{where} as Amazon S3 storage bucket for environment data.")
    version = kept(environment.place).version(environment)
    try:
        _check_profile(environment)
        if version is not None:
            _check_files(environment, version)
        yield from stack.create(environment, version)
    except (_CannotLaunch, network.NoNetwork, ClientError) as error:
        environment.say(_words(error), "ERROR")
        environment.say("Failed to launch environment.", "ERROR")
        environment.status = "Terminated"
        return
    except stack.StackFailed as error:
        stack.look(environment)
        _tell_stack_failure(environment, error, "Creating")
        environment.say("Failed to launch environment.", "ERROR")
        environment.status = "Ready"
        return
    yield from _populate(environment, version)


def _words(error: Exception) -> str:
    """A refused call of another service in the words of an event; other errors as they are."""
    if not isinstance(error, ClientError):
        return str(error)
    return f"Service: {error.operation_name}, Message: {error.response['Error'].get('Message', '')}"


def _populate(environment: Environment, version: Version | None) -> Course:
    """What follows once the resources are there: addresses, alarms, the program on the instances."""
    _tell_resources(environment)
    scaling.follow(environment)
    environment.say("Waiting for EC2 instances to launch. This may take a few minutes.")
    for one in fleet.instances(environment):
        fleet.adopt(environment, one)
    yield Wait.seconds(_SINGLE if "AWSEBEIP" in environment.resources else _BALANCED)
    _give_address(environment)
    failures = yield from _install_everywhere(environment, version, fleet.instances(environment))
    environment.status = "Ready"
    for one in failures:
        environment.say(one, "ERROR")
    if environment.tier == "WebServer":
        environment.say(f"Application available at {environment.cname}.")
    if failures:
        environment.say("Create environment operation is complete, but with errors. For more information, see "
                        "troubleshooting documentation.", "ERROR")  # fmt: skip
    else:
        environment.say(f"Successfully launched environment: {environment.name}")
    _tell_health(environment)


def _install_everywhere(
    environment: Environment, version: Version | None, ids: list[str]
) -> Generator[Wait, None, list[str]]:
    """Install on several instances at the same time; gives the reasons where it did not work."""
    failures: list[str] = []
    if version is None:
        return failures
    seconds, staged = 0.0, []
    for one in ids:
        try:
            seconds = max(seconds, fleet.install(environment, one, version))
            staged.append(one)
        except fleet.CannotInstall as error:
            failures.append(str(error))
    yield Wait.seconds(seconds)
    for one in staged:
        try:
            fleet.start(environment, one)
        except fleet.CannotInstall as error:
            failures.append(str(error))
    return list(dict.fromkeys(failures))


def _check_profile(environment: Environment) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-instanceprofile.html"""
    given = options.value(environment, options.LAUNCH, "IamInstanceProfile") or ""
    name = given.rpartition("/")[2]
    if not name:
        raise _CannotLaunch("Environment must have instance profile associated with it.")
    profiles = environment.place.global_backend("iam").instance_profiles.values()
    if not any(one.name == name for one in profiles):
        raise _CannotLaunch(f"The instance profile {name} associated with the environment does not exist.")


def _check_files(environment: Environment, version: Version) -> None:
    found = ebextensions.read(version.bundle)
    for message in found.errors[:-1]:
        environment.say(message, "ERROR")
    if found.errors:
        raise _CannotLaunch(found.errors[-1])
    _tell_unknown(environment, found)


def _tell_unknown(environment: Environment, found: ebextensions.Extensions) -> None:
    for file in found.files:
        for namespace, name in file.settings:
            if options.find(namespace, name) is None:
                environment.say(f"Invalid option specification (Namespace: '{namespace}', OptionName: '{name}'): "
                                f"Unknown configuration setting in {file.name}.", "WARN")  # fmt: skip


def _tell_resources(environment: Environment) -> None:
    words = {
        "AWSEBSecurityGroup": "Created security group named: {}",
        "AWSEBLoadBalancerSecurityGroup": "Created security group named: {}",
        "AWSEBEIP": "Created EIP: {}",
        "AWSEBV2LoadBalancerTargetGroup": "Created target group named: {}",
        "AWSEBV2LoadBalancer": "Created load balancer named: {}",
        "AWSEBLoadBalancer": "Created load balancer named: {}",
        "AWSEBAutoScalingGroup": "Created Auto Scaling group named: {}",
        "AWSEBWorkerQueue": "Created SQS queue named: {}",
        "AWSEBWorkerDeadLetterQueue": "Created SQS dead letter queue named: {}",
    }
    for name, text in words.items():
        if name in environment.resources:
            environment.say(text.format(environment.resources[name]))


def _tell_stack_failure(environment: Environment, error: stack.StackFailed, what: str) -> None:
    for reason in str(error).split("; "):
        name, _, words = reason.partition(": ")
        environment.say(f"{what} {name} failed. Reason: {words}", "ERROR")
    environment.say(f"Stack named '{environment.stack_name}' aborted operation. Current state: "
                    f"'{stack.status_of(environment)}'", "ERROR")  # fmt: skip


def _give_address(environment: Environment) -> None:
    """A single instance gets the environment's Elastic IP address."""
    address, ids = environment.resources.get("AWSEBEIP"), fleet.instances(environment)
    if address and ids:
        ec2 = environment.session.client("ec2")
        row = ec2.describe_addresses(PublicIps=[address])["Addresses"][0]
        if row.get("InstanceId") != ids[0]:
            ec2.associate_address(InstanceId=ids[0], AllocationId=row["AllocationId"], AllowReassociation=True)


def _take_address(environment: Environment) -> None:
    """An address that is in use cannot be released; the lab's CloudFormation leaves that to us."""
    if address := environment.resources.get("AWSEBEIP"):
        ec2 = environment.session.client("ec2")
        for row in ec2.describe_addresses(Filters=[{"Name": "public-ip", "Values": [address]}])["Addresses"]:
            if row.get("AssociationId"):
                ec2.disassociate_address(AssociationId=row["AssociationId"])
            ec2.release_address(AllocationId=row["AllocationId"])


def _tell_health(environment: Environment) -> None:
    now = health.of(environment)
    if health.is_enhanced(environment) and now.status != "Ok":
        environment.say(f"Environment health has transitioned to {now.status}. {' '.join(now.causes)}", "WARN")


# Update ----------------------------------------------------------------------------------------------------


def _update(environment: Environment, version: Version | None, changed: set[tuple[str, str]]) -> Course:
    running = version or kept(environment.place).version(environment)
    try:
        if version is not None:
            _check_files(environment, version)
        yield from stack.update(environment, running)
    except (_CannotLaunch, ClientError) as error:
        environment.say(_words(error), "ERROR")
        _end_update(environment, "Failed to deploy application.")
        return
    except stack.StackFailed as error:
        _tell_stack_failure(environment, error, "Updating")
        _end_update(environment, "Failed to deploy configuration.")
        return
    scaling.follow(environment)
    if version is not None:
        environment.deployment += 1
    try:
        yield from rollouts.roll_out(environment, version, changed)
    except (RolloutFailed, fleet.CannotInstall) as error:
        environment.say(str(error), "ERROR")
        _end_update(environment, "Failed to deploy application.")
        return
    if version is None and any(_restarts(key) for key in changed):
        for one in fleet.instances(environment):
            fleet.restart(environment, one)
    if version is not None:
        environment.version_label = version.label
    environment.deploying, environment.status = "", "Ready"
    environment.say("Environment update completed successfully.")
    _tell_health(environment)


def _restarts(key: tuple[str, str]) -> bool:
    option = options.find(*key)
    return option is not None and option.severity == "RestartApplicationServer"


def _end_update(environment: Environment, message: str) -> None:
    environment.deploying, environment.status = "", "Ready"
    environment.say(message, "ERROR")
    _tell_health(environment)


# End -------------------------------------------------------------------------------------------------------


def _terminate(environment: Environment) -> Course:
    yield from _remove(environment)
    if environment.status == "Terminating":
        environment.status = "Terminated"
        environment.say("terminateEnvironment completed successfully.")


def _remove(environment: Environment) -> Course:
    scaling.forget(environment)
    ids = fleet.instances(environment)
    if ids:
        environment.say(f"Terminating instances: {', '.join(ids)}")
    yield Wait.seconds(_END)
    _take_address(environment)
    try:
        yield from stack.delete(environment)
    except stack.StackFailed as error:
        _tell_stack_failure(environment, error, "Deleting")
        environment.say("The environment termination step failed because at least one of the environment's resources "
                        "could not be deleted.", "ERROR")  # fmt: skip
        environment.status = "Ready"
        return
    for name in ("AWSEBV2LoadBalancer", "AWSEBLoadBalancer", "AWSEBAutoScalingGroup", "AWSEBEIP"):
        if name in environment.resources:
            environment.say(f"Deleted {name}: {environment.resources[name]}")
    environment.resources, environment.installed = {}, {}


def _rebuild(environment: Environment) -> Course:
    if environment.resources:
        yield from _remove(environment)
        if environment.status == "Ready":
            return
    environment.status = "Launching"
    yield from _launch(environment)


# New instances ---------------------------------------------------------------------------------------------


def _all() -> Iterator[Environment]:
    if "moto.elasticbeanstalk.models" not in sys.modules:
        return
    for backend in everywhere("elasticbeanstalk"):
        if "lab_beanstalk" in backend.__dict__:
            yield from kept(Place(backend.account_id, backend.region_name)).alive


def _bare(environment: Environment) -> list[str]:
    """Instances that Auto Scaling added, on which nothing has been installed."""
    if environment.status != "Ready" or environment.working:
        return []
    return [one for one in fleet.instances(environment) if one not in environment.installed]


class _NewInstances:
    """What the agenda asks: instances that came by scaling or as a replacement get the version that runs."""

    def next_due(self) -> float | None:
        return 0.0 if any(_bare(one) for one in _all()) else None

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for environment in _all():
            ids = _bare(environment)
            if not ids:
                continue
            for one in ids:
                fleet.adopt(environment, one)
            environment.say(f"Adding instance(s) {', '.join(ids)} to your environment.")
            begin(environment.place, "elasticbeanstalk", environment.name, _join(environment, ids),
                  lambda: "instances added")  # fmt: skip
            made.append(note(f"environment {environment.name}", ", ".join(ids), "installing"))
        return made


def _join(environment: Environment, ids: list[str]) -> Course:
    _give_address(environment)
    failures = yield from _install_everywhere(environment, kept(environment.place).version(environment), ids)
    for one in failures:
        environment.say(one, "ERROR")


add_source(_NewInstances())
