/** Values that have broken somebody's server: per scalar, so that every argument of the schema meets those of its kind. */

const cursor = (...values: readonly unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
const aMillion = 1_000_000;

const texts = [
  '',
  '\u0000',
  'a\u0000b',
  '\ud800',
  "'; drop table shipment; --",
  "' or '1'='1",
  '%',
  '\\',
  ':*&|!()<->',
  '{"$gt":""}',
  '\u202e\u200b\ufeff',
  'é'.repeat(5_000),
];

const ids = [
  '',
  'not-an-id',
  '\u0000',
  "' or 1=1 --",
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '{01997d2e-0000-7000-8000-000000000000}',
  '9'.repeat(400),
];

const instants = [
  '',
  'yesterday',
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '2026-03-01T25:61:00Z',
  "2026-03-01T00:00:00Z'; --",
];

const cursors = [
  '',
  'not a cursor',
  '\u0000',
  ...[1, 2, 3].flatMap((arity) => [
    cursor(...Array(arity).fill('\u0000')),
    cursor(...Array(arity).fill(Number.MAX_VALUE)),
    cursor(...Array(arity).fill(null)),
    cursor(...Array(arity).fill('0000-01-01T00:00:00.000Z')),
    cursor('2026-03-01T00:00:00.000Z', ...Array(arity - 1).fill("' or 1=1 --")),
  ]),
  cursor({ a: 1 }, [2]),
  Buffer.from('['.repeat(20_000)).toString('base64url'),
];

export const hostileValues: Readonly<Record<string, readonly unknown[]>> = {
  String: [...texts, 7, { nested: true }],
  cursor: cursors,
  ID: ids,
  Int: [0, -1, 101, 2_147_483_647, -2_147_483_648, 2_147_483_648, 1.5, 'one'],
  Float: [0, -1, aMillion ** 2, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 'NaN', 'Infinity'],
  Boolean: ['true', 1],
  DateTime: [...instants, 0, 8.64e15],
  Date: ['', '2026-02-30', '0000-01-01', '9999-12-31', '2026-1-1', "2026-01-01'; --", 20_260_101],
  Decimal: [
    '',
    '-0',
    '-1',
    '0.0000001',
    '1e9',
    'NaN',
    'Infinity',
    '999999999999999.99',
    '9'.repeat(500),
    1e300,
    '0x10',
  ],
  CurrencyCode: ['', 'usd', 'XXX', 'US', '\u0000\u0000\u0000', "U'D", '🐢'],
};
