"""Real AWS data that installed packages ship: Regions and endpoints (botocore), instance types (moto).

What a package keeps up to date is not written down a second time in the fact files.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from course.facts.store import HOME_REGION, UnknownFact, near_names

BOTOCORE_PAGE = "https://github.com/boto/botocore"
MOTO_PAGE = "https://github.com/getmoto/moto"
_RELEASES = {"botocore": "2026-11", "moto": "2026-11"}


@cache
def regions() -> Any:
    """The Regions of all partitions as a DataFrame: region, name, partition, services, source, as_of.

    `services` counts the botocore clients with an endpoint in that Region.
    """
    import pandas
    from botocore.loaders import Loader

    loader = Loader()
    endpoints = {p["partition"]: p for p in loader.load_data("endpoints")["partitions"]}
    rows = []
    for partition in loader.load_data("partitions")["partitions"]:
        served = endpoints.get(partition["id"], {}).get("services", {})
        for region, details in partition["regions"].items():
            if region.endswith("-global"):
                continue
            count = sum(region in service.get("endpoints", {}) for service in served.values())
            rows.append([region, _city(details.get("description", region)), partition["id"], count])
    frame = pandas.DataFrame(rows, columns=["region", "name", "partition", "services"])
    return _with_source(frame.sort_values(["partition", "region"], ignore_index=True), BOTOCORE_PAGE, "botocore")


def endpoint(service: str, region: str = HOME_REGION) -> str:
    """The public endpoint of a service: `facts.endpoint("sqs")` -> `https://sqs.us-east-1.amazonaws.com`."""
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    loader = Loader()
    known = loader.list_available_services("service-2")
    if service not in known:
        near = ", ".join(near_names(service, known))
        raise UnknownFact(f"botocore has no client {service!r}. Did you mean {near or 'another name'}?")
    prefix = loader.load_service_model(service, "service-2")["metadata"]["endpointPrefix"]
    resolved = EndpointResolver(loader.load_data("endpoints")).construct_endpoint(prefix, region)
    if not resolved:
        raise UnknownFact(f"botocore knows no endpoint of {service} in {region}")
    return f"https://{resolved['hostname']}"


@cache
def instance_types() -> Any:
    """Every EC2 instance type as a DataFrame, from AWS's own description bundled with moto.

    Columns: type, family, vcpus, memory_gib, architecture, current, burstable, bare_metal, network,
    max_interfaces, instance_storage_gb, gpus, source, as_of.
    """
    import pandas
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    rows = []
    for name, about in sorted(INSTANCE_TYPES.items()):
        network = about.get("NetworkInfo", {})
        rows.append(
            {
                "type": name,
                "family": name.split(".")[0],
                "vcpus": about["VCpuInfo"]["DefaultVCpus"],
                "memory_gib": about["MemoryInfo"]["SizeInMiB"] / 1024,
                "architecture": ", ".join(about["ProcessorInfo"]["SupportedArchitectures"]),
                "current": about["CurrentGeneration"],
                "burstable": about["BurstablePerformanceSupported"],
                "bare_metal": about["BareMetal"],
                "network": network.get("NetworkPerformance", ""),
                "max_interfaces": network.get("MaximumNetworkInterfaces", 0),
                "instance_storage_gb": about.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
                "gpus": sum(gpu["Count"] for gpu in about.get("GpuInfo", {}).get("Gpus", [])),
            }
        )
    return _with_source(pandas.DataFrame(rows), MOTO_PAGE, "moto")


def instance_offerings(region: str = HOME_REGION) -> list[str]:
    """The instance types that can be started in a Region, sorted by name."""
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

    offered = INSTANCE_TYPE_OFFERINGS["region"]
    if region not in offered:
        near = ", ".join(near_names(region, offered))
        raise UnknownFact(f"moto lists no instance types for {region!r}. Did you mean {near or 'another Region'}?")
    return sorted(offer["InstanceType"] for offer in offered[region])


def _city(description: str) -> str:
    return description.split("(", 1)[1].rstrip(")") if "(" in description else description


def _with_source(frame: Any, page: str, package: str) -> Any:
    frame["source"] = page
    frame["as_of"] = _RELEASES[package]
    frame.attrs["package"] = f"{package} {version(package)}"
    return frame
