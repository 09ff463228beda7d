import { parseLogPosition, readAfterHeader, startOfLog } from '../identity/log-position.ts';
import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type Replication, startReplication } from './replication.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

const dispatcher = somebody(['DISPATCHER']);
const mutation = 'mutation($input: WriteNoteInput!) { writeNote(input: $input) { note { id } } }';
const query = 'query($id: ID!) { note(id: $id) { text } }';

export interface Written {
  readonly id: string;
  /** What the gateway remembers for the writer. */
  readonly readAfter: string;
}

/** The subgraph has refused an operation. */
class Refused extends Error {
  override name = 'Refused';
  readonly code: unknown;

  constructor({ message, extensions }: { message: string; extensions?: { code?: unknown } } = { message: 'No data.' }) {
    super(message);
    this.code = extensions?.code;
  }
}

/** A subgraph of notes that writes to a primary and reads from its standby, and a gateway before it. The servers replicate by streaming. */
export class NotesOnStandby implements AsyncDisposable {
  readonly servers: Replication;
  readonly subgraph: TestSubgraph<SampleContext>;
  /** From the subgraph to the servers. */
  readonly lines: Readonly<Record<'primary' | 'standby', CuttableLine>>;
  readonly #started: AsyncDisposableStack;

  private constructor(
    started: AsyncDisposableStack,
    { servers, subgraph, lines }: Pick<NotesOnStandby, 'servers' | 'subgraph' | 'lines'>,
  ) {
    this.#started = started;
    this.servers = servers;
    this.subgraph = subgraph;
    this.lines = lines;
  }

  static async start(): Promise<NotesOnStandby> {
    await using started = new AsyncDisposableStack();
    const servers = started.use(await startReplication());
    const open = async (url: string) => started.adopt(await openCuttableLine(url), (line) => line.close());
    const lines = {
      primary: await open(servers.database.urlFor('shipments')),
      standby: await open(servers.standbyUrlFor('shipments')),
    };
    const subgraph = await startTestSubgraph(sampleSubgraph('shipments'), {
      database: { ...servers.database, urlFor: () => lines.primary.url },
      standby: { url: lines.standby.url, maxLagMs: 2_000 },
    });
    started.defer(() => subgraph.close());
    return new NotesOnStandby(started.move(), { servers, subgraph, lines });
  }

  /** @throws Refused */
  async write(text: string): Promise<Written> {
    const { data, errors, extensions } = await this.subgraph.ask<{ writeNote: { note: { id: string } } }>(
      dispatcher,
      mutation,
      { input: { text } },
    );
    if (!data) throw new Refused(errors[0]);
    const readAfter = parseLogPosition(extensions?.['written']);
    if (readAfter === undefined) throw new Error('The mutation has no position.');
    return { id: data.writeNote.note.id, readAfter };
  }

  /** Resolves when the primary accepts writes. */
  async writesAgain(text: string): Promise<Written> {
    for (;;) {
      const written = await this.write(text).catch(() => undefined);
      if (written) return written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * @param readAfter the latest write of the caller; another caller has none, and a request of an older gateway has no position
   * @returns the text of a note; null if there is none
   * @throws Refused
   */
  async read(id: string, readAfter: string | 'unknown' = startOfLog): Promise<string | null> {
    const headers: Readonly<Record<string, string>> = readAfter === 'unknown' ? {} : { [readAfterHeader]: readAfter };
    const { data, errors } = await this.subgraph.ask<{ note: { text: string } | null }>(
      dispatcher,
      query,
      { id },
      headers,
    );
    if (!data || errors.length > 0) throw new Refused(errors[0]);
    return data.note?.text ?? null;
  }

  /** How many requests each server has answered, and why the primary did. */
  reads() {
    const reads = this.subgraph.services.database.reads();
    if (!reads) throw new Error('The subgraph has no standby.');
    return reads;
  }

  /** Resolves when a query of a caller who has written nothing is answered by this server. */
  async answeredBy(server: 'standby' | 'primary'): Promise<void> {
    for (;;) {
      const before = this.reads()[server];
      await this.read('00000000-0000-4000-8000-000000000000').catch(() => undefined);
      if (this.reads()[server] > before) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.lines).map((line) => line.mend())); // a frozen connection would not close
    await this.#started.disposeAsync();
  }
}
