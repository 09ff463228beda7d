import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Kind } from 'graphql';
import { z } from 'zod';
import { scalars } from '../graphql/scalars.ts';
import { findCountry, isCountry } from '../input/countries.ts';
import { currency, decimalsOf, isCurrency } from '../input/currencies.ts';
import { id } from '../input/id.ts';
import { moneyOf, moneyUpTo, toMinorUnits } from '../input/money.ts';
import { withOldNames } from '../input/old-names.ts';
import { parseArgument, parseInput } from '../input/parse-input.ts';
import { describeRegions, findRegion } from '../input/regions.ts';
import { line, optionalText, parseSearch, text } from '../input/text.ts';
import { referenceKey, textKey, wordsOf } from '../input/text-key.ts';
import { timeRange } from '../input/time-range.ts';
import { findTimeZone } from '../input/time-zones.ts';
import './random.ts';

test('an id has one spelling, and a text that is no id stays as it is', () => {
  expect(id.parse('01A223AF-FFDF-7BE8-AE34-DD8F6A1E99C1')).toBe('01a223af-ffdf-7be8-ae34-dd8f6a1e99c1');
  expect(id.parse('X-1')).toBe('X-1');
});

describe('the faults of an input', () => {
  const schema = z.object({
    name: line(1, 5),
    reference: line(1, 5),
    stops: z.array(z.object({ at: z.date().min(new Date('2026-01-01')) })),
  });

  test('are all told, with one code for form and range, and one for times', () => {
    const parse = () => parseInput(schema, { name: ' ', reference: 'toolong', stops: [{ at: new Date(0) }, {}] });
    expect(parse).toThrow(
      expect.objectContaining({
        userErrors: [
          { code: 'INVALID_INPUT', field: ['name'], message: 'Must not be empty.' },
          { code: 'INVALID_INPUT', field: ['reference'], message: 'Must have at most 5 characters.' },
          expect.objectContaining({ code: 'INVALID_TIME', field: ['stops', '0', 'at'] }),
          expect.objectContaining({ code: 'INVALID_INPUT', field: ['stops', '1', 'at'] }),
        ],
      }),
    );
  });

  test('refuse the argument of a query with the first one', () => {
    expect(() => parseArgument(schema, 'input', { name: 'x', reference: 'toolong', stops: [] })).toThrow(
      '"input.reference" must have at most 5 characters.',
    );
  });
});

describe('a renamed field of an input', () => {
  const schema = withOldNames(z.object({ shipmentId: id }), { shipmentId: 'id' });

  test.each([
    [{ shipmentId: 's1' }],
    [{ id: 's1' }],
    [{ id: 's1', shipmentId: 's1' }],
    [{ id: 's1', shipmentId: null }],
  ])('is accepted under both names: %j', (input) => {
    expect(parseInput(schema, input)).toEqual({ shipmentId: 's1' });
  });

  test('is refused if the two names have different values', () => {
    expect(() => parseInput(schema, { id: 's1', shipmentId: 's2' })).toThrow(
      expect.objectContaining({
        userErrors: [
          { code: 'INVALID_INPUT', field: ['id'], message: 'Differs from `shipmentId`. Give only `shipmentId`.' },
        ],
      }),
    );
  });

  test('is missed under its new name', () => {
    expect(() => parseInput(schema, {})).toThrow(
      expect.objectContaining({
        userErrors: [{ code: 'INVALID_INPUT', field: ['shipmentId'], message: 'Must be given.' }],
      }),
    );
  });
});

test('a span of time that ends before it begins is refused', () => {
  const [early, late] = [new Date('2026-01-01'), new Date('2026-01-02')];
  expect(() => parseArgument(timeRange, 'filter.created', { from: late, until: early })).toThrow(
    '"filter.created.until" must be after `from`.',
  );
  expect(parseArgument(timeRange, 'filter.created', { from: early, until: late })).toEqual({
    from: early,
    until: late,
  });
});

describe('a text', () => {
  test.each([['\u200b'], [' \u200b '], ['\u00ad\ufeff'], ['\u200d\ufe0f'], ['\u3164']])(
    'of invisible characters, %j, is empty',
    (typed) => {
      expect(text(1, 10).safeParse(typed).error?.issues).toMatchObject([{ message: 'Must not be empty.' }]);
      expect(line(1, 10).safeParse(typed).success).toBe(false);
      expect(optionalText(10).parse(typed)).toBeNull();
    },
  );

  test.each([
    ['Ev\u00adil\u200b', 'Evil'],
    ['\u202eabc\u202c', 'abc'],
    ['Fine 👩\u200d🚒 ❤\ufe0f', 'Fine 👩\u200d🚒 ❤\ufe0f'],
    [
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    ],
    ['ශ්\u200dරී', 'ශ්\u200dරී'],
    ['می\u200cروم', 'می\u200cروم'],
  ])('%j is kept as %j', (typed, kept) => {
    expect(text(1, 100).parse(typed)).toBe(kept);
  });
});

test.each([[' a '], ['a']])('the search text %j is trimmed', (typed) => {
  expect(parseSearch(typed)).toBe('a');
});

test.each([
  ['', 'be empty'],
  [' ', 'be empty'],
  ['a\nb', 'contain control characters'],
])('the search text %j is refused', (typed, fault) => {
  expect(() => parseSearch(typed)).toThrow(`"filter.search" must not ${fault}.`);
  expect(() => parseSearch('x'.repeat(11), 'filter.name', 10)).toThrow(
    '"filter.name" must have at most 10 characters.',
  );
});

describe('the key of a text', () => {
  test.each([
    ['Zürich', 'ZURICH'],
    ['Zu\u0308rich', 'Zürich'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['İzmir', 'izmir'],
    ['Łódź', 'Lodz'],
    ['Århus', 'arhus'],
    ['ﬁle № ５', 'file no 5'],
    ['  two\u00a0 blanks\t', 'two blanks'],
    ['Müller\u00adGmbH', 'MüllerGmbH'],
    ['Ev\u200bil Ka\u2060ufer', 'Évil Käufer'],
    ['\u202eEvil\ufeff', 'evil'],
    ["D'Angelo", 'dangelo'],
    ['O’Hare', 'ohare'],
    ['مُحَمَّد', 'محمد'],
    ['שָׁלוֹם', 'שלום'],
    ['ﾊﾞﾄﾞ', 'バド'],
  ])('%s and %s are equal', (one, other) => {
    expect(textKey(one)).toBe(textKey(other));
  });

  test.each([
    ['राम लॉजिस्टिक्स', 'रमा लॉजिस्टिक्स'],
    ['กิน ขนส่ง', 'กัน ขนส่ง'],
    ['株式会社ハト', '株式会社バド'],
    ['がす運輸', 'かす運輸'],
    ['தமிழ் கோ', 'தமழ் கோ'],
    ['ぱす', 'ばす'],
  ])('%s and %s differ, also as references and words', (one, other) => {
    expect(textKey(one)).not.toBe(textKey(other));
    expect(referenceKey(one)).not.toBe(referenceKey(other));
    expect(wordsOf(one)).not.toEqual(wordsOf(other));
    expect(wordsOf(one)).toHaveLength(one.split(' ').length);
  });

  test('is the same with accents, apostrophes and invisible characters anywhere', () => {
    const unseen = fc.constantFrom(
      '\u00ad',
      '\u200b',
      '\u200d',
      '\u2060',
      '\ufe0f',
      '\ufeff',
      '\u{e0041}',
      '\u3164',
      '’',
    );
    const accent = fc.constantFrom('\u0301', '\u0308', '\u0327', '\u030a');
    const letter = fc.stringMatching(/^[a-zа-яα-ω]$/u);
    const decorated = fc.array(fc.tuple(letter, fc.array(fc.oneof(unseen, accent), { maxLength: 3 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(decorated, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (letters, form) => {
        const plain = letters.map(([base]) => base).join('');
        const typed = letters.map(([base, marks]) => base + marks.join('')).join('');
        expect(textKey(typed.normalize(form).toUpperCase())).toBe(textKey(plain));
      }),
    );
  });

  test('differs where a letter differs, in every script', () => {
    const letters = [...'abcxyzабвгαβγאבגابتकखगกขฃகஙசかがさざはばぱカガ가나다漢字'];
    fc.assert(
      fc.property(fc.constantFrom(...letters), fc.constantFrom(...letters), (one, other) => {
        expect(textKey(`x${one}x`) === textKey(`x${other}x`)).toBe(one === other);
      }),
    );
  });

  test('is the same in another case, normal form or with other blanks, and its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const key = textKey(text);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) expect(textKey(text.normalize(form))).toBe(key);
        expect(textKey(` ${text}\n`)).toBe(key);
        expect(textKey(key)).toBe(key);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic} ]*$/u), (text) => {
        expect(textKey(text.toLowerCase())).toBe(textKey(text));
        expect(textKey(text.toUpperCase())).toBe(textKey(text));
      }),
    );
  });

  test('of a reference has letters and digits only', () => {
    expect(['IF-2026-007788', 'if 2026 007788', 'if2026007788'].map(referenceKey)).toEqual(
      Array(3).fill('if2026007788'),
    );
  });

  test('has words', () => {
    expect(wordsOf('Müller & Söhne, Dock 7-B')).toEqual(['muller', 'sohne', 'dock', '7', 'b']);
  });
});

describe('a country', () => {
  test.each([
    ['UK', 'GB'],
    ['the Netherlands', 'NL'],
    ['United States of America', 'US'],
    ['U.S.A.', 'US'],
    ['south korea', 'KR'],
    ['Türkiye', 'TR'],
    ["Côte d'Ivoire", 'CI'],
    ['de', 'DE'],
    ['DEU', 'DE'],
  ])('%s is %s', (text, code) => {
    expect(findCountry(text)).toBe(code);
  });

  test.each(['', 'XX', 'Europe', 'Narnia'])('%j is none', (text) => {
    expect(findCountry(text)).toBeUndefined();
    expect(isCountry(text)).toBe(false);
  });

  test.each([
    ['US', 'TX', 'TX'],
    ['US', 'us-tx', 'TX'],
    ['US', 'texas', 'TX'],
    ['MX', 'Nuevo Leon', 'NLE'],
    ['MX', 'NL', 'NLE'],
    ['SG', 'Singapore', 'Singapore'],
    ['GB', 'London', 'LND'],
    ['GB', 'Greater London', 'LND'],
    ['GB', 'City of London', 'LND'],
    ['GB', 'county durham', 'DUR'],
    ['IE', 'Co. Cork', 'CO'],
    ['CN', 'Inner Mongolia', 'NM'],
    ['GB', 'west midlands', 'West Midlands'],
    ['AE', 'Dubai', 'DU'],
    ['KR', 'Seoul', '11'],
    ['CN', 'Guangdong', 'GD'],
    ['CN', 'Guangdong Province', 'GD'],
    ['DE', 'Bavaria', 'BY'],
    ['DE', 'Baden Württemberg', 'BW'],
    ['DE', 'baden-wurttemberg', 'BW'],
    ['US', 'D.C.', 'DC'],
    ['US', 'Washington, D.C.', 'DC'],
    ['US', 'new-york', 'NY'],
    ['FR', 'ile de france', 'IDF'],
    ['FR', 'Ile-de-France', 'IDF'],
    ['MX', 'Mexico City', 'CMX'],
    ['MX', 'México', 'MEX'],
    ['PL', 'Poland', 'Poland'],
    ['DE', 'Dubai', undefined],
    ['GB', 'County', undefined],
    ['US', 'ON', undefined],
    ['CA', 'TX', undefined],
  ])('%s has the region %s: %s', (country, region, code) => {
    expect(findRegion(country, region)).toBe(code);
  });

  test('a refusal of a region says what to send, and what where there are no regions', () => {
    expect(describeRegions('US')).toBe(
      'Must be a region of US (United States): the ISO 3166-2 code or name, such as AK or Alaska. If the address has no region, send United States.',
    );
    const [, name = ''] = / send (.*)\.$/.exec(describeRegions('SG')) ?? [];
    expect(findRegion('SG', name)).toBe('Singapore');
  });
});

describe('a currency', () => {
  test('has the decimals of ISO 4217', () => {
    expect(['USD', 'JPY', 'KWD', 'IQD'].map(decimalsOf)).toEqual([2, 0, 3, 3]);
  });

  test.each(['XXX', 'XAU', 'XDR', 'XBA', 'XTS', 'ANG', 'BGN', 'CLF', 'usd', 'DEM', 'BTC'])('%s is none', (code) => {
    expect(isCurrency(code)).toBe(false);
  });

  test.each(['EUR', 'XCG', 'VED', 'VES', 'ZWG', 'SLE'])('%s is one of 2026', (code) => {
    expect(isCurrency(code)).toBe(true);
  });

  test('may be pasted with blanks and in any case, as an input and as the scalar', () => {
    expect(currency.parse(' usd ')).toBe('USD');
    expect(scalars.CurrencyCode.parseValue(' usd ')).toBe('USD');
    expect(scalars.CurrencyCode.parseLiteral({ kind: Kind.STRING, value: '\u00a0Ved' }, undefined)).toBe('VED');
  });

  test.each(['US', 'U$D', 'US Dollar', '', 7, null])('%j is refused by the scalar', (value) => {
    expect(() => scalars.CurrencyCode.parseValue(value)).toThrow(
      'is not an ISO 4217 currency code. Write it like "USD".',
    );
  });

  test.each(['XDR', 'XAU', 'ZZZ'])('%s is refused by an input', (code) => {
    expect(currency.safeParse(code).error?.issues).toMatchObject([
      { message: 'Must be an ISO 4217 currency such as USD.' },
    ]);
  });

  test('of a stored amount is shown with its decimals, also when it is withdrawn', () => {
    expect(scalars.CurrencyCode.serialize('ANG')).toBe('ANG');
    expect(moneyOf(100, 'XDR')).toEqual({ amount: '100', currency: 'XDR' });
  });

  test('may belong to several countries', () => {
    expect(isCurrency('XAF') && isCurrency('EUR')).toBe(true);
  });
});

describe('an amount of money', () => {
  const currency = fc.constantFrom('JPY', 'KRW', 'USD', 'EUR', 'KWD', 'TND');
  const money = moneyUpTo(1_000_000_000);

  test('keeps the decimals of its currency, there and back', () => {
    fc.assert(
      fc.property(currency, fc.integer({ min: 0, max: 1_000_000_000 }), (code, units) => {
        const { amount } = moneyOf(units, code);
        expect(amount.split('.')[1]?.length ?? 0).toBe(decimalsOf(code));
        expect(toMinorUnits(amount, code)).toBe(units);
        expect(money.parse({ amount, currency: code.toLowerCase() })).toEqual({ cents: units, currency: code });
      }),
    );
  });

  test('is refused with one decimal more than its currency has', () => {
    fc.assert(
      fc.property(currency, fc.nat(1_000_000), fc.integer({ min: 1, max: 9 }), (code, units, digit) => {
        const { amount } = moneyOf(units, code);
        const finer = `${amount}${amount.includes('.') ? '' : '.'}${digit}`;
        expect(toMinorUnits(finer, code)).toBeUndefined();
        expect(money.safeParse({ amount: finer, currency: code }).success).toBe(false);
        // A zero more changes nothing.
        expect(toMinorUnits(`${amount}${amount.includes('.') ? '' : '.'}0`, code)).toBe(units);
      }),
    );
  });

  test('has the same limit in every currency, in whole units', () => {
    fc.assert(
      fc.property(currency, (code) => {
        expect(money.safeParse({ amount: '1000000000', currency: code }).success).toBe(true);
        expect(money.safeParse({ amount: '1000000001', currency: code }).success).toBe(false);
      }),
    );
  });
});

describe('a time zone', () => {
  test.each([
    ['america/chicago', 'America/Chicago'],
    ['US/Central', 'America/Chicago'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Europe/Berlin ', 'Europe/Berlin'],
    ['\u00a0europe/berlin\t', 'Europe/Berlin'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ])('%s is %s', (name, zone) => {
    expect(findTimeZone(name)).toBe(zone);
  });

  test.each(['BST', 'EST', 'GMT', 'UTC', '+01:00', 'Etc/GMT+5', 'CST6CDT', 'Mars/Base'])('%s is none', (name) => {
    expect(findTimeZone(name)).toBeUndefined();
  });
});
