"""The files of deploy/ hold together, as far as that can be seen without a container engine."""

import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from shared.campaigns import load_campaigns
from shared.policies import load_policies
from shared.units import load_units
from tests.support.tracking import rulebook

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
SERVICES: Final = {"tracker", "statistics", "auditor", "intake", "notifier", "web"}

_TEXT: Final = {"type": "string", "minLength": 1}
_WORDS: Final = {"type": "array", "items": _TEXT, "minItems": 1}
_DURATION: Final = {"type": "string", "pattern": "^[0-9]+(s|m|h)$"}

COMPOSE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["name", "services", "volumes"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": _TEXT,
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
        "services": {"type": "object", "additionalProperties": {"$ref": "#/$defs/service"}},
    },
    "$defs": {
        "service": {
            "type": "object",
            "required": ["image", "command", "restart", "stop_grace_period", "security_opt", "logging"],
            "additionalProperties": False,
            "properties": {
                "image": {"type": "string", "pattern": "^[a-z./-]+:.+$"},
                "build": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["context", "dockerfile"],
                    "properties": {"context": _TEXT, "dockerfile": _TEXT},
                },
                "command": _WORDS,
                "env_file": {"type": "array", "items": {"const": ".env"}},
                "environment": {"type": "object", "additionalProperties": _TEXT, "propertyNames": {"pattern": "^[A-Z_]+$"}},
                "volumes": {"type": "array", "items": {"type": "string", "pattern": "^[./a-z-]+:/[^:]+(:ro)?$"}},
                "ports": {"type": "array", "items": {"type": "string", "pattern": "^127\\.0\\.0\\.1:[0-9]+:[0-9]+$"}},
                "depends_on": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["condition"],
                        "properties": {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}},
                    },
                },
                "healthcheck": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["test", "interval", "timeout", "retries", "start_period"],
                    "properties": {
                        "test": {"type": "array", "prefixItems": [{"const": "CMD"}], "items": _TEXT, "minItems": 2},
                        "interval": _DURATION,
                        "timeout": _DURATION,
                        "start_period": _DURATION,
                        "retries": {"type": "integer", "minimum": 1},
                    },
                },
                "init": {"const": True},
                "restart": {"enum": ["unless-stopped", "no"]},
                "stop_grace_period": {"const": "40s"},
                "shm_size": _TEXT,
                "cap_drop": {"const": ["ALL"]},
                "security_opt": {"const": ["no-new-privileges:true"]},
                "logging": {
                    "type": "object",
                    "required": ["driver", "options"],
                    "properties": {"options": {"type": "object", "required": ["max-size"], "additionalProperties": _TEXT}},
                },
            },
        }
    },
}


def compose() -> dict[str, Any]:
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def services() -> dict[str, dict[str, Any]]:
    found = compose()["services"]
    assert isinstance(found, dict)
    return found


def instructions(name: str) -> list[list[str]]:
    """Every instruction of that name in the Dockerfile, as words."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    return [line.split()[1:] for line in text.splitlines() if line.split()[:1] == [name]]


def test_nats_server_accepts_its_configuration(tmp_path: Path) -> None:
    server = Path(sysconfig.get_path("scripts")) / "nats-server"
    text = (DEPLOY / "nats.conf").read_text(encoding="utf-8")
    assert '"/var/lib/nats"' in text
    config = tmp_path / "nats.conf"
    config.write_text(text.replace('"/var/lib/nats"', f'"{tmp_path / "store"}"'), encoding="utf-8")
    tested = subprocess.run([server, "-t", "-c", config], capture_output=True, text=True, timeout=30, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "is valid" in tested.stdout + tested.stderr


def test_nats_syncs_every_write_and_shows_its_monitor_to_itself_only() -> None:
    lines = [line.split("#")[0].strip() for line in (DEPLOY / "nats.conf").read_text(encoding="utf-8").splitlines()]
    assert "sync_interval: always" in lines
    assert [line for line in lines if line.startswith(("http:", "http_port:", "https"))] == ['http: "127.0.0.1:8222"']


def test_compose_has_the_shape_that_we_use() -> None:
    jsonschema.Draft202012Validator(COMPOSE).validate(compose())
    assert services().keys() == SERVICES | {"nats", "postgres", "migrate"}


def test_nothing_is_published_beyond_this_machine() -> None:
    assert {name: service["ports"] for name, service in services().items() if "ports" in service} == {
        "nats": ["127.0.0.1:4222:4222"],
        "web": ["127.0.0.1:8080:8080"],
    }


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_waits_for_its_surroundings_and_for_the_migration(name: str) -> None:
    service = services()[name]
    assert service["command"][:2] == ["serve", name]
    assert service["depends_on"] == {
        "nats": {"condition": "service_healthy"},
        "postgres": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_whatever_is_waited_for_as_healthy_says_whether_it_is() -> None:
    for service in services().values():
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services()[other]


def test_all_services_run_the_same_image_on_the_same_settings() -> None:
    ours = [service for name, service in services().items() if name in SERVICES | {"migrate"}]
    for field in ("image", "build", "environment", "volumes"):
        assert all(service[field] == ours[0][field] for service in ours), field


def test_the_password_is_in_no_file_and_a_start_without_it_is_refused() -> None:
    asked_for = "${POSTGRES_PASSWORD:?set it in deploy/.env}"
    ours, postgres = services()["tracker"]["environment"], services()["postgres"]["environment"]
    assert postgres["POSTGRES_PASSWORD"] == asked_for
    assert f"duban:{asked_for}@postgres" in ours["DUBAN_DATABASE_URL"]
    assert "\nPOSTGRES_PASSWORD=\n" in (DEPLOY / ".env.example").read_text(encoding="utf-8")
    assert ".env" in (DEPLOY / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_example_names_every_variable_with_its_default() -> None:
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (DEPLOY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    used = dict(re.findall(r"\$\{([A-Z_]+):[-?]([^}]*)\}", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert used == example | {"POSTGRES_PASSWORD": "set it in deploy/.env"}
    assert example["DUBAN_VERSION"] == tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_what_is_mounted_is_there_and_can_be_read() -> None:
    volumes = compose()["volumes"]
    for service in services().values():
        for source in (volume.split(":")[0] for volume in service.get("volumes", [])):
            assert (DEPLOY / source).exists() if source.startswith(".") else source in volumes
    assert load_units(DEPLOY / "office" / "units.toml") == {}
    assert load_policies(DEPLOY / "office" / "policies") == load_policies()
    assert load_campaigns(DEPLOY / "office" / "campaigns", rulebook()) == ()


def test_the_dockerfile_copies_what_exists_and_what_its_ignore_file_lets_through() -> None:
    copied = [source for *sources, _ in instructions("COPY") if not sources[0].startswith("--") for source in sources]
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed, source


def test_stages_are_copied_from_by_the_names_they_have() -> None:
    stages = {stage[2] for stage in instructions("FROM") if stage[1:2] == ["AS"]}
    taken = {words[0].removeprefix("--from=") for words in instructions("COPY") if words[0].startswith("--from=")}
    assert taken == stages


def test_the_image_runs_our_command_without_privileges_from_the_locked_dependencies() -> None:
    assert instructions("ENTRYPOINT") == [['["duban"]']]
    assert instructions("USER") == [["10001:10001"]]
    assert instructions("HEALTHCHECK") == []
    synced = [words for words in instructions("RUN") if words[:2] == ["uv", "sync"]]
    assert synced
    assert all({"--frozen", "--no-dev"} <= set(words) for words in synced)


def test_docker_compose_reads_the_file() -> None:
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("no docker client is installed")
    if subprocess.run([docker, "compose", "version"], capture_output=True, timeout=30, check=False).returncode != 0:
        pytest.skip("the docker client has no compose plugin")
    command = [docker, "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "-q"]
    environment = {"PATH": str(Path(docker).parent), "HOME": str(ROOT), "POSTGRES_PASSWORD": "secret"}
    read = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=environment)
    assert read.returncode == 0, read.stderr
