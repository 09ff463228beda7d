import pg from 'pg';
import type { Recorded } from '../record.ts';
import { explained, type PlanNode } from './plan.ts';

/** After this many executions PostgreSQL decides whether a prepared statement keeps one plan for all values. */
const customPlans = 5;

/**
 * Explains recorded statements in sessions with the role and the settings of the recorded ones. A prepared statement gets the
 * plan of its later executions. Changes are rolled back.
 */
export class Explainer implements AsyncDisposable {
  readonly #clients = new Map<string, pg.Client>();

  async explain(statement: Recorded): Promise<PlanNode> {
    const client = await this.#clientOf(statement);
    await client.query('begin');
    try {
      return await (statement.prepared ? explainPrepared(client, statement) : explainOnce(client, statement));
    } finally {
      await client.query('rollback');
      await client.query('deallocate all');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.end()));
  }

  async #clientOf({ connection }: Recorded): Promise<pg.Client> {
    const key = JSON.stringify(connection);
    const known = this.#clients.get(key);
    if (known) return known;
    const client = new pg.Client(connection);
    this.#clients.set(key, client);
    await client.connect();
    return client;
  }
}

const explain = 'explain (analyze, buffers, verbose, timing off, format json)';

async function explainOnce(client: pg.Client, { text, values }: Recorded): Promise<PlanNode> {
  return planIn(await client.query(`${explain} ${text}`, [...values]));
}

async function explainPrepared(client: pg.Client, { text, values }: Recorded): Promise<PlanNode> {
  await client.query(`prepare explained as ${text}`);
  const execute = `execute explained${values.length > 0 ? `(${values.map(literal).join(', ')})` : ''}`;
  for (let count = 0; count < customPlans; count++) await client.query(execute);
  return planIn(await client.query(`${explain} ${execute}`));
}

/** The value as the driver sends it: as text, whose type PostgreSQL infers. */
function literal(value: unknown): string {
  // The types of pg leave out this function.
  const { utils } = pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } };
  const sent = utils.prepareValue(value);
  if (sent === null) return 'null';
  return pg.escapeLiteral(typeof sent === 'string' ? sent : `\\x${sent.toString('hex')}`);
}

function planIn({ rows }: pg.QueryResult<Record<string, unknown>>): PlanNode {
  const [{ Plan }] = explained.parse(rows[0]?.['QUERY PLAN']);
  return Plan;
}
