"""What `deploy/` configures, read: whether it fits the server, and keeps secrets out of it."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from chachaml_store_postgres import StorePostgres
from chachaml_ui import Ui

from tests.command import COMMAND, clean_environment
from tests.deploy.proxies import PROGRAM, SETTINGS
from tests.environments import ROOT

DEPLOY = ROOT / "deploy"
PLACES = {"TRACKER_DSN": "postgresql://x@127.0.0.1/x", "S3_ENDPOINT": "http://127.0.0.1:1"}
SECRETS = {"S3_ACCESS_KEY": "x", "S3_SECRET_KEY": "x"}
DEFAULTS = Ui()


class Loader(yaml.SafeLoader):
    """Reads what Compose may say beside YAML: that a list of an earlier file is left out."""


def _reset(loader: Loader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node)


Loader.add_constructor("!reset", _reset)


def compose(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((DEPLOY / name).read_text(), Loader)
    return read


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def variables(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each variable that Compose puts in, and whether it has to be set."""
    for name, how in re.findall(r"\$\{(\w+)(:[-?])?", text):
        yield name, how == ":?"


@pytest.fixture(scope="module")
def team() -> dict[str, Any]:
    return compose("compose.yaml")


@pytest.fixture(scope="module")
def manifests() -> dict[str, Any]:
    read = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    return {each["kind"]: each for each in read}


def check(config: Path, **more: str) -> str:
    """Return what the command says of a configuration that it checks."""
    command = [str(COMMAND), "--config", str(config), "--check"]
    environment = clean_environment(**more)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_only_the_proxy_has_a_port_and_only_on_this_machine(team: dict[str, Any]) -> None:
    ports = {name: service.get("ports", []) for name, service in team["services"].items()}
    assert set(ports) == {"kernel-1", "kernel-2", "proxy", "postgres", "s3"}
    assert {name for name, given in ports.items() if given} == {"proxy"}
    assert all(port.startswith("127.0.0.1:") for port in ports["proxy"])
    assert team["services"]["proxy"]["networks"] == ["front"]
    assert team["networks"]["back"] == {"internal": True}


def test_what_is_kept_is_in_volumes_that_have_names(team: dict[str, Any]) -> None:
    for service in ("postgres", "s3"):
        (volume,) = team["services"][service]["volumes"]
        assert volume.partition(":")[0] in team["volumes"]


def test_kernels_write_nothing_and_end_in_their_own_time(team: dict[str, Any]) -> None:
    kernels = [team["services"][name] for name in ("kernel-1", "kernel-2")]
    assert kernels[0] == kernels[1]
    for service in (*kernels, team["services"]["proxy"]):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert seconds(kernels[0]["stop_grace_period"]) > DEFAULTS.shutdown_timeout


def test_all_that_is_secret_has_to_be_given_and_no_example_gives_it(team: dict[str, Any]) -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    needed = {name for name, required in variables(text) if required}
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / ".env.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert needed == {"POSTGRES_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY"}
    assert {name for name, value in example.items() if not value} == needed
    environments = [service.get("environment", {}) for service in team["services"].values()]
    for environment in environments:
        for name, value in environment.items():
            assert "${" in value or not re.search("PASSWORD|KEY$|SECRET", name), name
    ignored = subprocess.run(
        ["git", "check-ignore", "deploy/.env"], cwd=ROOT, capture_output=True, check=False
    )
    assert ignored.returncode == 0


def test_the_configurations_are_right() -> None:
    said = check(DEPLOY / "team.toml", **PLACES, **SECRETS)
    assert said.startswith("the configuration is right: store_postgres, artifacts_s3,")
    signed = check(DEPLOY / "signed.toml", **PLACES, **SECRETS)
    assert "auth_proxy" in signed


def test_signing_in_changes_the_configuration_by_one_table() -> None:
    team, signed = (
        tomllib.loads((DEPLOY / name).read_text())["plugins"]
        for name in ("team.toml", "signed.toml")
    )
    door = signed.pop("auth_proxy")
    assert signed == team
    front = compose("oauth2.yaml")["networks"]["front"]
    assert door["trusted"] == [each["subnet"] for each in front["ipam"]["config"]]


def test_signing_in_leaves_no_port_but_its_own() -> None:
    services = compose("oauth2.yaml")["services"]
    assert services["proxy"] == {"ports": []}
    settings = tomllib.loads((DEPLOY / "oauth2-proxy.cfg").read_text())
    assert services["oauth2-proxy"]["ports"] == ["127.0.0.1:${TRACKER_PORT:-8080}:4180"]
    assert settings["http_address"].endswith(":4180")
    assert settings["upstreams"] == ["http://proxy:8080/"]
    assert settings["pass_user_headers"]
    assert settings["skip_auth_strip_headers"]


def test_the_proxy_takes_its_configuration_and_is_as_patient_as_the_kernels() -> None:
    assert PROGRAM is not None, "there is no program haproxy; run `make setup`"
    places = {"BIND": "127.0.0.1:1", "KERNEL_1": "127.0.0.1:2", "KERNEL_2": "127.0.0.1:3"}
    command = [PROGRAM, "-c", "-f", str(SETTINGS)]
    done = subprocess.run(command, env=places, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    timeouts = dict(re.findall(r"timeout (\S+) (\d+)s", SETTINGS.read_text()))
    assert int(timeouts["client"]) > max(DEFAULTS.body_timeout, DEFAULTS.heartbeat)
    longest = StorePostgres(dsn="postgresql://x").transaction_seconds
    assert int(timeouts["server"]) > max(longest, DEFAULTS.heartbeat)


def test_a_pod_gets_the_time_that_it_needs_to_end(manifests: dict[str, Any]) -> None:
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    (kernel,) = pod["containers"]
    waiting = float(kernel["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > waiting + DEFAULTS.shutdown_timeout
    assert kernel["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert kernel["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert kernel["readinessProbe"]["timeoutSeconds"] > 5  # what /readyz gives each port
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert kernel["securityContext"]["readOnlyRootFilesystem"] is True


def test_the_manifests_name_each_other(manifests: dict[str, Any], tmp_path: Path) -> None:
    pod = manifests["Deployment"]["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert manifests["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert manifests["Service"]["spec"]["selector"] == labels
    assert manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    rule = manifests["Ingress"]["spec"]["rules"][0]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == manifests["Service"]["metadata"]["name"]
    assert (
        pod["spec"]["volumes"][0]["configMap"]["name"] == manifests["ConfigMap"]["metadata"]["name"]
    )
    config = tmp_path / "chachaml.toml"
    config.write_text(manifests["ConfigMap"]["data"]["chachaml.toml"])
    check(config, TRACKER_DSN=PLACES["TRACKER_DSN"], **SECRETS)
    assert rule["host"] in tomllib.loads(config.read_text())["plugins"]["ui"]["allowed_hosts"]
