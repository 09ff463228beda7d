import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type KeyedCall, once, recordOnce } from '../database/idempotency.ts';
import { Refusal, refuse } from '../errors/errors.ts';
import { newId } from '../ids.ts';
import { idempotencyKey } from '../input/idempotency-key.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { NoteEntity, type SampleContext, sampleSubgraph } from './sample.ts';

describe('a change with an idempotency key', () => {
  let notes: TestSubgraph<SampleContext>;
  beforeAll(async () => {
    notes = await startTestSubgraph(sampleSubgraph('shipments'));
  });
  afterAll(() => notes.close());

  const { accountId } = somebody(['DISPATCHER']);
  const callWith = (changes: Partial<KeyedCall> = {}): KeyedCall => ({
    accountId,
    mutation: 'writeNote',
    key: newId(),
    input: { text: 'hello', tags: ['a', 'b'] },
    ...changes,
  });
  /** Writes a note once per key and returns its id. */
  const write = (call: KeyedCall) =>
    notes.contextFor(somebody(['DISPATCHER'])).transact((transaction) =>
      once(transaction, call, async () => {
        const id = newId();
        transaction.em.create(NoteEntity, { id, text: 'hello', seen: 0 });
        return id;
      }),
    );
  const count = () => notes.services.database.fork().count(NoteEntity, {});
  const refusalOf = async (made: Promise<unknown>) => {
    const error = await made.catch((reason: unknown) => reason);
    return error instanceof Refusal ? error.userErrors : error;
  };
  const reused = [
    {
      code: 'IDEMPOTENCY_KEY_REUSED',
      field: ['idempotencyKey'],
      message: 'This key was used with a different input before. Use a new key.',
    },
  ];

  test('runs once, and a repeated call gets the first outcome, whatever the order of its fields', async () => {
    const call = callWith({ input: { text: 'hello', place: { city: 'Reno', state: 'NV' } } });
    const before = await count();
    const id = await write(call);
    expect(await write({ ...call, input: { place: { state: 'NV', city: 'Reno' }, text: 'hello' } })).toBe(id);
    expect(await count()).toBe(before + 1);
  });

  test('runs once when it arrives 20 times at once', async () => {
    const call = callWith();
    const before = await count();
    const ids = await Promise.all(Array.from({ length: 20 }, () => write(call)));
    expect(new Set(ids).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  test('is refused when its key was used with another input or for another mutation', async () => {
    const call = callWith();
    await write(call);
    expect(await refusalOf(write({ ...call, input: { text: 'hello', tags: ['b', 'a'] } }))).toEqual(reused);
    expect(await refusalOf(write({ ...call, mutation: 'readNote' }))).toEqual(reused);
  });

  test('is stored with a keyed hash of its input, and a call of an earlier release without one is repeated, too', async () => {
    const call = callWith();
    const id = await write(call);
    const em = notes.services.database.fork();
    const plain = createHash('sha256')
      .update(`writeNote\n${JSON.stringify(call.input, ['tags', 'text'])}`)
      .digest('hex');
    const rows = await em.execute(`update keyed_call set fingerprint = '${plain}' where key = '${call.key}'
      and fingerprint <> '${plain}' returning key`);
    expect(rows).toHaveLength(1);
    expect(await write(call)).toBe(id);
  });

  test('has a key of its own account: another account may use the same key', async () => {
    const call = callWith();
    expect(await write({ ...call, accountId: newId() })).not.toBe(await write(call));
  });

  test('does not use up its key when it is refused', async () => {
    const call = callWith();
    const refused = notes
      .contextFor(somebody(['DISPATCHER']))
      .transact((transaction) =>
        once(transaction, call, async () => refuse('INVALID_INPUT', 'A text is required.', 'text')),
      );
    expect(await refusalOf(refused)).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect(await write(call)).toEqual(expect.any(String));
  });

  test('runs each time without a key', async () => {
    const call = callWith({ key: null });
    expect(await write(call)).not.toBe(await write(call));
  });

  test('keeps the whole outcome if it is more than an id', async () => {
    const call = callWith();
    const run = (outcome: { imported: number; refusals: string[] }) =>
      notes
        .contextFor(somebody(['DISPATCHER']))
        .transact((transaction) => once(transaction, call, async () => outcome));
    const first = await run({ imported: 3, refusals: ['line 4'] });
    expect(await run({ imported: 0, refusals: [] })).toEqual(first);
  });

  test('keeps an outcome with characters that PostgreSQL does not accept in texts', async () => {
    const call = callWith();
    const outcome = { refused: ['a\0b', '\ud800', '\u202e'] };
    const run = () =>
      notes
        .contextFor(somebody(['DISPATCHER']))
        .transact((transaction) => once(transaction, call, async () => outcome));
    expect([await run(), await run()]).toEqual([outcome, outcome]);
  });

  test('returns the current record for a repeated call', async () => {
    const call = callWith();
    const run = () =>
      notes.contextFor(somebody(['DISPATCHER'])).transact((transaction) =>
        recordOnce(
          transaction,
          call,
          async () => transaction.em.create(NoteEntity, { id: newId(), text: 'first', seen: 0 }),
          (id) => transaction.em.findOneOrFail(NoteEntity, { id }),
        ),
      );
    const { id } = await run();
    await notes.services.database.fork().nativeUpdate(NoteEntity, { id }, { text: 'changed' });
    expect(await run()).toMatchObject({ id, text: 'changed' });
  });

  test.each([
    ['8 characters', 'a'.repeat(8), true],
    ['64 characters', '~'.repeat(64), true],
    ['7 characters', 'a'.repeat(7), false],
    ['65 characters', 'a'.repeat(65), false],
    ['a space', 'my own key', false],
    ['a letter beyond ASCII', 'schlüssel', false],
    ['a control character', 'a\u0000bcdefgh', false],
  ])('has a key of 8 to 64 visible ASCII characters: %s', (_, key, fits) => {
    expect(idempotencyKey.safeParse(key).success).toBe(fits);
  });
});
