/**
 * Sends a signed request (RFC 9421), with nothing but Node 24 or later: `node sign-request.ts BODY.json`. The environment names URL, API_KEY,
 * API_KEY_ID, and either SIGNING_KEY_FILE (the Ed25519 private key as PEM) or SIGNING_SECRET. With IDEMPOTENCY_KEY the mutation takes effect once.
 */
import { createHash, createHmac, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type Sign = (base: Buffer) => Buffer;

export const withPrivateKey =
  (pem: string): Sign =>
  (base) =>
    sign(null, base, pem);

export const withSecret =
  (secret: string): Sign =>
  (base) =>
    createHmac('sha256', secret).update(base).digest();

/** The headers of a signature over the method, the path, the body, and the idempotency key if there is one. */
export function signatureHeaders(
  { url, body, apiKeyId, idempotencyKey }: { url: string; body: string; apiKeyId: string; idempotencyKey?: string },
  makeSignature: Sign,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
  };
  const covered = { '@method': 'POST', '@path': new URL(url).pathname, ...headers };
  const names = Object.keys(covered).map((name) => `"${name}"`);
  const created = Math.floor(Date.now() / 1000);
  const parameters = `(${names.join(' ')});created=${created};nonce="${randomUUID()}";keyid="${apiKeyId}"`;
  const lines = Object.entries(covered).map(([name, value]) => `"${name}": ${value}`);
  const base = Buffer.from([...lines, `"@signature-params": ${parameters}`].join('\n'));
  const signature = `sig=:${makeSignature(base).toString('base64')}:`;
  return { ...headers, 'signature-input': `sig=${parameters}`, signature };
}

if (import.meta.main) {
  const { URL: url = '', API_KEY = '', API_KEY_ID: apiKeyId = '', IDEMPOTENCY_KEY } = process.env;
  const { SIGNING_KEY_FILE: file, SIGNING_SECRET: secret = '' } = process.env;
  const body = readFileSync(process.argv[2] ?? 0, 'utf8');
  const request = { url, body, apiKeyId, ...(IDEMPOTENCY_KEY && { idempotencyKey: IDEMPOTENCY_KEY }) };
  const signed = signatureHeaders(request, file ? withPrivateKey(readFileSync(file, 'utf8')) : withSecret(secret));
  const headers = { 'content-type': 'application/json', 'x-api-key': API_KEY, ...signed };
  console.log(await (await fetch(url, { method: 'POST', headers, body })).text());
}
