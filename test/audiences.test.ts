import { expect, test } from '@jest/globals';
import { isObjectType } from 'graphql';
import { scopesOf } from '#shared/identity/identity.ts';
import { readSchemas } from './graph/schemas.ts';

/** What exists for partners, customers, drivers and anonymous callers. */

const { model, internal, forStaff: apiSchema, forOthers: theirs } = readSchemas();
const { requirements } = model;
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

test('every element that needs a scope of staff is internal: for everybody else it does not exist', () => {
  expect(forStaff.filter((coordinate) => !internal.has(coordinate))).toEqual([]);
  expect(forStaff.length).toBeGreaterThan(30);
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
