import { LRUCache } from 'lru-cache';
import type { Counter } from 'prom-client';
import { clientNetwork } from '#shared/identity/client-network.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { OnRefusedKey } from '../access/callers/identify-key.ts';

/** The same refusal is logged again after this time. */
const logEveryMs = 600_000;
const maxLogged = 5_000;

/** Counts refused API keys, and logs which key of which network was refused. Keys that do not exist are logged by network only. */
export function reportRefusedKeys(counter: Counter<'reason'>, log: Log): OnRefusedKey {
  const logged = new LRUCache<string, true>({ max: maxLogged, ttl: logEveryMs });
  return (reason, address, apiKeyId) => {
    counter.inc({ reason });
    const network = clientNetwork(address);
    const key = `${reason} ${network} ${apiKeyId ?? ''}`;
    if (logged.has(key)) return;
    logged.set(key, true);
    log.warn({ reason, network, apiKeyId }, 'an API key was refused');
  };
}
