import type { HttpMessage } from './http-message.ts';
import type { Nonces } from './nonces.ts';
import { signatureInvalid, signatureRequired } from './refusals.ts';
import type { SignatureKey } from './signature-key.ts';
import { verifySignature } from './verify-signature.ts';

/** Verifies the signatures of requests, each request once: the operations of a batch share its signature. */
export class Signatures {
  readonly #nonces: Nonces;
  readonly #now: () => number;
  readonly #verified = new WeakMap<HttpMessage, Promise<void>>();

  /** @param now milliseconds since 1970 */
  constructor(nonces: Nonces, now: () => number = Date.now) {
    this.#nonces = nonces;
    this.#now = now;
  }

  /** @throws RequestRefusal SIGNATURE_REQUIRED, SIGNATURE_INVALID, SERVICE_UNAVAILABLE */
  verify(message: HttpMessage, key: SignatureKey, mutation: string): Promise<void> {
    const { signature, 'signature-input': input } = message.headers;
    if (signature === undefined && input === undefined) throw signatureRequired(mutation, key);
    const known = this.#verified.get(message) ?? this.#verify(message, key);
    this.#verified.set(message, known);
    return known;
  }

  async #verify(message: HttpMessage, key: SignatureKey): Promise<void> {
    const nonce = await verifySignature(message, key, this.#now());
    // Only a valid signature uses its nonce up: others could otherwise block it.
    if (await this.#nonces.use(key.id, nonce)) return;
    throw signatureInvalid('A request with this nonce was received before. Sign it again with a new nonce.');
  }
}
