#!/bin/sh
# Makes what deploy/secrets/ lacks: passwords, the secret key, and, until there is a real one, a certificate signed by itself for $1.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 711 secrets  # the containers' accounts reach the files that they are given; nobody else can list them
for name in postgres_password owner_password application_password; do
    [ -s "secrets/$name" ] || openssl rand -hex 32 >"secrets/$name"
done
[ -s secrets/secret_key ] || openssl rand -base64 60 | tr -d '\n' >secrets/secret_key
if [ ! -s secrets/tls_key ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=${1:-localhost}" \
        -addext "subjectAltName=DNS:${1:-localhost}" -keyout secrets/tls_key -out secrets/tls_certificate 2>/dev/null
fi
chmod 444 secrets/*
