import { type BoundColumn, openBound, sealBound } from '#shared/database/bound-column.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, type Sql, sql } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';

/** A call with an idempotency key. All texts except the caller are hashes or ids of the gateway. */
export interface IdempotentClaim {
  /** Account or network of the client. */
  readonly caller: string;
  readonly keyHash: string;
  readonly fingerprint: string;
  readonly holder: string;
  readonly leaseMs: number;
  /** True if the call may run from now on; false if it may not before `beginCall`. */
  readonly begun: boolean;
}

export type IdempotentCall =
  | { readonly state: 'CLAIMED' | 'TAKEN_OVER'; readonly id: string }
  | { readonly state: 'FINISHED'; readonly id: string; readonly status: number; readonly body: string }
  | { readonly state: 'RUNNING' | 'REUSED' }
  | { readonly state: 'FULL'; readonly retryAfterSeconds: number };

/** A claim of a call. */
export interface HeldCall {
  readonly id: string;
  readonly holder: string;
}

/** Responses can contain personal data. */
export const keptResponse: BoundColumn = { table: 'idempotent_call', column: 'body', key: 'id' };
/** How long a response is replayed. Afterwards its key is free again. */
const kept = raw("interval '24 hours'");
/** Expired calls that one statement deletes. */
const batchSize = 1_000;

interface CallRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly status: number | null;
  readonly body: string | null;
}

/** @param maxKeys keys that one caller may use within 24 hours */
export async function claimCall(em: EntityManager, claim: IdempotentClaim, maxKeys: number): Promise<IdempotentCall> {
  const id = await insertCall(em, claim, maxKeys);
  if (id !== undefined) return { state: 'CLAIMED', id };
  const call = await findCall(em, claim);
  if (!call) {
    const retryAfterSeconds = await secondsUntilRoom(em, claim.caller, maxKeys);
    // If there is room, the call was released since.
    return retryAfterSeconds === undefined ? { state: 'RUNNING' } : { state: 'FULL', retryAfterSeconds };
  }
  const { status, body } = call;
  if (call.fingerprint !== claim.fingerprint) return { state: 'REUSED' };
  if (status !== null && body !== null)
    return { state: 'FINISHED', id: call.id, status, body: openBound(em, keptResponse, call.id, body) };
  return takeOver(em, call.id, claim);
}

/** Inserts the call, or replaces one that has expired, or that has not begun within its lease. Returns its id; undefined if the call exists or the caller has no room. */
async function insertCall(
  em: EntityManager,
  { caller, keyHash, fingerprint, holder, leaseMs, begun }: IdempotentClaim,
  maxKeys: number,
): Promise<string | undefined> {
  const [inserted] = await query<{ id: string }>(
    em,
    sql`insert into idempotent_call as call (id, caller, key_hash, fingerprint, holder, leased_until, begun)
      select ${newId()}::uuid, ${caller}::text, ${keyHash}::text, ${fingerprint}::text, ${holder}::uuid, ${inMs(leaseMs)},
        ${begun}::boolean
      where ${maxKeys}::int > (
        select count(*) from (
          select from idempotent_call where caller = ${caller} and created_at > now() - ${kept} limit ${maxKeys}
        ) as used
      )
      on conflict (caller, key_hash) do update set
        id = excluded.id, fingerprint = excluded.fingerprint, holder = excluded.holder, status = null, body = null,
        leased_until = excluded.leased_until, begun = excluded.begun, created_at = excluded.created_at
        where call.created_at <= now() - ${kept} or (not call.begun and call.leased_until <= now())
      returning id`,
  );
  return inserted?.id;
}

async function findCall(em: EntityManager, { caller, keyHash }: IdempotentClaim): Promise<CallRow | undefined> {
  const [call] = await query<CallRow>(
    em,
    sql`select id, fingerprint, status, body from idempotent_call
      where caller = ${caller} and key_hash = ${keyHash} and created_at > now() - ${kept}`,
  );
  return call;
}

/** Takes over the claim of a call whose lease is over. A holder that repeats its claim keeps it. */
async function takeOver(em: EntityManager, id: string, { holder, leaseMs }: IdempotentClaim): Promise<IdempotentCall> {
  const [taken] = await query<{ begun: boolean }>(
    em,
    sql`update idempotent_call set holder = ${holder}, leased_until = greatest(leased_until, ${inMs(leaseMs)})
      where id = ${id} and status is null and (holder = ${holder} or leased_until <= now())
      returning begun`,
  );
  if (!taken) return { state: 'RUNNING' };
  return { state: taken.begun ? 'TAKEN_OVER' : 'CLAIMED', id };
}

/**
 * Records that a call begins or still runs, and renews its lease. Returns false if another holder has its claim, or if it is finished. From now on,
 * a call whose lease ends may have made its change.
 */
export async function beginCall(em: EntityManager, { id, holder }: HeldCall, leaseMs: number): Promise<boolean> {
  const begun = await query(
    em,
    sql`update idempotent_call set begun = true, leased_until = ${inMs(leaseMs)}
      where id = ${id} and holder = ${holder} and status is null returning id`,
  );
  return begun.length === 1;
}

/** Stores the response of a call. Returns false if another holder has its claim. */
export async function finishCall(
  em: EntityManager,
  { id, holder }: HeldCall,
  response: { readonly status: number; readonly body: string },
): Promise<boolean> {
  const body = sealBound(em, keptResponse, id, response.body);
  const finished = await query(
    em,
    sql`update idempotent_call set status = ${response.status}, body = ${body}
      where id = ${id} and holder = ${holder} returning id`,
  );
  return finished.length === 1;
}

/**
 * Gives up a claim. Returns false if another holder has it.
 * @param keep true if the next holder must get the same id
 */
export async function releaseCall(em: EntityManager, { id, holder }: HeldCall, keep: boolean): Promise<boolean> {
  const held = sql`where id = ${id} and holder = ${holder} and status is null`;
  const released = await query(
    em,
    keep
      ? // Without a holder, so that the next claim of this holder takes over, too.
        sql`update idempotent_call set leased_until = now(), holder = ${newId()} ${held} returning id`
      : sql`delete from idempotent_call ${held} returning id`,
  );
  return released.length === 1;
}

/** Deletes calls whose time is over. */
export async function deleteExpiredCalls(em: EntityManager): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize; ) {
    const rows = await query(
      em,
      sql`delete from idempotent_call where id in (
        select id from idempotent_call where created_at <= now() - ${kept}
        order by created_at limit ${batchSize} for update skip locked) returning id`,
    );
    deleted = rows.length;
  }
}

/** Seconds until the caller may use another key; undefined if it may now. */
async function secondsUntilRoom(em: EntityManager, caller: string, maxKeys: number): Promise<number | undefined> {
  const [oldest] = await query<{ seconds: number }>(
    em,
    sql`select ceil(extract(epoch from created_at + ${kept} - now()))::int as seconds from idempotent_call
      where caller = ${caller} and created_at > now() - ${kept} order by created_at desc offset ${maxKeys - 1} limit 1`,
  );
  return oldest?.seconds;
}

function inMs(milliseconds: number): Sql {
  return sql`now() + ${milliseconds}::int * interval '1 millisecond'`;
}
