#!/bin/sh
# On the first start of the database: the owner, who migrates, the application, which reads and writes, and the role that the application
# takes on for a client's request. audit/roles.py grants.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner="$(cat /run/secrets/owner_password)" -v application="$(cat /run/secrets/application_password)" <<'SQL'
CREATE ROLE cdmo_owner LOGIN PASSWORD :'owner';
CREATE ROLE cdmo_app LOGIN PASSWORD :'application';
CREATE ROLE cdmo_client NOLOGIN;
GRANT cdmo_client TO cdmo_app, cdmo_owner;
CREATE DATABASE cdmo OWNER cdmo_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE cdmo FROM PUBLIC;
SQL
