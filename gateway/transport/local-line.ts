import type { LocalSubgraph } from './config.ts';
import type { Exchange } from './exchange.ts';
import type { Line } from './line.ts';

/** P26: calls a subgraph in this process without a socket, and takes its result without a JSON text. */
export class LocalLine implements Line {
  readonly #subgraph: LocalSubgraph;

  constructor(subgraph: LocalSubgraph) {
    this.#subgraph = subgraph;
  }

  send(body: string | Buffer, headers: string[], exchange: Exchange): void {
    const cancellation = new AbortController();
    exchange.onRequestStart(cancellation);
    const { signal } = cancellation;
    if (signal.aborted) return;
    this.#subgraph.respond({ headers: byName(headers), body: body.toString(), signal }).then(
      ({ status, result }) => exchange.onResult(status, result),
      (error: Error) => exchange.onResponseError(undefined, error),
    );
  }

  async close(): Promise<void> {}
}

function byName(headers: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) record[headers[index]!] = headers[index + 1]!;
  return record;
}
