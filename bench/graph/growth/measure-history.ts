import { OperationTypeNode } from 'graphql';
import type pg from 'pg';
import { jobsSchema } from '#shared/database/jobs-schema.ts';
import { asAdmin, databaseName, roleName } from '#shared/database/provision.ts';
import { requireData } from '../../../client/data.ts';
import type { DemoAccount } from '../../../demo/accounts.ts';
import type { WorldSize } from '../../../demo/world.ts';
import { type ClientDocument, clientDocument, readClientDocuments } from '../../../gateway/testing/client-documents.ts';
import { openDemoClient } from '../client.ts';
import { startThrowaway } from '../product.ts';
import { type Recorded, recordStatements } from '../record.ts';
import { Explainer } from './explain.ts';
import { liveLife, type Perform } from './life.ts';
import { buffersOf, type Reading, readingsOf, type Search, searchesOf } from './plan.ts';
import { settle } from './settle.ts';
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

const queries = readClientDocuments().filter(({ operation }) => operation.operation === OperationTypeNode.QUERY);

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
    for (const document of queries) {
      if (only.length > 0 && !only.includes(document.name)) continue;
      statements.set(document.name, await explainDocument(document, url, values, explainer));
    }
    if (only.length === 0) {
      const life = await asAdmin(postgresUrl, databaseName, (admin) => explainLife(url, admin, explainer));
      for (const [name, own] of life) statements.set(name, own);
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
): Promise<readonly ExplainedStatement[]> {
  const { client } = openDemoClient(url, as);
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const variables = Object.fromEntries(names.flatMap((key) => (key in values ? [[key, values[key]]] : [])));
  const send = async () => requireData(await client.send({ query: text, operationName: name, variables }));
  // The first run also reads what the product remembers, and the second one prepares the statements.
  await send();
  await send();
  return explainReads(await recordStatements(send), explainer);
}

/** Explains what mutations and the events that follow read, in the second of two lives of a shipment. */
async function explainLife(
  url: string,
  admin: pg.Client,
  explainer: Explainer,
): Promise<Map<string, readonly ExplainedStatement[]>> {
  const explained = new Map<string, readonly ExplainedStatement[]>();
  const perform: Perform = async <T>(name: string, as: DemoAccount, input: object) => {
    const { client } = openDemoClient(url, as);
    const { text } = clientDocument(name);
    let payload: (T & Payload) | undefined;
    const recorded = await recordStatements(async () => {
      const response = await client.send<Record<string, T & Payload>>({ query: text, variables: { input } });
      payload = Object.values(requireData(response))[0];
      await settle(admin);
    });
    if (!payload || payload.userErrors.length > 0)
      throw new Error(`${name} was refused: ${JSON.stringify(payload?.userErrors)}`);
    explained.set(`${name} and its events`, await explainReads(recorded, explainer));
    return payload;
  };
  await liveLife(perform);
  await liveLife(perform);
  return explained;
}

interface Payload {
  readonly userErrors: readonly object[];
}

const reads = /^\s*(?:select|with)\b/i;
/** A statement that writes cannot be explained a second time: its rows exist now. */
const writes = /\b(?:insert\s+into|delete\s+from|update\s+\S+\s+(?:\w+\s+)?set)\b/i;

/** Explains the statements of subgraphs that read their tables. The tables of queues hold no history. */
async function explainReads(recorded: readonly Recorded[], explainer: Explainer): Promise<ExplainedStatement[]> {
  const explained: ExplainedStatement[] = [];
  for (const statement of recorded) {
    const { text, connection } = statement;
    const isOwn = connection.user?.startsWith(roleName('')) && !text.includes(`${jobsSchema}.`);
    if (!isOwn || !reads.test(text) || writes.test(text)) continue;
    const plan = await explainer.explain(statement);
    explained.push({ text, buffers: buffersOf(plan), readings: readingsOf(plan), searches: searchesOf(plan) });
  }
  return explained;
}
