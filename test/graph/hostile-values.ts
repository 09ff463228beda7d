/** Values that are known to break servers, by scalar. */
interface Poison {
  /** Sent to every argument of this type. */
  readonly always: readonly unknown[];
  /** Sent to the arguments of this type in turn. */
  readonly byTurns: readonly unknown[];
}

const cursor = (...values: readonly unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
const arities = [1, 2, 3];

const poison: Readonly<Record<string, Poison>> = {
  String: {
    always: ['a\u0000b', '\ud800', "'; drop table shipment; --", 'é'.repeat(5_000)],
    byTurns: ['', '\u0000', "' or '1'='1", '%', '\\', ':*&|!()<->', '{"$gt":""}', '\u202e\u200b\ufeff', 7, { a: 1 }],
  },
  cursor: {
    always: arities.flatMap((arity) => [
      cursor(...Array(arity).fill('\u0000')),
      cursor('2026-03-01T00:00:00.000Z', ...Array(arity - 1).fill("' or 1=1 --")),
    ]),
    byTurns: [
      '',
      'not a cursor',
      '\u0000',
      cursor({ a: 1 }, [2]),
      Buffer.from('['.repeat(20_000)).toString('base64url'),
      ...arities.flatMap((arity) => [
        cursor(...Array(arity).fill(Number.MAX_VALUE)),
        cursor(...Array(arity).fill(null)),
        cursor(...Array(arity).fill('0000-01-01T00:00:00.000Z')),
      ]),
    ],
  },
  ID: {
    always: ['', 'not-an-id', '\u0000'],
    byTurns: [
      "' or 1=1 --",
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '{01997d2e-0000-7000-8000-000000000000}',
      '9'.repeat(400),
    ],
  },
  Int: {
    always: [0, -1, 2_147_483_647],
    byTurns: [101, -2_147_483_648, 2_147_483_648, 1.5, 'one'],
  },
  Float: {
    always: [-1, Number.MAX_VALUE, Number.MIN_VALUE],
    byTurns: [0, 1e12, -Number.MAX_VALUE, 'NaN', 'Infinity'],
  },
  Boolean: { always: ['true'], byTurns: [1] },
  DateTime: {
    always: ['0000-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
    byTurns: [
      '',
      'yesterday',
      '2026-02-30T00:00:00Z',
      '+275760-09-13T00:00:00.000Z',
      '-271821-04-20T00:00:00.000Z',
      '2026-03-01T25:61:00Z',
      "2026-03-01T00:00:00Z'; --",
      0,
      8.64e15,
    ],
  },
  Date: {
    always: ['0000-01-01', '9999-12-31', '2026-02-30'],
    byTurns: ['', '2026-1-1', "2026-01-01'; --", 20_260_101],
  },
  Decimal: {
    always: ['-1', '999999999999999.99', '0.0000001'],
    byTurns: ['', '-0', '1e9', 'NaN', 'Infinity', '9'.repeat(500), 1e300, '0x10'],
  },
  CurrencyCode: { always: ['XXX', '\u0000\u0000\u0000'], byTurns: ['', 'usd', 'US', "U'D", '🐢'] },
};

/** Times that JavaScript can write and PostgreSQL can't store, and days that no calendar has. */
export const impossibleTimes = [
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
];

const turns = 2;

/** Hostile values for the `nth` argument of this type. */
export function hostileValues(kind: string, nth: number): readonly unknown[] {
  const { always, byTurns } = poison[kind] ?? { always: [], byTurns: [] };
  const ownTurns = Array.from(
    { length: Math.min(turns, byTurns.length) },
    (_, turn) => byTurns[(nth * turns + turn) % byTurns.length],
  );
  return [...always, ...ownTurns];
}
