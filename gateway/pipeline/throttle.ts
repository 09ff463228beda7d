import { LRUCache } from 'lru-cache';
import { clientNetwork } from '#shared/identity/client-network.ts';
import type { BucketSize } from '../access/clients/token-bucket.ts';
import { TokenBuckets } from '../access/clients/token-buckets.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Arrived, Identified } from './stages.ts';

/** Rates of one client. An address (IPv6: a /64) counts as a client, and so does an account. */
export interface ClientRates {
  /** Requests; undefined for no limit. */
  readonly requests: BucketSize | undefined;
  /** Documents that the gateway has not seen yet, so that it has to parse, validate and plan them; undefined for no limit. */
  readonly newDocuments: BucketSize | undefined;
}

/** Bounds of the memory of known texts: their number, and their characters together. */
const maxTexts = 5_000;
const maxCharacters = 4_000_000;

/** Refuses requests of clients that exceed their rates. */
export class Throttle {
  readonly #requests: TokenBuckets | undefined;
  readonly #newDocuments: TokenBuckets | undefined;
  /** Valid documents of every generation: a reload does not make them new. */
  readonly #knownTexts = new LRUCache<string, true>({
    max: maxTexts,
    maxSize: maxCharacters,
    sizeCalculation: (_known, text) => text.length + 1,
  });

  constructor({ requests, newDocuments }: ClientRates) {
    this.#requests = requests && new TokenBuckets(requests);
    this.#newDocuments = newDocuments && new TokenBuckets(newDocuments);
  }

  /** Called before identification, so that requests with invalid tokens count too. @throws RequestRefusal RATE_LIMITED */
  admitAddress({ address }: Arrived): void {
    if (this.#requests) take(this.#requests, clientNetwork(address), 'requests from this address');
  }

  /** @throws RequestRefusal RATE_LIMITED */
  admitAccount({ caller: { identity } }: Identified): void {
    if (this.#requests && identity.kind === 'account')
      take(this.#requests, identity.accountId, 'requests of this account');
  }

  /** Called before the text is parsed. @throws RequestRefusal RATE_LIMITED */
  admitDocument({ address, caller: { identity } }: Identified, source: string): void {
    if (!this.#newDocuments || this.#knownTexts.get(source)) return;
    take(this.#newDocuments, clientNetwork(address), 'new documents from this address');
    if (identity.kind === 'account') take(this.#newDocuments, identity.accountId, 'new documents of this account');
  }

  /** Remembers a valid document. Invalid documents are not remembered and count each time. */
  learn(source: string): void {
    if (this.#newDocuments) this.#knownTexts.set(source, true);
  }
}

function take(buckets: TokenBuckets, key: string, what: string): void {
  const retryAfterSeconds = buckets.take(key);
  if (retryAfterSeconds === 0) return;
  const seconds = Math.ceil(retryAfterSeconds);
  throw new RequestRefusal('RATE_LIMITED', `Too many ${what}. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  });
}
