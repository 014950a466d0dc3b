"""User data runs at the first boot of an instance of the lab, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from course import lab
from course.lab.ec2.first_boot import FirstBoot, first_boot

_WEB = """#!/bin/bash
dnf update -y
dnf install -y httpd
systemctl start httpd
systemctl enable httpd
echo "<h1>Hello from $(hostname -f)</h1>" > /var/www/html/index.html
"""


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    lab.start()
    lab.reset()
    yield
    lab.stop()


def _instance(user_data: str) -> str:
    image = boto3.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    wish: dict[str, Any] = {"UserData": user_data} if user_data else {}
    made = boto3.client("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", **wish)
    return str(made["Instances"][0]["InstanceId"])


def _boot(user_data: str) -> FirstBoot:
    return first_boot(_instance(user_data))


def test_a_web_server_answers() -> None:
    boot = _boot(_WEB)
    assert (boot.exit_code, boot.started, boot.enabled) == (0, ("httpd",), ("httpd",))
    assert (boot.page() or "").startswith("<h1>Hello from ip-")


def test_it_runs_once() -> None:
    one = _instance(_WEB)
    assert first_boot(one) is first_boot(one)


@pytest.mark.parametrize("text", ["", " " + _WEB, "\n" + _WEB, _WEB.replace("#!", "#")])
def test_cloud_init_passes_over_what_is_no_script(text: str) -> None:
    boot = _boot(text)
    assert (boot.ran, boot.page()) == (False, None)


def test_a_page_before_its_server_has_no_folder() -> None:
    lines = _WEB.splitlines()
    boot = _boot("\n".join([lines[0], lines[-1], *lines[1:-1]]))
    assert "No such file or directory" in boot.log
    assert boot.page() is None


def test_without_e_a_script_goes_on_after_an_error() -> None:
    start = "dnf install -y httpd\nsystemctl start httpd\n"
    script = "#!/bin/bash{}\nsystemctl start nginx\n" + start + "echo hi > /var/www/html/index.html\n"
    assert _boot(script.format("")).page() == "hi\n"
    strict = _boot(script.format(" -e"))
    assert (strict.page(), strict.exit_code) == (None, 5)
    assert "nginx.service not found" in strict.log


def test_a_missing_quote_stops_it() -> None:
    boot = _boot(_WEB.replace('</h1>"', "</h1>"))
    assert boot.exit_code == 2 and boot.page() is None
    assert "unexpected EOF" in boot.log and "/var/lib/cloud/instance/scripts/part-001" in boot.log


def test_commands_of_older_systems_are_missing() -> None:
    assert "command not found" in _boot("#!/bin/bash\namazon-linux-extras install nginx1\n").log


def test_an_enabled_service_may_not_run_yet() -> None:
    boot = _boot(_WEB.replace("systemctl start httpd\n", ""))
    assert (boot.enabled, boot.started, boot.page()) == (("httpd",), (), None)


def test_a_cloud_config_installs_and_runs() -> None:
    boot = _boot("#cloud-config\npackages:\n  - httpd\nruncmd:\n  - systemctl enable --now httpd\n")
    assert (boot.packages, boot.started, boot.enabled) == (("httpd",), ("httpd",), ("httpd",))


def test_scripts_in_python_run_too() -> None:
    boot = _boot("#!/usr/bin/env python3\nopen('/etc/greeting', 'w').write('hi')\n")
    assert boot.files["/etc/greeting"] == "hi"
