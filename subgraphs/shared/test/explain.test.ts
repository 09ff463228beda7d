import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { executeBound } from '../database/query.ts';
import { identityHeader } from '../identity/identity.ts';
import { recordStatements } from '../runtime/explain.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

type Statements = readonly { readonly text: string; readonly ms: number; readonly rows: number | null }[];

const write =
  'mutation W($text: String!) { writeNote(input: { text: $text }) { note { id text } userErrors { message } } }';
const explain = { 'x-freight-explain': 'sql' };

describe('the SQL statements of a request', () => {
  let notes: TestSubgraph<never>;
  beforeAll(async () => {
    notes = (await startTestSubgraph(sampleSubgraph('shipments'))) as unknown as TestSubgraph<never>; // its context does not matter
  });
  afterAll(() => notes.close());

  async function ask(query: string, variables: Record<string, unknown>, headers: Record<string, string>) {
    const { data, errors, extensions } = await notes.ask(somebody(['DISPATCHER']), query, variables, headers);
    return { data, errors, sql: extensions?.['sql'] as Statements | undefined };
  }

  test('are returned to the gateway on request, each with its time and rows but without values', async () => {
    const { data, sql = [] } = await ask(write, { text: 'a private text' }, explain);
    expect(data).toMatchObject({ writeNote: { note: { text: 'a private text' } } });
    expect(sql[0]).toEqual({
      text: expect.stringMatching(/^insert into "?(shipments"?\."?)?note"? \(.+\) values \(\?, \?, \?\)/),
      ms: expect.any(Number),
      rows: 1,
    });
    expect(JSON.stringify(sql)).not.toContain('private');
  });

  test('are only those of the request', async () => {
    const read = 'query($id: ID!) { note(id: $id) { text } }';
    const id = '01975e16-37f8-7623-9582-a9c1db163500';
    const responses = await Promise.all([1, 2, 3].map(() => ask(read, { id }, explain)));
    for (const { sql } of responses) {
      expect(sql).toEqual([{ text: expect.stringContaining('from'), ms: expect.any(Number), rows: 0 }]);
    }
  });

  test('are also returned for a request that fails', async () => {
    const { errors, sql } = await ask(write, { text: 'rollback' }, explain);
    expect(errors).toHaveLength(1);
    expect(sql?.[0]?.text).toContain('insert into');
  });

  test('include those outside the ORM, and those that fail', async () => {
    const em = notes.services.database.fork();
    const { statements } = await recordStatements(async () => {
      await executeBound(em, 'select generate_series(1, $1::int) as number', [3]);
      await em.execute('select ?::int as number', [1]);
      await expect(executeBound(em, 'select 1 / $1::int as number', [0])).rejects.toThrow(/division by zero/);
    });
    expect(statements).toEqual([
      { text: 'select generate_series(1, $1::int) as number', ms: expect.any(Number), rows: 3 },
      { text: 'select ?::int as number', ms: expect.any(Number), rows: 1 },
      { text: 'select 1 / $1::int as number', ms: expect.any(Number), rows: null },
    ]);
  });

  test('are not returned without a request, or without the signature of the gateway', async () => {
    expect(await ask(write, { text: 'x' }, {})).toMatchObject({ sql: undefined });
    const unsigned = await ask(write, { text: 'x' }, { ...explain, [identityHeader]: 'nobody' });
    expect(unsigned).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }], sql: undefined });
  });
});
