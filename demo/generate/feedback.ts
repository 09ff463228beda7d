import type { AccountId, Comment, DelayReason, Rating } from '../world.ts';
import { HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { DispatchedPlan } from './dispatch.ts';
import type { Mint } from './identifiers.ts';
import type { Random } from './random.ts';

const RATED_SHARE = 0.58;

const praise = [
  'Right on time, thank you.',
  'Driver was friendly and careful.',
  'Smooth from booking to dock.',
  'As always.',
];
const blame = [
  'Came late and nobody called.',
  'Our dock crew waited for hours.',
  'Third late delivery this quarter.',
  'Not good.',
];
const requests = [
  'Please call the dock half an hour before arrival.',
  'Load bars needed, the pallets are top-heavy.',
  'Use gate 4, the main entrance is closed this week.',
  'Pallets are to be exchanged at the consignee.',
];
const replies = [
  'Thanks for telling us.',
  'Our customer is waiting, please keep us posted.',
  'Understood, we have told the consignee.',
];

const excuses: Readonly<Record<DelayReason, string>> = {
  WEATHER: 'the weather on the route',
  TRAFFIC: 'heavy traffic',
  MECHANICAL: 'a repair on the truck',
  CUSTOMS: 'a customs check',
  FACILITY: 'slow loading at the dock',
};

/** A customer's rating of a delivered shipment, or null. Delays, exceptions and poor handling cost stars. */
export function ratingOf(plan: DispatchedPlan, random: Random, mint: Mint, nowMs: number): Rating | null {
  const { life, crew, account } = plan;
  const ratedAt = life.deliveredAt + Math.round(random.between(1, 72) * HOUR_MS);
  if (!random.chance(RATED_SHARE) || ratedAt > nowMs) return null;
  const lateHours = Math.max(0, life.deliveredAt - life.delivery.end) / HOUR_MS;
  const mood = 4.75 - (lateHours > 0 ? 1.1 + Math.min(1.6, lateHours / 9) : 0) - (life.trouble === null ? 0 : 0.6);
  const stars = Math.round(mood + (crew?.skill ?? 0) + 0.65 * random.normal());
  const held = Math.min(5, Math.max(1, stars));
  const comment = random.chance(0.3) ? (held >= 4 ? random.pick(praise) : held <= 2 ? random.pick(blame) : null) : null;
  return { id: mint<'Rating'>(ratedAt), accountId: account.id, stars: held, comment, ratedAt: new Date(ratedAt) };
}

/** The comments on a shipment until `untilMs`, in the order of writing. */
export function commentsOf(
  plan: DispatchedPlan,
  dispatcher: AccountId,
  random: Random,
  mint: Mint,
  untilMs: number,
): Comment[] {
  const { life, crew, account } = plan;
  const written: { at: number; by: AccountId; body: string }[] = [];
  if (random.chance(0.08)) {
    written.push({ at: life.bookedAt + 5 * MINUTE_MS, by: account.id, body: random.pick(requests) });
  }
  if (life.delay !== null && crew !== null) {
    const hours = Math.max(1, Math.round(life.delay.lateMs / HOUR_MS));
    const body = `Running about ${hours} h late because of ${excuses[life.delay.reason]}.`;
    written.push({ at: life.delay.reportedAt + 4 * MINUTE_MS, by: dispatcher, body });
    if (random.chance(0.5)) {
      written.push({ at: life.delay.reportedAt + 26 * MINUTE_MS, by: account.id, body: random.pick(replies) });
    }
  }
  if (life.trouble !== null && crew !== null) {
    written.push({ at: life.trouble.at + 2 * MINUTE_MS, by: crew.account.id, body: `${life.trouble.note}.` });
  }
  return written
    .filter(({ at }) => at <= untilMs)
    .sort((left, right) => left.at - right.at)
    .map(({ at, by, body }) => ({ id: mint<'Comment'>(at), accountId: by, body, createdAt: new Date(at) }));
}
