import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defineEntity, p } from '@mikro-orm/core';
import { anonymous } from '../identity/identity.ts';
import { createTestDatabase, startTestSubgraph, type TestDatabase } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

/** Changed entities without their migration. */
const ColourfulNote = defineEntity({
  name: 'Note',
  tableName: 'note',
  properties: {
    id: p.uuid().primary(),
    text: p.text().nullable(),
    seen: p.integer().default(0),
    colour: p.text().nullable(),
    writtenOn: p.datetime().nullable(),
    shout: p.text().formula((columns) => `upper(${columns.text})`),
    unsaved: p.text().persist(false).nullable(),
  },
});
const Label = defineEntity({ name: 'Label', tableName: 'label', properties: { id: p.uuid().primary() } });

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a subgraph', () => {
  test('without a needed migration does not start, and names the columns and tables that are missing or differ', async () => {
    const subgraph = { ...sampleSubgraph('fleet'), entities: [ColourfulNote, Label] };
    await expect(startTestSubgraph(subgraph, { database })).rejects.toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        message: [
          'lets column "text" of table fleet.note be null is required; entity Note stores "text" there, and the column must not be null',
          'adds column "colour" to table fleet.note is required; entity Note stores "colour" there, and the column is missing',
          'adds column "written_on" to table fleet.note is required; entity Note stores "writtenOn" there, and the column is missing',
          'creates table fleet.label is required; entity Label is stored there, and the table is missing',
        ]
          .map((fault) => `subgraphs/fleet/migrations/list.ts: a migration that ${fault}`)
          .join('\n'),
      }),
    );
  });

  test('without entities starts', async () => {
    const subgraph = { ...sampleSubgraph('pricing'), entities: [], migrations: [] };
    const running = await startTestSubgraph(subgraph, { database });
    const { data, errors } = await running.ask(anonymous, '{ notes(first: 2) { id } }');
    expect({ data, errors }).toEqual({ data: { notes: [{ id: '0' }, { id: '1' }] }, errors: [] });
    await running.close();
  });
});
