import type pg from 'pg';
import { asAdmin, databaseName } from '#shared/database/provision.ts';
import { requireData } from '../../../client/data.ts';
import type { WorldSize } from '../../../demo/world.ts';
import { type ClientDocument, readClientDocuments } from '../../../gateway/testing/client-documents.ts';
import { openDemoClient } from '../client.ts';
import { startThrowaway } from '../product.ts';
import { recordStatements } from '../record.ts';
import { Explainer } from './explain.ts';
import { buffersOf, type Reading, readingsOf, type Search, searchesOf } from './plan.ts';
import { readValues } from './variables.ts';

export interface ExplainedStatement {
  readonly text: string;
  readonly buffers: number;
  readonly readings: readonly Reading[];
  readonly searches: readonly Search[];
}

/** What the documents of our clients read from a history of one length. */
export interface History {
  readonly shipments: number;
  readonly seedSeconds: number;
  /** Rows of each table, named with its schema. */
  readonly rows: ReadonlyMap<string, number>;
  /** Levels above the leaves of each B-tree, named with its schema. */
  readonly levels: ReadonlyMap<string, number>;
  /** The statements of each document, by its name. */
  readonly statements: ReadonlyMap<string, readonly ExplainedStatement[]>;
}

/** Documents that change nothing with the values of `readValues`: the queries, and mutations that allow a dry run. */
const documents = readClientDocuments().filter(({ budget }) => budget !== null);

/** Starts a product of this size and explains the statements of each document. @param only names of documents; empty = all */
export async function measureHistory(size: WorldSize, only: readonly string[]): Promise<History> {
  const began = performance.now();
  const product = await startThrowaway(size);
  try {
    const { postgresUrl, url } = product;
    if (postgresUrl === undefined) throw new Error('A product in this process is required to explain its statements.');
    const sizes = await asAdmin(postgresUrl, databaseName, readSizes);
    const seedSeconds = (performance.now() - began) / 1_000;
    const values = await readValues(url);
    await using explainer = new Explainer();
    const statements = new Map<string, readonly ExplainedStatement[]>();
    for (const document of documents) {
      if (only.length > 0 && !only.includes(document.name)) continue;
      statements.set(document.name, await explainDocument(document, url, values, explainer));
    }
    return { shipments: size.shipments, seedSeconds, ...sizes, statements };
  } finally {
    await product.close();
  }
}

async function readSizes(client: pg.Client): Promise<Pick<History, 'rows' | 'levels'>> {
  // What autovacuum does in time.
  await client.query('vacuum (analyze)');
  await client.query('create extension pageinspect');
  const read = async (statement: string) => {
    const { rows } = await client.query<{ name: string; size: number }>(statement);
    return new Map(rows.map(({ name, size }) => [name, size]));
  };
  return { rows: await read(tableRows), levels: await read(indexLevels) };
}

const own = `relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`;
const named = `format('%s.%s', relnamespace::regnamespace, relname) as name`;
const tableRows = `select ${named}, greatest(reltuples, 0)::float8 as size from pg_class where relkind = 'r' and ${own}`;
const indexLevels = `select ${named}, (bt_metap(format('%s.%I', relnamespace::regnamespace, relname))).level::int as size
  from pg_class where relkind = 'i' and relam = (select oid from pg_am where amname = 'btree') and ${own}`;

async function explainDocument(
  { name, as, text, operation }: ClientDocument,
  url: string,
  values: Readonly<Record<string, unknown>>,
  explainer: Explainer,
): Promise<ExplainedStatement[]> {
  const { client } = openDemoClient(url, as);
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const variables = Object.fromEntries(names.flatMap((key) => (key in values ? [[key, values[key]]] : [])));
  const send = async () => requireData(await client.send({ query: text, operationName: name, variables }));
  // The first run also reads what the product remembers, and the second one prepares the statements.
  await send();
  await send();
  const explained: ExplainedStatement[] = [];
  for (const statement of await recordStatements(send)) {
    if (!/^\s*(?:select|with)\b/i.test(statement.text)) continue;
    const plan = await explainer.explain(statement);
    explained.push({
      text: statement.text,
      buffers: buffersOf(plan),
      readings: readingsOf(plan),
      searches: searchesOf(plan),
    });
  }
  return explained;
}
