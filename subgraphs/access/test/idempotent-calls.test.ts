import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import {
  beginCall,
  claimCall,
  finishCall,
  type HeldCall,
  type IdempotentCall,
  releaseCall,
} from '../store/idempotent-calls.ts';
import { type AccessUnderTest, startAccess } from './access.ts';

let access: AccessUnderTest;
let keyHash: string;
beforeAll(async () => {
  access = await startAccess();
});
afterAll(() => access.close());
beforeEach(() => {
  keyHash = newId();
});

const leaseMs = 1_000;
const stored = { status: 200, body: '{"data":{}}' };
const em = () => access.services.database.fork();
const claim = (holder: string, { fingerprint = 'body', begun = false } = {}) =>
  claimCall(em(), { caller: 'caller', keyHash, fingerprint, holder, leaseMs, begun }, 1_000);
const begin = (held: HeldCall) => beginCall(em(), held, leaseMs);
const [first, second] = [newId(), newId()];

/** Claims the call, which must be free. */
async function claimed(holder: string): Promise<HeldCall> {
  return { id: idOf(await claim(holder)), holder };
}

function idOf(call: IdempotentCall): string {
  if (!('id' in call)) throw new Error(`The call is ${call.state}.`);
  return call.id;
}

async function endLeases(): Promise<void> {
  await query(em(), sql`update idempotent_call set leased_until = now() - interval '1 second'`);
}

describe('a claim that has not begun', () => {
  test('keeps others away during its lease', async () => {
    await claim(first);
    expect(await claim(second)).toEqual({ state: 'RUNNING' });
  });

  test('is free again after its lease, because nothing ran, even for another body', async () => {
    const held = await claimed(first);
    await endLeases();
    expect(await claim(second, { fingerprint: 'other body' })).toMatchObject({ state: 'CLAIMED' });
    expect(await begin(held)).toBe(false);
  });

  test('begins late if nobody has taken it over', async () => {
    const held = await claimed(first);
    await endLeases();
    expect(await begin(held)).toBe(true);
    expect(await claim(second)).toEqual({ state: 'RUNNING' });
  });

  test('may be claimed again by its holder, whose first request got no response', async () => {
    const held = await claimed(first);
    expect(await claim(first)).toEqual({ state: 'CLAIMED', id: held.id });
  });
});

describe('a call that has begun', () => {
  test('keeps others away as long as its lease is renewed', async () => {
    const held = await claimed(first);
    await begin(held);
    await endLeases();
    await begin(held);
    expect(await claim(second)).toEqual({ state: 'RUNNING' });
  });

  test('is taken over after its lease, and never counts as new again', async () => {
    const held = await claimed(first);
    await begin(held);
    await endLeases();
    const takenOver = { state: 'TAKEN_OVER', id: held.id };
    expect(await claim(second)).toEqual(takenOver);
    expect(await claim(second)).toEqual(takenOver); // the same request, sent again by the transport
    expect([await begin(held), await finishCall(em(), held, stored)]).toEqual([false, false]);
    await endLeases();
    expect(await claim(first)).toEqual(takenOver);
  });

  test('keeps its lease when its claim arrives a second time', async () => {
    const held = await claimed(first);
    await beginCall(em(), held, 3_600_000);
    await claim(first);
    const [call] = await query(
      em(),
      sql`select from idempotent_call where id = ${held.id}
      and leased_until > now() + interval '59 minutes'`,
    );
    expect(call).toBeDefined();
  });

  test('is finished once: a late renewal changes nothing', async () => {
    const held = await claimed(first);
    await begin(held);
    await finishCall(em(), held, stored);
    expect(await begin(held)).toBe(false);
    expect(await claim(second)).toMatchObject({ state: 'FINISHED', ...stored });
    expect(await claim(second, { fingerprint: 'other body' })).toEqual({ state: 'REUSED' });
  });

  test('may begin with its claim, for gateways that do not announce it', async () => {
    const { id } = { id: idOf(await claim(first, { begun: true })) };
    await endLeases();
    expect(await claim(second)).toEqual({ state: 'TAKEN_OVER', id });
  });
});

describe('a released call', () => {
  test.each(['before', 'after'])('is free if the record of its beginning is written %s the release', async (when) => {
    const held = await claimed(first);
    if (when === 'before') await begin(held);
    await releaseCall(em(), held, false);
    if (when === 'after') expect(await begin(held)).toBe(false);
    expect(await claim(second)).toMatchObject({ state: 'CLAIMED' });
  });

  test('keeps its id if its change may have been made', async () => {
    const held = await claimed(first);
    await begin(held);
    await releaseCall(em(), held, true);
    expect(await claim(first)).toEqual({ state: 'TAKEN_OVER', id: held.id });
  });
});

test('a response belongs to a call that has begun', async () => {
  const held = await claimed(first);
  await expect(finishCall(em(), held, stored)).rejects.toThrow('idempotent_call');
});
