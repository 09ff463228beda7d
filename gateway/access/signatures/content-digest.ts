import { createHash } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import type { HttpMessage } from './http-message.ts';
import { signatureInvalid } from './refusals.ts';

/** Algorithms of the header `Content-Digest` (RFC 9530) that the gateway knows. Others in it are ignored. */
const algorithms = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const;

/** Compares the body with its digests. @throws RequestRefusal SIGNATURE_INVALID */
export function checkContentDigest(message: HttpMessage): void {
  const digests = Object.entries(algorithms).flatMap(([name, hash]) => {
    const given = digestIn(message, name);
    return given === undefined ? [] : [{ given, hash }];
  });
  if (digests.length === 0) {
    const problem = 'The header Content-Digest is missing or names no known algorithm.';
    throw signatureInvalid(`${problem} Send sha-256=:<base64 of the SHA-256 of the body>: and cover it.`);
  }
  const content = message.content ?? Buffer.alloc(0);
  for (const { given, hash } of digests) {
    if (given === `:${createHash(hash).update(content).digest('base64')}:`) continue;
    throw signatureInvalid('The body differs from its Content-Digest. Compute it over the bytes that you send.');
  }
}

/** Reads one digest as it stands in the header, between colons. */
function digestIn({ method, path, headers }: HttpMessage, algorithm: string): string | undefined {
  const given = headers['content-digest'];
  if (typeof given !== 'string') return undefined;
  try {
    const request = { method, url: path, headers: { 'content-digest': given } };
    return httpbis.extractHeader('content-digest', new Map([['key', algorithm]]), request)[0];
  } catch {
    return undefined; // the header has no such entry, or is no dictionary
  }
}
