import { parseLogPosition, readAfterHeader, startOfLog } from '../identity/log-position.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { ReplicatedDatabase } from './replicated-database.ts';
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
  readonly subgraph: TestSubgraph<SampleContext>;
  readonly #database: ReplicatedDatabase;

  private constructor(database: ReplicatedDatabase, subgraph: TestSubgraph<SampleContext>) {
    this.#database = database;
    this.subgraph = subgraph;
  }

  static async start(): Promise<NotesOnStandby> {
    const database = await ReplicatedDatabase.start('shipments');
    try {
      return new NotesOnStandby(database, await startTestSubgraph(sampleSubgraph('shipments'), database.options));
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
  }

  get servers() {
    return this.#database.servers;
  }

  /** From the subgraph to the servers. */
  get lines() {
    return this.#database.lines;
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
    await this.#database.mend();
    await this.subgraph.close();
    await this.#database[Symbol.asyncDispose]();
  }
}
