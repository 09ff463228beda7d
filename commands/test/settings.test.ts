import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { describeSetting } from '../settings/describe.ts';
import { processes } from '../settings/processes.ts';
import { renderExample, renderReference } from '../settings/render.ts';

const read = (file: string) => readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8');
const all = processes.flatMap(({ title, settings }) =>
  Object.entries(settings).map(([name, schema]) => ({ title, ...describeSetting(name, schema) })),
);

describe('docs/settings.md and .env.example', () => {
  test('are current (otherwise: npm run settings)', () => {
    expect(read('docs/settings.md')).toBe(renderReference(processes));
    expect(read('.env.example')).toBe(renderExample(processes));
  });

  test('describe every setting of every process in a sentence', () => {
    expect(all.filter(({ description }) => !/^[A-Z].*\.$/.test(description)).map(({ name }) => name)).toEqual([]);
  });

  test('state a unit for every number with a unit in its name', () => {
    const timed = all.filter(({ name }) => /_(MS|SECONDS|BYTES)$/.test(name));
    expect(timed.length).toBeGreaterThan(5);
    expect(timed.filter(({ values }) => !/ (ms|s|bytes)$/.test(values)).map(({ name }) => name)).toEqual([]);
  });

  test('have every setting that the code reads', () => {
    const root = resolve(import.meta.dirname, '../..');
    const sources = globSync('{client,commands,demo,drills,gateway,subgraphs}/**/*.ts', { cwd: root })
      .filter((path) => !/\/test\/|\/testing\/|^commands\/new\/|^client\/examples\//.test(path))
      .map(read);
    const found = (pattern: RegExp) =>
      new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)));
    const listed = read('commands/settings/processes.ts');
    const unlisted = found(/parseEnvironment\(\s*(?:z\.object\()?(\w+)/g)
      .values()
      .filter((schema) => !listed.includes(schema));
    // Those of `readCipher`, which its commands list among their own, one SUBGRAPH_URL_<NAME> for each subgraph, and those that preflight reads from a file
    // for other processes.
    expect([...unlisted].toSorted()).toEqual(['Object', 'cipherSettings', 'secrets']);

    const known = new Set(all.map(({ name }) => name));
    const others = found(/process\.env(?:\.|\[')([A-Z]\w*)/g).difference(known);
    // PATH is of the system. The other one is set by this project, for a library.
    expect([...others].toSorted()).toEqual(['APOLLO_TELEMETRY_DISABLED', 'PATH']);
  });

  test('a setting of the README exists, with the meaning that it has there', () => {
    const names = new Set(all.map(({ name }) => name));
    const [, section = ''] = read('README.md').split('\n| setting | |\n');
    const rows = section.split('\n\n')[0]?.match(/`[A-Z][A-Z0-9_]+`/g) ?? [];
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map((row) => row.slice(1, -1)).filter((name) => !names.has(name))).toEqual([]);
  });
});

test.each([
  [z.coerce.number().int().min(0).max(10).default(4).meta({ unit: 'ms' }), '0 to 10 ms', '4 ms'],
  [z.coerce.number().int().min(1).optional(), '1 or more', 'none'],
  [z.enum(['on', 'off']).default('on'), '`on`, `off`', 'on'],
  [z.url().optional().meta({ otherwise: 'the address in the file' }), 'URL', 'the address in the file'],
  [z.string().optional().meta({ form: 'JWK set in JSON' }), 'JWK set in JSON', 'none'],
  [z.string().min(16).optional(), 'text of 16 characters or more', 'none'],
])('%#: values and default follow from the schema', (schema, values, otherwise) => {
  expect(describeSetting('NAME', schema)).toMatchObject({ values, otherwise });
});
