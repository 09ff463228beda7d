import { LRUCache } from 'lru-cache';
import type { Counter } from 'prom-client';
import type { Log } from '#shared/runtime/log.ts';
import { clientName } from '../access/clients/client-name.ts';
import type { UnlistedDocument } from '../pipeline/resolve-document.ts';
import type { Identified } from '../pipeline/stages.ts';

/** Clients with a series of their own. Clients choose their names, so further ones share one series. */
const maxClients = 100;
/** The same document of the same client is logged again after this time. */
const logEveryMs = 3_600_000;
const maxLogged = 5_000;

/** Reports by client what the policy `registered` would refuse, for operators who want to introduce it. */
export class UnlistedDocuments {
  readonly #counter: Counter<'audience' | 'client' | 'code'>;
  readonly #log: Log;
  readonly #clients = new Set<string>();
  readonly #logged = new LRUCache<string, true>({ max: maxLogged, ttl: logEveryMs });

  constructor(counter: Counter<'audience' | 'client' | 'code'>, log: Log) {
    this.#counter = counter;
    this.#log = log;
  }

  report({ headers, caller: { identity } }: Identified, { audience, code, id }: UnlistedDocument): void {
    const client = clientName(headers);
    this.#counter.inc({ audience, client: this.#labelOf(client), code });
    const account = identity.kind === 'account' ? identity.accountId : 'anonymous';
    const key = `${account} ${client} ${id}`;
    if (this.#logged.has(key)) return;
    this.#logged.set(key, true);
    this.#log.warn({ audience, client, account, code, document: id }, 'a document is not registered');
  }

  #labelOf(client: string): string {
    if (this.#clients.has(client)) return client;
    if (this.#clients.size >= maxClients) return 'other';
    this.#clients.add(client);
    return client;
  }
}
