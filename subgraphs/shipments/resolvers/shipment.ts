import { fieldsOf } from '#shared/graphql/columns.ts';
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

const shipmentField = fieldsOf<ShipmentRow, ShipmentsContext>();

export const Shipment = {
  __resolveReference: ({ id }: { id: string }, { loaders }: ShipmentsContext) => loaders.shipment.load(id),
  organization: shipmentField(['organizationId'], ({ organizationId }) => stubOf('Organization', organizationId)),
  createdBy: shipmentField(['createdByAccountId'], ({ createdByAccountId }) => accountStub(createdByAccountId)),
  driver: shipmentField(['driverId'], ({ driverId }) => stubOf('Driver', driverId)),
  vehicle: shipmentField(['vehicleId'], ({ vehicleId }) => stubOf('Vehicle', vehicleId)),
  stops: shipmentField(['id'], ({ id }, _args, { loaders }) => loaders.stops.load(id)),
  origin: shipmentField(['id'], async ({ id }, _args, { loaders }) => findStop(await loaders.stops.load(id), 'PICKUP')),
  destination: shipmentField(['id'], async ({ id }, _args, { loaders }) =>
    findStop(await loaders.stops.load(id), 'DELIVERY'),
  ),
  items: shipmentField(['id'], ({ id }, _args, { loaders }) => loaders.items.load(id)),
  value: shipmentField(['valueCents', 'currency'], ({ valueCents, currency }) => moneyOrNull(valueCents, currency)),
  late: shipmentField(
    ['status', 'deliverBy', 'deliveredAt'],
    ({ status, deliverBy = null, deliveredAt = null }, _args, { clock }) =>
      isLate({ status, deliverBy, deliveredAt }, clock()),
  ),
  nextStatuses: shipmentField(
    ['status', 'troubledFrom', 'organizationId', 'driverId'],
    ({ status, troubledFrom = null, organizationId, driverId = null }, _args, { identity }) =>
      nextStatuses({ status, troubledFrom }, actorsOf(identity, { organizationId, driverId })),
  ),
  events: shipmentField(['id'], ({ id }, { last }: { last: number }, { loaders }) => {
    checkCount('last', last, maxEvents);
    return loaders.events(last).load(id);
  }),
  changes: shipmentField(['id'], ({ id }, { last }: { last: number }, { loaders }) => {
    checkCount('last', last, maxEvents);
    return loaders.changes(last).load(id);
  }),
  proofOfDelivery: shipmentField(['id'], ({ id }, _args, { loaders }) => loaders.proof.load(id)),
  rating: shipmentField(['id'], ({ id }, _args, { loaders }) => loaders.rating.load(id)),
  comments: shipmentField(['id'], ({ id }, page: PageArguments, { loaders }) => loaders.comments(id, page)),
  importedFrom: shipmentField(['id', 'imported'], ({ id, imported }, _args, { loaders }) =>
    imported ? loaders.import.load(id) : null,
  ),
};

function findStop<S extends Pick<StopRow, 'kind'>>(stops: readonly S[], kind: StopRow['kind']): S | null {
  return stops.find((stop) => stop.kind === kind) ?? null;
}

const stopField = fieldsOf<StopRow, ShipmentsContext>();
export const Stop = { location: stopField(['latitude', 'longitude'], geoPointOf) };

const itemField = fieldsOf<ItemRow, ShipmentsContext>();
export const ShipmentItem = {
  value: itemField(['valueCents', 'currency'], ({ valueCents, currency }) => moneyOrNull(valueCents, currency)),
};

const eventField = fieldsOf<EventRow, ShipmentsContext>();
export const ShipmentEvent = {
  from: eventField(['fromStatus'], ({ fromStatus }) => fromStatus),
  to: eventField(['toStatus'], ({ toStatus }) => toStatus),
  at: eventField(['occurredAt'], ({ occurredAt }) => occurredAt),
  by: eventField(['actorAccountId'], ({ actorAccountId }) => accountStub(actorAccountId)),
  location: eventField(['latitude', 'longitude'], geoPointOf),
  doubtful: eventField(['doubtful'], ({ doubtful = null }) => doubtful === true),
};

const changeField = fieldsOf<ChangeRow, ShipmentsContext>();
export const ShipmentChange = {
  at: changeField(['changedAt'], ({ changedAt }) => changedAt),
  by: changeField(['accountId'], ({ accountId }) => accountStub(accountId)),
  fields: changeField(['fields'], ({ fields }) => summarize(fields)),
  summarized: changeField(['fields'], ({ fields }) => isSummarized(fields)),
};

const proofField = fieldsOf<ProofRow, ShipmentsContext>();
export const ProofOfDelivery = {
  location: proofField(['latitude', 'longitude'], geoPointOf),
  recordedBy: proofField(['recordedByAccountId'], ({ recordedByAccountId }) => accountStub(recordedByAccountId)),
};

const ratingField = fieldsOf<RatingRow, ShipmentsContext>();
export const Rating = { by: ratingField(['accountId'], ({ accountId }) => accountStub(accountId)) };

const commentField = fieldsOf<CommentRow, ShipmentsContext>();
export const ShipmentComment = { author: commentField(['accountId'], ({ accountId }) => accountStub(accountId)) };

const importField = fieldsOf<ImportRow, ShipmentsContext>();
export const ShipmentImport = {
  freightCost: importField(['freightCostCents', 'freightCostCurrency'], ({ freightCostCents, freightCostCurrency }) =>
    moneyOrNull(freightCostCents, freightCostCurrency),
  ),
  originalRow: importField(['originalRow'], ({ originalRow }) => originalRow.map(([name, value]) => ({ name, value }))),
};
