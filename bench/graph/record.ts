import { createRequire } from 'node:module';
import type pg from 'pg';

/** A statement with its values, as it reached the driver. */
export interface Recorded {
  readonly text: string;
  readonly values: readonly unknown[];
  /** True for a prepared statement, whose plan is reused. */
  readonly prepared: boolean;
  /** Address of the database, with the role and the settings of the subgraph. */
  readonly connection: pg.ClientConfig;
}

let recording: Recorded[] | undefined;
let records = false;

const transactionControl = /^(?:begin|commit|rollback|start transaction|savepoint|release)\b/i;

/**
 * Makes every connection of this process that is opened from now on record its statements while a recording runs. For
 * benchmarks that run the product in their own process.
 */
export function recordConnections(): void {
  if (records) return;
  records = true;
  // The ORM may have a copy of the driver of its own.
  const driver = createRequire(import.meta.resolve('@mikro-orm/postgresql'))('pg') as typeof pg;
  const send: (this: pg.Client, ...call: unknown[]) => unknown = driver.Client.prototype.query;
  const recorded = function (this: pg.Client, ...call: unknown[]): unknown {
    const [query, values] = call;
    const {
      text,
      values: own,
      name,
    } = typeof query === 'object' && query !== null ? (query as Partial<pg.QueryConfig<unknown[]>>) : {};
    const sent = typeof query === 'string' ? query : text;
    if (recording && sent !== undefined && !transactionControl.test(sent)) {
      const given = own ?? (Array.isArray(values) ? values : []);
      const { host, port, database, user, password } = this;
      // The types of pg leave out the parameters of the connection.
      const { options } = (this as unknown as { readonly connectionParameters: { readonly options?: string } })
        .connectionParameters;
      recording.push({
        text: sent,
        values: [...given],
        prepared: name !== undefined,
        connection: {
          host,
          port,
          database: database ?? '',
          user: user ?? '',
          password: password ?? '',
          ...(options && { options }),
        },
      });
    }
    return send.apply(this, call);
  };
  driver.Client.prototype.query = recorded as typeof pg.Client.prototype.query; // one of its many signatures
}

/** The statements that this process sends while something runs. */
export async function recordStatements(run: () => Promise<unknown>): Promise<readonly Recorded[]> {
  recording = [];
  try {
    await run();
    return recording;
  } finally {
    recording = undefined;
  }
}
