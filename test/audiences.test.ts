import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isObjectType, parse } from 'graphql';
import { scopesOf } from '#shared/identity/identity.ts';
import { contractSchema } from '../gateway/access/documents/contract-schema.ts';
import { readTaggedCoordinates } from '../gateway/access/documents/tagged-coordinates.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { loadSupergraphModel } from '../gateway/engine/supergraph/model.ts';

/** What exists for partners, customers, drivers and anonymous callers. */

const sdl = readFileSync(readGatewayConfig([], {}).supergraphFile, 'utf8');
const { apiSchema, requirements } = loadSupergraphModel(sdl);
const internal = readTaggedCoordinates(parse(sdl)).get('internal') ?? new Set<string>();
const theirs = contractSchema(apiSchema, internal);
const held = new Set<string>(scopesOf(['PARTNER', 'CUSTOMER', 'DRIVER']));

/** The elements that need a scope that only staff have. */
const forStaff = [...requirements].flatMap(([coordinate, all]) => {
  const isReachable = all.every(
    (requirement) =>
      requirement.kind !== 'scopes' || requirement.anyOf.some((set) => [...set].every((s) => held.has(s))),
  );
  return isReachable ? [] : [coordinate];
});

test('every internal element needs a scope of staff: the tag hides it, and the scope protects it', () => {
  expect([...internal].filter((coordinate) => !forStaff.includes(coordinate))).toEqual([]);
});

test('these elements exist for everybody although only staff may use them', () => {
  expect(forStaff.filter((coordinate) => !internal.has(coordinate)).sort()).toEqual([
    'Mutation.assignBest',
    'Mutation.assignShipment',
    'Mutation.createGeofence',
    'Mutation.deactivateDriver',
    'Mutation.deleteGeofence',
    'Mutation.recordMarketObservation',
    'Mutation.recordPayment',
    'Mutation.registerDriver',
    'Mutation.registerVehicle',
    'Mutation.reportIncident',
    'Mutation.retireVehicle',
    'Mutation.unassignShipment',
    'Mutation.updateDriver',
    'Mutation.updateGeofence',
    'Mutation.updateVehicle',
    'Query.accounts',
    'Query.executive',
    'Query.organizations',
    'Query.recommendDrivers',
    'Query.recommendations',
    'Shipment.risk',
  ]);
});

test('no type for auditing, administration, decisions of reviews or imports exists for them', () => {
  const named = (schema: typeof theirs) =>
    Object.keys(schema.getTypeMap()).filter((name) =>
      /Audit|Supergraph|^Import.+Payload|RiskPolicy|DecideReview|^(?:Register|Deactivate|Create)(?:Account|Organization)/.test(
        name,
      ),
    );
  expect(named(apiSchema).length).toBeGreaterThan(15);
  expect(named(theirs)).toEqual([]);
});

test('their schema has every other field', () => {
  for (const type of Object.values(theirs.getTypeMap())) {
    const whole = apiSchema.getType(type.name);
    if (!isObjectType(type) || !isObjectType(whole)) continue;
    const missing = Object.keys(whole.getFields()).filter((name) => !(name in type.getFields()));
    expect(missing.filter((name) => !internal.has(`${type.name}.${name}`))).toEqual([]);
  }
});
