import { type Rules, withScope } from '#shared/graphql/authorization.ts';

const read = withScope('tracking:read');
const report = withScope('tracking:report');
const write = withScope('tracking:write');

export const rules: Rules = {
  Query: { vehiclePositions: read, geofence: read, geofences: read, geofenceEvents: read },
  Mutation: { reportPositions: report, createGeofence: write, updateGeofence: write, deleteGeofence: write },
  Subscription: { vehicleMoved: read },
  Driver: { position: read, track: read },
  Vehicle: { position: read, track: read },
  Shipment: { position: read, track: read, eta: read },
};
