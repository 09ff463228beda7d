import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { ShipmentsContext } from '../context.ts';
import { personalLists } from '../store/personal-data.ts';
import { findIdByReference } from '../store/shipments.ts';
import { type ListArguments, listOwned, listShipments } from './lists.ts';
import { Mutation } from './mutation.ts';
import {
  ProofOfDelivery,
  Rating,
  Shipment,
  ShipmentChange,
  ShipmentComment,
  ShipmentEvent,
  ShipmentImport,
  ShipmentItem,
  Stop,
} from './shipment.ts';
import { shipmentUpdated } from './shipment-updated.ts';

/** The resolvers, in the order of the SDL. */
export const resolvers: Subgraph<ShipmentsContext>['resolvers'] = {
  JSON: JsonScalar,
  ...scalars,
  Query: {
    shipment: (_parent, { id }: { id: string }, { loaders }) => loaders.shipment.load(id),
    shipmentByReference: async (_parent, { reference }: { reference: string }, { em, identity, loaders }) => {
      const id = await findIdByReference(em, identity, reference);
      return id === null ? null : loaders.shipment.load(id);
    },
    shipments: (_parent, args: ListArguments, context) => listShipments(context, args),
  },
  Mutation,
  Subscription: { shipmentUpdated },
  Shipment,
  Stop,
  ShipmentItem,
  ShipmentEvent,
  ShipmentChange,
  ProofOfDelivery,
  Rating,
  ShipmentComment,
  ShipmentImport,
  Organization: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    shipments: ({ id }: { id: string }, args: ListArguments, context) =>
      listOwned(context, 'organization_id', id, args),
  },
  Driver: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    deliveries: ({ id }: { id: string }, args: ListArguments, context) => listOwned(context, 'driver_id', id, args),
  },
  PersonalData: {
    __resolveReference: resolvePerson,
    shipments: personalRecords(personalLists),
  },
};
