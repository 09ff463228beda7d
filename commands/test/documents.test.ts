import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readManifests } from '../../gateway/access/documents/read-manifests.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';

const project = join(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'freight-documents-'));
beforeAll(() => cpSync(join(project, 'schema'), join(copy, 'schema'), { recursive: true }));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const documents = async (...flags: string[]) => {
  const run = startProcess(['commands/documents.ts', '--root', copy, ...flags], {});
  return { exitCode: await run.exitCode, output: run.lines.join('\n') };
};
const manifest = (name: string) => JSON.parse(readFileSync(join(copy, 'schema/manifests', name), 'utf8'));

test('the committed manifests are current, and a changed operation makes those of its client stale', async () => {
  expect(await documents('--check')).toEqual({ exitCode: 0, output: '' });
  const file = join(copy, 'schema/operations/partner/accept-quote.graphql');
  writeFileSync(file, readFileSync(file, 'utf8').replace('acceptedAt', 'acceptedAt expiresAt'));
  expect(await documents('--check')).toEqual({
    exitCode: 1,
    output:
      'schema/manifests: partner.json, partner.relay.json are stale. Run `npm run documents` and commit the files.',
  });
  expect((await documents()).exitCode).toBe(0);
  expect((await documents('--check')).exitCode).toBe(0);
});

describe('a manifest', () => {
  test('has the form of Apollo, and the map beside it that of Relay', () => {
    const { format, version, operations } = manifest('partner.json');
    expect({ format, version }).toEqual({ format: 'apollo-persisted-query-manifest', version: 1 });
    expect(operations).toContainEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: 'TrackShipment',
      type: 'query',
      body: expect.stringMatching(/^query TrackShipment\(/),
    });
    const map = Object.fromEntries(operations.map(({ id, body }: { id: string; body: string }) => [id, body]));
    expect(manifest('partner.relay.json')).toEqual(map);
  });

  test.each([
    ['is no JSON', 'x', 'The manifest must be JSON.'],
    ['has another format', '{"format":"other"}', 'format: use apollo-persisted-query-manifest'],
    [
      'has an id that is not the hash of its body',
      JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: '0'.repeat(64), name: 'A', type: 'query', body: 'query A { a }' }],
      }),
      'A: its id must be the SHA-256 of its body in hexadecimal.',
    ],
  ])('that %s is refused when the gateway starts', (_case, text, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'freight-manifest-'));
    try {
      writeFileSync(join(folder, 'partner.json'), text);
      expect(() => readManifests(folder)).toThrow(`DOCUMENT_MANIFESTS: manifests in Apollo's format 1 are required; `);
      expect(() => readManifests(folder)).toThrow(message);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test('a supergraph that damages documents is named with them, also as JSON; one that does not passes', async () => {
  const current = readFileSync(join(copy, 'schema/supergraph.graphql'), 'utf8');
  const [next, json] = ['next.graphql', 'findings.json'].map((name) => join(copy, name)) as [string, string];
  const check = (sdl: string) => {
    writeFileSync(next, sdl);
    return documents('--check', '--supergraph', next, '--json', json);
  };
  const damaged = await check(current.replaceAll(/^ {2}acceptQuote\b/gm, '  acceptOffer'));
  expect(damaged.exitCode).toBe(1);
  expect(damaged.output).toContain(
    '- AcceptQuote of partner: breaks at acceptQuote: Cannot query field "acceptQuote" on type "Mutation".',
  );
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    examined: 1,
    findings: [{ operation: 'AcceptQuote', owners: [{ client: 'partner' }], damage: 'breaks', field: 'acceptQuote' }],
  });
  const hidden = await check(current.replace(/^( {2}acceptQuote\b[^)]*\).*)$/m, '$1 @tag(name: "internal")'));
  expect(hidden.output).toContain(
    '- AcceptQuote of partner: hidden at acceptQuote: in the schema of partner FREE: Cannot query field "acceptQuote"',
  );
  const passed = await check(`${current}\nscalar Unused\n`);
  expect([passed.exitCode, passed.output]).toEqual([0, expect.stringMatching(/damages no document: 0 documents/)]);
});
