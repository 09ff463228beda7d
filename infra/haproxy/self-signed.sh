#!/bin/sh
# Makes a self-signed certificate on the first start. Replace /certificates/server.pem with one of a certificate authority (docs/runbooks/certificates.md).
set -eu
target=/certificates/server.pem
[ -s "$target" ] && exit 0
cd /tmp
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$SERVER_NAME" \
  -addext "subjectAltName=DNS:$SERVER_NAME" -keyout key.pem -out certificate.pem
cat certificate.pem key.pem > "$target.new"
chmod 644 "$target.new"
mv "$target.new" "$target"
