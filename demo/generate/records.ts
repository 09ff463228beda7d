import type {
  Account,
  Assignment,
  Delay,
  Hub,
  Invoice,
  ProofOfDelivery,
  RiskAssessment,
  Shipment,
  Stop,
  WatchlistEntry,
} from '../world.ts';
import type { DispatchedPlan } from './dispatch.ts';
import { eventsOf } from './events.ts';
import { commentsOf, ratingOf } from './feedback.ts';
import type { Mint } from './identifiers.ts';
import { heldUntil } from './life.ts';
import { personName } from './names.ts';
import { carryingCostCents, invoiceOf, quoteOf } from './prices.ts';
import type { Random } from './random.ts';
import { type Step, stepsOf } from './steps.ts';
import { stopsOf } from './stops.ts';

export interface RecordInputs {
  readonly hubs: readonly Hub[];
  readonly dispatchers: readonly Account[];
  /** Accounts that decide reviews. */
  readonly reviewer: Account;
  readonly watchlist: readonly WatchlistEntry[];
  readonly random: Random;
  readonly mint: Mint;
  readonly nowMs: number;
}

const shipmentNotes = [
  'Tail lift required',
  'Do not stack',
  'Driver must wear a safety vest',
  'Appointment confirmed by email',
  'Keep dry',
  'Seal number to be noted at pickup',
];

/** The shipments of the plans as they stand at `nowMs`, in the order of creation, numbered by year. */
export function recordShipments(plans: readonly DispatchedPlan[], inputs: RecordInputs): Shipment[] {
  const histories = plans
    .map((plan): History => ({ plan, steps: stepsUntil(plan, inputs.nowMs) }))
    .sort((left, right) => left.plan.life.createdAt - right.plan.life.createdAt);
  const delivered = histories
    .filter((history) => lastStep(history).status === 'DELIVERED')
    .sort((left, right) => left.plan.life.deliveredAt - right.plan.life.deliveredAt);
  const numbers = numberByYear(histories, ({ plan }) => plan.life.createdAt);
  const invoiceNumbers = numberByYear(delivered, ({ plan }) => plan.life.deliveredAt);
  return histories.map((history) =>
    record(history, `IF-${numbers.get(history)}`, `INV-${invoiceNumbers.get(history)}`, inputs),
  );
}

/** A plan with its current state. */
interface History {
  readonly plan: DispatchedPlan;
  readonly steps: readonly Step[];
}

/** References such as "2025-004711". Numbers begin at 1 in every year. */
function numberByYear(
  histories: readonly History[],
  timeOf: (history: History) => number,
): ReadonlyMap<History, string> {
  const last = new Map<number, number>();
  return new Map(
    histories.map((history) => {
      const year = new Date(timeOf(history)).getUTCFullYear();
      const number = (last.get(year) ?? 0) + 1;
      last.set(year, number);
      return [history, `${year}-${String(number).padStart(6, '0')}`];
    }),
  );
}

function stepsUntil({ life, crew }: DispatchedPlan, nowMs: number): Step[] {
  return stepsOf(life, crew !== null).filter((step) => step.at <= nowMs);
}

function lastStep({ plan, steps }: History): Step {
  return steps[steps.length - 1] ?? { status: 'DRAFT', at: plan.life.createdAt, note: null };
}

function record(history: History, reference: string, invoiceNumber: string, inputs: RecordInputs): Shipment {
  const { random, mint, nowMs, hubs } = inputs;
  const { plan, steps } = history;
  const { life, load, shipper, account, lane } = plan;
  const last = lastStep(history);
  const delivered = last.status === 'DELIVERED';
  const until = last.status === 'CANCELLED' ? last.at : nowMs;
  const dispatcher = random.pick(inputs.dispatchers).id;
  const watchlistedName = random.pick(inputs.watchlist).name;
  const stops = stopsOf({ plan, hubs, steps, watchlistedName, random, mint, nowMs });
  const quote = quoteOf(plan, random, mint, nowMs);
  return {
    id: mint<'Shipment'>(life.createdAt),
    reference,
    organizationId: shipper.organization.id,
    createdByAccountId: account.id,
    createdAt: new Date(life.createdAt),
    laneId: lane.lane.id,
    distanceMeters: plan.meters,
    equipment: load.equipment,
    notes: random.chance(0.18) ? random.pick(shipmentNotes) : null,
    status: last.status,
    statusChangedAt: new Date(last.at),
    stops,
    items: load.items.map((item) => ({ id: mint<'Item'>(life.createdAt), ...item })),
    totalWeightKg: load.weightKg,
    totalVolumeM3: load.volumeM3,
    totalValueCents: load.valueCents,
    events: eventsOf(plan, steps, stops, dispatcher, mint),
    assignment: assignmentOf(plan, last, dispatcher, inputs),
    pickedUpAt: steps.some((step) => step.status === 'PICKED_UP') ? new Date(life.pickedUpAt) : null,
    deliveredAt: delivered ? new Date(life.deliveredAt) : null,
    onTime: delivered ? life.deliveredAt <= life.delivery.end : null,
    delays: delaysOf(plan, last, until),
    proofOfDelivery: delivered ? proofOf(plan, reference, stops[stops.length - 1]!, inputs) : null,
    rating: delivered ? ratingOf(plan, random, mint, nowMs) : null,
    comments: commentsOf(plan, dispatcher, random, mint, until),
    quote,
    invoice: delivered && quote !== null ? billed(plan, quote.priceCents, invoiceNumber, inputs) : null,
    carryingCostCents: delivered ? carryingCostCents(plan, random) : null,
    risk: assessmentOf(plan, inputs),
  };
}

function billed(plan: DispatchedPlan, priceCents: number, number: string, inputs: RecordInputs): Invoice {
  const { random, mint, nowMs } = inputs;
  return invoiceOf(priceCents, plan.life.deliveredAt, number, plan.shipper.organization.tier, random, mint, nowMs);
}

function assignmentOf(
  { life, crew }: DispatchedPlan,
  last: Step,
  dispatcher: Account['id'],
  { mint, nowMs }: RecordInputs,
): Assignment | null {
  if (crew === null || life.assignedAt > nowMs) return null;
  const released = last.status === 'CANCELLED';
  const completed = last.status === 'DELIVERED';
  return {
    id: mint<'Assignment'>(life.assignedAt),
    driverId: crew.driver.id,
    vehicleId: crew.vehicle.id,
    assignedByAccountId: dispatcher,
    assignedAt: new Date(life.assignedAt),
    startsAt: new Date(life.pickup.start),
    endsAt: new Date(heldUntil(life)),
    state: released ? 'RELEASED' : completed ? 'COMPLETED' : 'ACTIVE',
    releasedAt: released ? new Date(last.at) : null,
  };
}

/** A delay is recorded while a late load is on the road. A load that ends in an exception before that has none. */
function delaysOf({ life, crew }: DispatchedPlan, last: Step, until: number): Delay[] {
  const { delay } = life;
  if (delay === null || crew === null || delay.reportedAt > until) return [];
  if (last.status === 'CANCELLED' && last.at < delay.reportedAt) return [];
  const lateSeconds = Math.round(delay.lateMs / 1000);
  return [{ reason: delay.reason, reportedAt: new Date(delay.reportedAt), lateSeconds }];
}

function proofOf(plan: DispatchedPlan, reference: string, stop: Stop, { random, mint }: RecordInputs): ProofOfDelivery {
  const at = plan.life.deliveredAt;
  return {
    id: mint<'ProofOfDelivery'>(at),
    signedBy: personName(random, stop.country),
    signedAt: new Date(at),
    latitude: stop.latitude,
    longitude: stop.longitude,
    documentReference: reference.replace('IF', 'POD'),
    note: random.chance(0.04) ? 'One carton dented, accepted' : null,
  };
}

function assessmentOf({ risk, life }: DispatchedPlan, { reviewer, mint, nowMs }: RecordInputs): RiskAssessment | null {
  if (risk === null || life.bookedAt > nowMs) return null;
  const { decision } = risk;
  return {
    id: mint<'RiskAssessment'>(life.bookedAt),
    assessedAt: new Date(life.bookedAt),
    rules: risk.rules,
    score: risk.score,
    verdict: risk.verdict,
    decision:
      decision === null || decision.at > nowMs
        ? null
        : {
            decision: decision.decision,
            decidedByAccountId: reviewer.id,
            decidedAt: new Date(decision.at),
            reason: decision.reason,
          },
  };
}
