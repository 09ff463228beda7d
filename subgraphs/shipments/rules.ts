import { type Rules, withAnyScope, withScope } from '#shared/graphql/authorization.ts';

const read = withScope('shipments:read');
const write = withScope('shipments:write');

/** Scopes of the fields. store/visibility.ts decides which shipments a caller sees. */
export const rules: Rules = {
  Query: { shipment: read, shipmentByReference: read, shipments: read },
  Mutation: {
    createShipment: write,
    updateShipment: write,
    bookShipment: write,
    cancelShipment: write,
    advanceShipment: withScope('shipments:advance'),
    rateShipment: withScope('shipments:rate'),
    commentOnShipment: withAnyScope('shipments:write', 'shipments:advance'),
    importShipments: withScope('shipments:import'),
  },
  Subscription: { shipmentUpdated: read },
  Organization: { shipments: read },
  Driver: { deliveries: read },
};
