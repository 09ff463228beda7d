import { emailKey, emailPurpose } from '#shared/input/email-key.ts';
import { textKey } from '#shared/input/text-key.ts';
import { resolveDecision } from '../../subgraphs/risk/domain/decision.ts';
import { keyOfLane } from '../../subgraphs/risk/domain/lane.ts';
import { nameKey } from '../../subgraphs/risk/domain/names.ts';
import { assess } from '../../subgraphs/risk/domain/rules.ts';
import type { ReviewDecision } from '../../subgraphs/risk/domain/vocabulary.ts';
import { watchedValue } from '../../subgraphs/risk/entities.ts';
import { derivedId } from '../derived-id.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { World } from '../world.ts';
import { type HistoricalBooking, historicalFacts } from './risk/facts.ts';

/** Writes the rows that the reactions would have written for the events of the demo world. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  await tables.copy(
    'known_organization',
    world.organizations.map(({ id, name, createdAt }) => ({ id, name_key: nameKey(name), created_at: createdAt })),
  );
  await tables.copy(
    'known_account',
    world.accounts.map(({ id, organizationId, email, createdAt }) => ({
      id,
      organization_id: organizationId,
      email_key: tables.cipher.indexOf(emailKey(email), emailPurpose),
      created_at: createdAt,
    })),
  );
  await tables.copy(
    'watchlist_entry',
    world.watchlist.map(({ id, name, reason, addedAt }) => ({
      id,
      kind: 'NAME',
      value: tables.cipher.seal(name, watchedValue.place),
      value_key: nameKey(name),
      search_key: textKey(name),
      reason,
      added_at: addedAt,
    })),
  );
  const keys = { ofName: remembered(nameKey), ofLane: remembered(keyOfLane) };
  const booked = historicalFacts(world);
  await tables.copy(
    'booking',
    booked.values().map((booking) => bookingRow(booking, keys)),
  );
  const assessed = booked.map(assessedRows);
  await tables.copy(
    'assessment',
    assessed.values().map(({ assessment }) => assessment),
  );
  await tables.copy(
    'review_case',
    assessed.values().flatMap(({ reviewCase }) => (reviewCase ? [reviewCase] : [])),
  );
}

/** Caches the results of a function that is called with few different texts. */
function remembered(work: (text: string) => string): (text: string) => string {
  const results = new Map<string, string>();
  return (text) => {
    const value = results.get(text) ?? work(text);
    results.set(text, value);
    return value;
  };
}

interface Keys {
  readonly ofName: (name: string) => string;
  readonly ofLane: (lane: string) => string;
}

function bookingRow({ shipment, facts, bookedAt }: HistoricalBooking, keys: Keys) {
  const [origin] = shipment.stops;
  if (!origin) throw new Error(`shipment ${shipment.reference} has no stops`);
  return {
    shipment_id: shipment.id,
    reference: shipment.reference,
    organization_id: shipment.organizationId,
    account_id: shipment.createdByAccountId,
    // The version of the shipment itself is the same or newer, so a change that is sent again is applied.
    version: 0,
    lane: facts.lane,
    lane_key: keys.ofLane(facts.lane),
    value_cents: shipment.totalValueCents,
    currency: facts.currency,
    booked_at: bookedAt,
    pickup_from: origin.windowStart,
    party_keys: [...new Set(shipment.stops.map(({ contactName }) => keys.ofName(contactName)))],
    open: shipment.pickedUpAt === null && shipment.status !== 'CANCELLED' && shipment.status !== 'DELIVERED',
  };
}

/** Reviews decided in the world, by the rules for live reviews. */
function assessedRows({ shipment, facts, bookedAt }: HistoricalBooking) {
  const { score, verdict, contributions } = assess(facts);
  const said = shipment.risk?.decision;
  const reviewDecision: ReviewDecision | null = said ? (said.decision === 'APPROVED' ? 'APPROVE' : 'REJECT') : null;
  const decided = reviewDecision && { decision: reviewDecision, facts, contributions };
  const id = shipment.risk?.id ?? derivedId(bookedAt, 'assessment', shipment.id);
  const assessment = {
    id,
    shipment_id: shipment.id,
    organization_id: shipment.organizationId,
    revision: 1,
    current: true,
    score,
    verdict,
    decision: resolveDecision(verdict, { facts, contributions }, decided),
    rules: contributions.map(({ rule }) => rule),
    contributions,
    facts,
    watchlist_ids: facts.watchlist.map(({ entryId }) => entryId),
    trigger: 'BOOKED',
    assessed_at: shipment.risk?.assessedAt ?? bookedAt,
  };
  const cancelled = shipment.status === 'CANCELLED';
  const reviewCase = verdict === 'REVIEW' && {
    id: derivedId(bookedAt, 'review', shipment.id),
    shipment_id: shipment.id,
    organization_id: shipment.organizationId,
    assessment_id: id,
    status: reviewDecision ? 'DECIDED' : cancelled ? 'WITHDRAWN' : 'OPEN',
    opened_at: bookedAt,
    decision: reviewDecision,
    reason: said?.reason ?? null,
    decided_by: said?.decidedByAccountId ?? null,
    closed_at: said?.decidedAt ?? (cancelled ? shipment.statusChangedAt : null),
    version: reviewDecision ? 2 : 1,
  };
  return { assessment, reviewCase: reviewCase || null };
}
