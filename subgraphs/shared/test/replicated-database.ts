import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import type { TestSubgraphOptions } from './harness.ts';
import { type Replication, startReplication } from './replication.ts';

/** A primary and its standby for one subgraph, which reaches them by lines that a test can cut. */
export class ReplicatedDatabase implements AsyncDisposable {
  readonly servers: Replication;
  readonly lines: Readonly<Record<'primary' | 'standby', CuttableLine>>;
  /** With which the subgraph starts. */
  readonly options: Required<Pick<TestSubgraphOptions, 'database' | 'standby'>>;
  readonly #started: AsyncDisposableStack;

  private constructor(
    started: AsyncDisposableStack,
    { servers, lines }: Pick<ReplicatedDatabase, 'servers' | 'lines'>,
  ) {
    this.#started = started;
    this.servers = servers;
    this.lines = lines;
    this.options = {
      database: { ...servers.database, urlFor: () => lines.primary.url },
      standby: { url: lines.standby.url, maxLagMs: 2_000 },
    };
  }

  static async start(subgraph: string): Promise<ReplicatedDatabase> {
    await using started = new AsyncDisposableStack();
    const servers = started.use(await startReplication());
    const open = async (url: string) => started.adopt(await openCuttableLine(url), (line) => line.close());
    const lines = {
      primary: await open(servers.database.urlFor(subgraph)),
      standby: await open(servers.standbyUrlFor(subgraph)),
    };
    return new ReplicatedDatabase(started.move(), { servers, lines });
  }

  /** Connections that were frozen could not end in order. */
  async mend(): Promise<void> {
    await Promise.all(Object.values(this.lines).map((line) => line.mend()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync();
  }
}
