#!/bin/sh
# Prepares the edge on the first start: a map for releases, which `npm run deploy` changes, and a self-signed certificate.
# Replace /certificates/server.pem with one of a certificate authority (docs/runbooks/certificates.md).
set -eu
# HAProxy has a user of its own, who creates its socket in this folder. Only the proxy and the operators of the host see it.
chmod 777 /state
[ -e /state/release.map ] || echo "share 0" > /state/release.map
target=/certificates/server.pem
[ -s "$target" ] && exit 0
# A private folder: on a host without containers, others may read /tmp, and write there.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$SERVER_NAME" \
  -addext "subjectAltName=DNS:$SERVER_NAME" -keyout "$folder/key.pem" -out "$folder/certificate.pem"
cat "$folder/certificate.pem" "$folder/key.pem" > "$target.new"
chmod 644 "$target.new"
mv "$target.new" "$target"
