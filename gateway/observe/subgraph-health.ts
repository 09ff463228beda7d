import type { Caller } from '../access/caller.ts';
import type { RequestScope, SubgraphTransport } from '../engine/ports.ts';

export type SubgraphStatus = 'up' | 'down';

/** How long a finding is given out again: probes come often and from several places. */
const freshMs = 2_000;
const probeMs = 2_000;
const probe = JSON.stringify({ query: 'query GatewayHealthProbe { __typename }' });

/** Asks subgraphs whether they answer; one round at a time serves everybody who asks. */
export class SubgraphHealth {
  readonly #transport: SubgraphTransport;
  readonly #nobody: () => Promise<Caller>;
  #round:
    | { readonly key: string; readonly until: number; readonly found: Promise<Record<string, SubgraphStatus>> }
    | undefined;

  /** @param nobody an anonymous caller; subgraphs refuse requests without one */
  constructor(transport: SubgraphTransport, nobody: () => Promise<Caller>) {
    this.#transport = transport;
    this.#nobody = nobody;
  }

  statusOf(subgraphs: readonly string[]): Promise<Record<string, SubgraphStatus>> {
    const key = subgraphs.join('\n');
    if (this.#round?.key === key && this.#round.until > performance.now()) return this.#round.found;
    const found = this.#ask(subgraphs);
    this.#round = { key, until: performance.now() + freshMs, found };
    return found;
  }

  async #ask(subgraphs: readonly string[]): Promise<Record<string, SubgraphStatus>> {
    const { headers, headersFor } = await this.#nobody();
    const scope: RequestScope = {
      requestId: 'health',
      identityKey: 'health',
      headers: { ...headers, 'x-request-id': 'health' },
      ...(headersFor && { headersFor }),
      deadline: performance.now() + probeMs,
    };
    const found = subgraphs.map(async (subgraph) => {
      const status = await this.#transport.fetch({ subgraph, kind: 'query', body: probe }, scope).then(
        (): SubgraphStatus => 'up',
        (): SubgraphStatus => 'down',
      );
      return [subgraph, status] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  }
}
