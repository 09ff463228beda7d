import { checkCount, type PageArguments } from '#shared/pages/connection.ts';
import type { ShipmentsContext } from '../context.ts';
import { actorsOf } from '../domain/actors.ts';
import { isSummarized, summarize } from '../domain/differences.ts';
import { isLate, nextStatuses } from '../domain/status.ts';
import type {
  ChangeRow,
  CommentRow,
  EventRow,
  ImportRow,
  ItemRow,
  ProofRow,
  RatingRow,
  ShipmentRow,
  StopRow,
} from '../entities.ts';
import { accountStub, geoPointOf, moneyOrNull, stubOf } from './values.ts';

const maxEvents = 200;

export const Shipment = {
  __resolveReference: ({ id }: { id: string }, { loaders }: ShipmentsContext) => loaders.shipment.load(id),
  organization: ({ organizationId }: ShipmentRow) => stubOf('Organization', organizationId),
  createdBy: ({ createdByAccountId }: ShipmentRow) => accountStub(createdByAccountId),
  driver: ({ driverId }: ShipmentRow) => stubOf('Driver', driverId),
  vehicle: ({ vehicleId }: ShipmentRow) => stubOf('Vehicle', vehicleId),
  stops: ({ id }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) => loaders.stops.load(id),
  origin: async ({ id }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) =>
    (await loaders.stops.load(id)).find(({ kind }) => kind === 'PICKUP') ?? null,
  destination: async ({ id }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) =>
    (await loaders.stops.load(id)).find(({ kind }) => kind === 'DELIVERY') ?? null,
  items: ({ id }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) => loaders.items.load(id),
  value: ({ valueCents, currency }: ShipmentRow) => moneyOrNull(valueCents, currency),
  late: ({ status, deliverBy = null, deliveredAt = null }: ShipmentRow, _args: unknown, { clock }: ShipmentsContext) =>
    isLate({ status, deliverBy, deliveredAt }, clock()),
  nextStatuses: (
    { status, troubledFrom = null, organizationId, driverId = null }: ShipmentRow,
    _args: unknown,
    { identity }: ShipmentsContext,
  ) => nextStatuses({ status, troubledFrom }, actorsOf(identity, { organizationId, driverId })),
  events: ({ id }: ShipmentRow, { last }: { last: number }, { loaders }: ShipmentsContext) => {
    checkCount('last', last, maxEvents);
    return loaders.events(last).load(id);
  },
  changes: ({ id }: ShipmentRow, { last }: { last: number }, { loaders }: ShipmentsContext) => {
    checkCount('last', last, maxEvents);
    return loaders.changes(last).load(id);
  },
  proofOfDelivery: ({ id }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) => loaders.proof.load(id),
  rating: ({ id }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) => loaders.rating.load(id),
  comments: ({ id }: ShipmentRow, page: PageArguments, { loaders }: ShipmentsContext) => loaders.comments(id, page),
  importedFrom: ({ id, imported }: ShipmentRow, _args: unknown, { loaders }: ShipmentsContext) =>
    imported ? loaders.import.load(id) : null,
};

export const Stop = { location: (stop: StopRow) => geoPointOf(stop) };

export const ShipmentItem = { value: ({ valueCents, currency }: ItemRow) => moneyOrNull(valueCents, currency) };

export const ShipmentEvent = {
  from: ({ fromStatus }: EventRow) => fromStatus,
  to: ({ toStatus }: EventRow) => toStatus,
  at: ({ occurredAt }: EventRow) => occurredAt,
  by: ({ actorAccountId }: EventRow) => accountStub(actorAccountId),
  location: (event: EventRow) => geoPointOf(event),
  doubtful: ({ doubtful = null }: EventRow) => doubtful === true,
};

export const ShipmentChange = {
  at: ({ changedAt }: ChangeRow) => changedAt,
  by: ({ accountId }: ChangeRow) => accountStub(accountId),
  fields: ({ fields }: ChangeRow) => summarize(fields),
  summarized: ({ fields }: ChangeRow) => isSummarized(fields),
};

export const ProofOfDelivery = {
  location: (proof: ProofRow) => geoPointOf(proof),
  recordedBy: ({ recordedByAccountId }: ProofRow) => accountStub(recordedByAccountId),
};

export const Rating = { by: ({ accountId }: RatingRow) => accountStub(accountId) };

export const ShipmentComment = { author: ({ accountId }: CommentRow) => accountStub(accountId) };

export const ShipmentImport = {
  freightCost: ({ freightCostCents, freightCostCurrency }: ImportRow) =>
    moneyOrNull(freightCostCents, freightCostCurrency),
  originalRow: ({ originalRow }: ImportRow) => originalRow.map(([name, value]) => ({ name, value })),
};
