# The product as an image: web, workers, beat and commands run from the same one. docker-compose.yml says how.

FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements.txt ./
RUN python3 -m venv /opt/cdmo/venv \
    && /opt/cdmo/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
    && find /opt/cdmo/venv -name tests -path '*/site-packages/*' -type d -prune -exec rm -rf {} +

FROM python:3.11-slim-bookworm
# What WeasyPrint and RDKit load (cdmo/servers/bootstrap.py names the same), and the account that runs everything.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libxrender1 libxext6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 cdmo \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin cdmo \
    && install -d -o cdmo -g cdmo /var/lib/cdmo /var/lib/cdmo/files /var/lib/cdmo/backups /srv/static
COPY --from=packages /opt/cdmo/venv /opt/cdmo/venv
COPY . /opt/cdmo/product
WORKDIR /opt/cdmo/product
# Static files belong to the code: collected once, here. The settings ask for addresses that collecting never uses.
RUN /opt/cdmo/venv/bin/python -m compileall -q . \
    && CDMO_ENVIRONMENT=production SECRET_KEY=only-for-collecting-the-static-files-of-this-image-0000000 ALLOWED_HOSTS=localhost \
       DATABASE_URL=postgres://none@none/none REDIS_URL=redis://none CDMO_STATIC_ROOT=/opt/cdmo/static \
       /opt/cdmo/venv/bin/python manage.py collectstatic --no-input --verbosity 0 --ignore '*.py' --ignore '*.md'
ENV PATH=/opt/cdmo/venv/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/cache \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cdmo.settings \
    CDMO_ENVIRONMENT=production \
    CDMO_STATE_DIR=/var/lib/cdmo \
    CDMO_STATIC_ROOT=/opt/cdmo/static
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=4 CMD python -m cdmo.servers.healthy web
CMD ["gunicorn", "--config", "deploy/gunicorn.py", "cdmo.wsgi"]
