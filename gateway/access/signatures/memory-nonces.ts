import { RequestRefusal } from '../../errors/request-refusal.ts';
import { type Nonces, rememberedMs } from './nonces.ts';

const maxNonces = 100_000;

/** The nonces that this process has seen. Refuses further ones when it is full: forgetting one would allow its request again. */
export class MemoryNonces implements Nonces {
  /** When each nonce is forgotten, the earliest first. */
  readonly #endsAt = new Map<string, number>();
  readonly #max: number;
  readonly #now: () => number;

  constructor(max = maxNonces, now: () => number = () => performance.now()) {
    this.#max = max;
    this.#now = now;
  }

  use(keyId: string, nonce: string): boolean {
    const name = `${keyId} ${nonce}`;
    this.#forget();
    if (this.#endsAt.has(name)) return false;
    if (this.#endsAt.size >= this.#max) {
      const message = 'Too many signed requests at the moment. Sign and send the request again later.';
      throw new RequestRefusal('SERVICE_UNAVAILABLE', message, { retryAfterSeconds: 5 });
    }
    this.#endsAt.set(name, this.#now() + rememberedMs);
    return true;
  }

  #forget(): void {
    const now = this.#now();
    for (const [name, endsAt] of this.#endsAt) {
      if (endsAt > now) return;
      this.#endsAt.delete(name);
    }
  }
}
