import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { stays } from '../database/retention.ts';
import { rowsOf } from '../database/rows.ts';
import { payloadOf, refuse } from '../errors/errors.ts';
import type { Reactions } from '../events/jobs.ts';
import { signedIn, withRole } from '../graphql/authorization.ts';
import type { BaseContext } from '../graphql/context.ts';
import { byId } from '../graphql/loader.ts';
import { newId } from '../ids.ts';
import type { Subgraph } from '../subgraph.ts';

/** A minimal subgraph with every room, for the tests of the shared code. */
export const NoteEntity = defineEntity({
  name: 'Note',
  tableName: 'note',
  properties: { id: p.uuid().primary(), text: p.text(), seen: p.integer().default(0) },
});
type Note = InferEntity<typeof NoteEntity>;
const notes = rowsOf(NoteEntity);

class CreateNote extends Migration {
  up(): void {
    this.addSql('create table note (id uuid primary key, text text not null, seen int not null default 0)');
  }
}

export interface SampleContext extends BaseContext {
  readonly notes: ReturnType<typeof byId<Note>>;
}

const madeUp = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `note ${id}` }));

export function sampleSubgraph(name: string, reactions: Reactions = {}): Subgraph<SampleContext> {
  return {
    name,
    schema: new URL('./sample.graphql', import.meta.url),
    entities: [NoteEntity],
    migrations: [{ name: '0001-note', class: CreateNote }],
    retention: { note: { holds: 'notes', until: stays, why: 'no persons' } },
    rules: { Mutation: { writeNote: withRole('DISPATCHER') }, Subscription: { noteWritten: signedIn } },
    reactions,
    context: (base) => ({
      ...base,
      notes: byId(
        (ids) => notes.readBy(base.em, 'id', ids),
        (note) => note.id,
      ),
    }),
    resolvers: {
      Query: {
        note: (_parent, { id }: { id: string }, { notes }) => notes.load(id),
        notes: (_parent, { first }: { first: number }) => madeUp(first),
        sleep: async (_parent, { seconds }: { seconds: number }, { em }) => {
          await em.execute('select pg_sleep(?)', [seconds]);
          return null;
        },
      },
      Note: {
        __resolveReference: ({ id }: { id: string }, { notes }: SampleContext) => notes.load(id),
        notes: async (_parent: unknown, { first }: { first: number }) => madeUp(first),
      },
      Mutation: {
        writeNote: (_parent, { input }: { input: { text: string } }, { transact }) =>
          payloadOf(() =>
            transact(async ({ em, emit, announce }) => {
              if (input.text === 'boom') throw new Error('secret driver message');
              if (input.text === '') refuse('INVALID_INPUT', 'The text must not be empty.', 'text');
              const note = em.create(NoteEntity, { id: newId(), text: input.text, seen: 0 });
              await em.flush();
              await emit('shipment.rated', {
                shipmentId: note.id,
                organizationId: newId(),
                driverId: null,
                stars: 5,
                at: new Date().toISOString(),
              });
              if (input.text === 'rollback') throw new Error('after the event');
              announce('notes', { id: note.id });
              return { note };
            }),
          ),
      },
      Subscription: {
        noteWritten: {
          subscribe: async (_parent: unknown, _args: unknown, { live }: SampleContext) =>
            live.subscribe(['notes'], { latest: { keys: 100, keyOf: ({ id }: { readonly id: string }) => id } }),
          resolve({ id }: { id: string }, _args: unknown, { notes }: SampleContext) {
            if (id === 'boom') throw new Error('secret driver message');
            return notes.load(id);
          },
        },
      },
    },
  };
}
