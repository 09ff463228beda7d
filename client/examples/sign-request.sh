#!/usr/bin/env bash
# Sends a signed request (RFC 9421) with openssl (3 or later) and curl: sign-request.sh BODY.json
# The environment names URL, API_KEY, API_KEY_ID, and either SIGNING_KEY_FILE (the Ed25519 private key as PEM) or SIGNING_SECRET.
# With IDEMPOTENCY_KEY the mutation takes effect once.
set -euo pipefail
body=$1
path=/$(cut -d/ -f4- <<<"${URL%%\?*}")
digest="sha-256=:$(openssl dgst -sha256 -binary "$body" | openssl base64 -A):"
names='"@method" "@path" "content-digest"'
lines=$(printf '"@method": POST\n"@path": %s\n"content-digest": %s' "$path" "$digest")
headers=(-H 'content-type: application/json' -H "x-api-key: $API_KEY" -H "content-digest: $digest")
if [ -n "${IDEMPOTENCY_KEY:-}" ]; then
  names+=' "idempotency-key"'
  lines+=$'\n'"\"idempotency-key\": $IDEMPOTENCY_KEY"
  headers+=(-H "idempotency-key: $IDEMPOTENCY_KEY")
fi
parameters="($names);created=$(date +%s);nonce=\"$(openssl rand -hex 16)\";keyid=\"$API_KEY_ID\""
base=$(mktemp)
trap 'rm -f "$base"' EXIT
printf '%s\n"@signature-params": %s' "$lines" "$parameters" >"$base"
if [ -n "${SIGNING_KEY_FILE:-}" ]; then
  signature=$(openssl pkeyutl -sign -rawin -inkey "$SIGNING_KEY_FILE" -in "$base" | openssl base64 -A)
else
  signature=$(openssl dgst -sha256 -mac HMAC -macopt "key:$SIGNING_SECRET" -binary "$base" | openssl base64 -A)
fi
curl --silent --show-error "${headers[@]}" -H "signature-input: sig=$parameters" -H "signature: sig=:$signature:" \
  --data-binary "@$body" "$URL"
