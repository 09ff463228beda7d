import { LockMode } from '@mikro-orm/core';
import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refusingViolations } from '#shared/database/violations.ts';
import { refuse, type UserError } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import type { RedeemReward } from '../domain/reward-input.ts';
import { forfeitOf, worthCents } from '../domain/rewards.ts';
import { type RewardAccount, RewardAccountEntity, type RewardEntry, RewardEntryEntity } from '../entities.ts';

/** Why points were earned or lost. */
export interface RewardCause {
  readonly note: string;
  readonly at: Date;
  readonly shipmentId?: string;
  readonly incidentId?: string;
}

type Movement = Pick<RewardEntry, 'kind' | 'points'> & { readonly amountCents?: number } & RewardCause;

const violations: Readonly<Record<string, UserError>> = {
  reward_account_not_negative: insufficient('fewer'),
};

/**
 * Adds earned points, or subtracts points that a corrected rating had earned too much. It subtracts at most the balance,
 * because redeemed points stay redeemed.
 */
export async function earn(em: EntityManager, driverId: string, points: number, cause: RewardCause): Promise<void> {
  const account = await lockAccount(em, driverId);
  const held = Math.max(points, -account.balance);
  if (held === 0) return;
  account.earned += held;
  await book(em, account, { kind: 'EARNED', points: held, ...cause });
}

/** Takes the points that an incident costs, but at most the balance. */
export async function forfeit(em: EntityManager, driverId: string, cause: RewardCause): Promise<void> {
  const account = await lockAccount(em, driverId);
  const points = forfeitOf(account.balance);
  if (points === 0) return;
  account.forfeited += points;
  await book(em, account, { kind: 'FORFEITED', points: -points, ...cause });
}

/** Redeems points for money. Of two concurrent redemptions of the same points, one is refused. */
export async function redeem(
  { em, audit }: Transaction,
  driverId: string,
  { points }: RedeemReward,
  now: Date,
): Promise<RewardEntry> {
  const account = await lockAccount(em, driverId);
  if (account.balance < points) refuse('INSUFFICIENT_POINTS', insufficient(account.balance).message, 'points');
  account.redeemed += points;
  const amountCents = worthCents(points);
  const note = `${points} points redeemed`;
  const entry = await refusingViolations(violations, () =>
    book(em, account, { kind: 'REDEEMED', points: -points, amountCents, note, at: now }),
  );
  const changes = changesTo({ driver: driverId, points: -points, amountCents });
  audit({ action: 'REWARD_REDEEMED', target: { kind: 'RewardEntry', id: entry.id }, changes, at: now });
  return entry;
}

function insufficient(held: number | string): UserError {
  const message = `The account holds only ${held} points.`;
  return { code: 'INSUFFICIENT_POINTS', field: ['points'], message };
}

async function lockAccount(em: EntityManager, driverId: string): Promise<RewardAccount> {
  await query(em, sql`insert into reward_account (driver_id, balance) values (${driverId}, 0) on conflict do nothing`);
  return em.findOneOrFail(RewardAccountEntity, { driverId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

async function book(
  em: EntityManager,
  account: RewardAccount,
  { kind, points, amountCents, note, at, shipmentId, incidentId }: Movement,
): Promise<RewardEntry> {
  account.balance += points;
  const entry = em.create(RewardEntryEntity, {
    id: newId(at.getTime()),
    driverId: account.driverId,
    kind,
    points,
    amountCents: amountCents ?? null,
    shipmentId: shipmentId ?? null,
    incidentId: incidentId ?? null,
    note,
    at,
  });
  await em.flush();
  return entry;
}
