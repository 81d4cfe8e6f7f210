#!/bin/sh
# On the first start of the database: the owner, who migrates, and the application, which reads and writes. audit/roles.py grants.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner="$(cat /run/secrets/owner_password)" -v application="$(cat /run/secrets/application_password)" <<'SQL'
CREATE ROLE cdmo_owner LOGIN PASSWORD :'owner';
CREATE ROLE cdmo_app LOGIN PASSWORD :'application';
CREATE DATABASE cdmo OWNER cdmo_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE cdmo FROM PUBLIC;
SQL
