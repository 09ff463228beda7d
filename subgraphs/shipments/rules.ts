import { type Rules, withAnyScope, withScope } from '#shared/graphql/authorization.ts';

const read = withScope('shipments:read');
const write = withScope('shipments:write');

/** Who may ask; which shipments somebody sees is decided in store/visibility.ts. */
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
