import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { expectNamesToBeFound, expectReferencesToBeFound } from '../../shared/test/typing.ts';
import {
  admin,
  arrive,
  assignment,
  change,
  chicago,
  create,
  customer,
  dispatcher,
  inHours,
  openScene,
  oranges,
  organizationId,
  type Shipments,
  type ShipmentView,
  toronto,
  vehicleId,
} from './scene.ts';

let scene: Shipments;
let parts: ShipmentView;
let other: ShipmentView;

const hawthorn = { organizationId, name: 'Hawthorn Bäckerei GmbH', tier: 'STANDARD', createdAt: inHours(-1) } as const;

beforeAll(async () => {
  scene = await openScene();
  parts = await create(scene, {
    book: true,
    notes: 'ÜBERLÄNGE, für Müller. PO 4500012345 / BOL-7788-X; café décaféiné',
    stops: [
      { ...chicago, contactName: "Łukasz Ødegård D'Angelo", street: 'Rampe 7, O’Hare, राम लॉजिस्टिक्स' },
      { ...toronto, city: 'Zu\u0308rich' },
    ],
    items: [{ ...oranges, description: 'Ersatzteile für Getriebe', commodity: 'Maschinenbau' }],
  });
  await arrive(scene, 'organization.changed', hawthorn);
  await arrive(scene, 'assignment.created', assignment(parts.id, { plate: 'B-MW 1234' }));
  const otherOrganization = newId();
  await arrive(scene, 'organization.changed', { ...hawthorn, organizationId: otherOrganization, name: 'Other' });
  other = await create(
    scene,
    { organizationId: otherOrganization, stops: [{ ...chicago, city: 'Ciudad Juárez', hubCode: null }, toronto] },
    dispatcher,
  );
});
afterAll(() => scene.close());

async function find(filter: object, as = admin): Promise<string[]> {
  const { data, errors } = await scene.ask<{ shipments: { nodes: { id: string }[] } }>(
    as,
    'query($filter: ShipmentFilter) { shipments(filter: $filter) { nodes { id } } }',
    { filter },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.shipments.nodes.map(({ id }) => id);
}
const search = (text: string) => find({ search: text });

describe('the search box finds a shipment by', () => {
  test.each([
    ['the beginning of a number in the notes', '45000'],
    ['a purchase order without its blank', 'po4500012345'],
    ['the beginning of a word of the goods', 'Ersatz'],
    ['part of a bill of lading', '7788'],
    ['a bill of lading with a blank', 'bol 7788'],
    ['a bill of lading without dashes', 'BOL7788X'],
    ['a word in another case', 'überlänge'],
    ['the beginning of a word with an umlaut', 'Mul'],
    ['a word without its accents', 'decafeine'],
    ['a decomposed word', 'Mu\u0308ller'],
    ['the customer', 'Hawthorn'],
    ['the customer, without accents, and a city', 'backerei zurich'],
    ['a contact', 'lukasz odegard'],
    ['a dock', 'Rampe'],
    ['a contact without its apostrophe', 'dangelo'],
    ['a contact by the word behind its apostrophe', 'angelo'],
    ['a contact with another apostrophe', 'D’ANGELO'],
    ['a contact in two words', 'd angelo'],
    ['a city without its apostrophe', 'ohare'],
    ['a word with its vowels', 'राम'],
    ['the plate of its vehicle', 'bmw1234'],
    ['the plate with dashes', 'B-MW-1234'],
    ['a phrase', '"für Müller"'],
    ['words, but not others', 'ersatz -oranges'],
    ['one word or another', 'nowhere or Getriebe'],
  ])('%s: %s', async (_what, text) => {
    expect(await search(text)).toEqual([parts.id]);
  });

  test.each([
    'रमा',
    'ersatz nowhere',
    '"muller fur"',
    'ersatz -hawthorn',
    'rsatzteile',
    '%%',
    '( & | ! :*',
    `'"`,
    '--',
  ])('nothing by %s', async (text) => expect(await search(text)).toEqual([]));

  test.each([
    (reference: string) => reference,
    (reference: string) => reference.toLowerCase(),
    (reference: string) => reference.replaceAll('-', ' '),
    (reference: string) => reference.replaceAll('-', ''),
    (reference: string) => reference.slice(3),
    (reference: string) => reference.slice(-3),
    (reference: string) => ` ${reference} `,
  ])('its reference, as people type it', async (typed) => {
    expect(await search(typed(parts.reference))).toContain(parts.id);
  });

  test('the number of its reference without leading zeros, beside others with that number', async () => {
    await scene.services.database.fork().execute("select setval('shipment_number', 7787)");
    const { reference } = await create(scene);
    expect(reference).toBe('IF-2026-007788');
    expect(await search('7788')).toHaveLength(2);
  });

  test('the new name of a renamed customer, and no longer by the old one', async () => {
    await arrive(scene, 'organization.changed', { ...hawthorn, name: 'Weißdorn AG' });
    expect(await search('weissdorn ersatz')).toEqual([parts.id]);
    expect(await search('hawthorn')).toEqual([]);
    await arrive(scene, 'organization.changed', hawthorn);
  });

  test('the new plate of its vehicle, also where an assignment with the old one arrives late', async () => {
    const at = inHours(1);
    await arrive(scene, 'vehicle.changed', { vehicleId, equipment: 'REEFER', active: true, plate: 'ÖL 99', at });
    await arrive(scene, 'assignment.created', assignment(other.id, { plate: 'B-MW 1234' }));
    expect(await search('ol99')).toContain(parts.id);
    expect(await search('bmw1234')).toEqual([]);
  });

  test('its changed notes and stops', async () => {
    const { id } = await create(scene);
    const changed = await change(scene, customer, 'updateShipment', {
      shipmentId: id,
      expectedVersion: 1,
      notes: 'Vorsicht, Glas',
    });
    expect(changed.userErrors).toEqual([]);
    expect(await search('vorsicht')).toEqual([id]);
    expect(await search('vorsicht chicago')).toEqual([id]);
    const stops = [{ ...chicago, city: 'Évanston' }, toronto];
    await change(scene, customer, 'updateShipment', { shipmentId: id, expectedVersion: 2, stops });
    expect(await search('vorsicht evanston')).toEqual([id]);
    expect(await search('vorsicht chicago')).toEqual([]);
    expect(await find({ origin: { city: 'evanston' } })).toEqual([id]);
  });
});

describe('a lane is found', () => {
  test.each([
    [{ origin: { city: 'CIUDAD JUÁREZ' } }],
    [{ origin: { city: 'Ciudad Juarez' } }],
    [{ origin: { city: 'ciudad jua\u0301rez', country: 'usa' } }],
    [{ origin: { city: 'ciudad juarez', country: 'United States', region: 'Illinois' } }],
    [{ origin: { city: 'ciudad juarez', region: 'ILLINOIS' } }],
    [{ origin: { city: 'ciudad juarez', region: 'us-il' } }],
    [{ origin: { city: 'ciudad juarez', region: 'il' }, destination: { hubCode: 'tor' } }],
  ])('in any case, form or name: %j', async (filter) => {
    expect(await find(filter)).toEqual([other.id]);
  });

  test('by a city typed in another normal form', async () => {
    expect(await find({ destination: { city: 'Zürich' } })).toEqual([parts.id]);
    expect(await find({ destination: { city: 'ZURICH', region: 'Ontario', country: 'Canada' } })).toEqual([parts.id]);
    expect(await find({ destination: { city: 'ZURICH', region: 'ontario' } })).toEqual([parts.id]);
  });

  test('not by a name that is a region of another country', async () => {
    expect(await find({ origin: { region: 'Ilam' } })).toEqual([]); // IR-16
    expect(await find({ origin: { region: 'Illinois', country: 'CA' } })).toEqual([]);
  });
});

describe('a reference', () => {
  const byReference = async (reference: string) => {
    const { data } = await scene.ask<{ shipmentByReference: { id: string } | null }>(
      admin,
      'query($reference: String!) { shipmentByReference(reference: $reference) { id } }',
      { reference },
    );
    return data?.shipmentByReference?.id;
  };

  test('is found in any case, with any blanks and dashes', async () => {
    const { id, reference } = parts;
    expect(await byReference(reference.toLowerCase())).toBe(id);
    expect(await byReference(` ${reference} `)).toBe(id);
    expect(await byReference(reference.replaceAll('-', ' '))).toBe(id);
    expect(await byReference(reference.replaceAll('-', ''))).toBe(id);
    expect(await byReference(reference.slice(0, -1))).toBeUndefined();
    expect(await byReference('--')).toBeUndefined();
  });
});

describe('whatever somebody writes, the same text as others type it finds a shipment', () => {
  const write = async (changes: Record<string, unknown>) => (await create(scene, changes)).id;

  test('by its notes', () => expectNamesToBeFound((text) => write({ notes: `${text}: 1` }), search));
  test('by the goods', () =>
    expectNamesToBeFound((description) => write({ items: [{ ...oranges, description }] }), search));
  test('by the city of its first stop', () =>
    expectNamesToBeFound(
      (city) => write({ stops: [{ ...chicago, city }, toronto] }),
      (city) => find({ origin: { city } }),
    ));
  test("by the customer's reference", () =>
    expectReferencesToBeFound(
      (customerReference) => write({ customerReference }),
      (typed) => find({ customerReferences: [typed] }),
    ));
});
