import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { composeSupergraph } from '../supergraph/compose.ts';
import { servableCopy } from '../supergraph/servable-copy.ts';

const link = (...directives: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${directives.map((name) => `"${name}"`).join(', ')}])\n`;

const shipments = `${link('@key')}type Query { shipments: [Shipment!]! } type Shipment @key(fields: "id") { id: ID! reference: String! }`;
const fleet = `${link('@key')}type Shipment @key(fields: "id") { id: ID! driver: String }`;

describe('npm run compose', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'freight-compose-'));
    write('supergraph.yaml', yaml('shipments', 'fleet'));
    write('shipments.graphql', shipments);
    write('fleet.graphql', fleet);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const yaml = (...names: string[]) =>
    `federation_version: =2.14.4\nsubgraphs:\n${names.map((name, n) => `  ${name}:\n    routing_url: http://127.0.0.1:${4001 + n}/graphql\n    schema: { file: ./${name}.graphql }\n`).join('')}`;
  function write(file: string, text: string): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const written = () => readFileSync(join(root, 'schema/supergraph.graphql'), 'utf8');
  const compose = (...flags: string[]) =>
    new Promise<{ code: number; errors: string }>((done) => {
      const command = resolve(import.meta.dirname, '../../commands/compose.ts');
      execFile(process.execPath, [command, '--root', root, ...flags], (error, _output, errors) =>
        done({ code: error ? Number(error.code) : 0, errors }),
      );
    });

  test('writes the supergraph, and --check passes until a file changes', async () => {
    expect(await compose()).toEqual({ code: 0, errors: '' });
    expect(written()).toContain('type Shipment');
    expect((await compose('--check')).code).toBe(0);
    write('fleet.graphql', fleet.replace('driver', 'truck'));
    const stale = await compose('--check');
    expect(stale.code).toBe(1);
    expect(stale.errors).toBe('schema/supergraph.graphql is stale: run `npm run compose` and commit the file.\n');
  });

  test('reports which subgraphs do not compose, and writes nothing', async () => {
    write('fleet.graphql', fleet.replace('driver: String', 'reference: Int'));
    const { code, errors } = await compose();
    expect(code).toBe(1);
    expect(errors).toMatch(/do not compose:\n- .*Shipment\.reference.*\(FIELD_TYPE_MISMATCH\)/);
    expect(errors).not.toMatch(/ at .*\.ts:\d+/);
    expect(written).toThrow();
  });

  test.each([
    [
      'a syntax error, with its location',
      'fleet.graphql',
      'type Shipment {',
      /\[fleet\] line 1, column 16: Syntax Error/,
    ],
    [
      'a missing file',
      'supergraph.yaml',
      undefined,
      /supergraph\.yaml needs a readable SDL file for risk\. \.\/risk\.graphql is none\./,
    ],
    ['an invalid list', 'supergraph.yaml', 'subgraphs: 5\n', /^supergraph\.yaml: /],
  ])('reports the error: %s', async (_what, file, text, message) => {
    write(file, text ?? yaml('shipments', 'risk'));
    const { code, errors } = await compose();
    expect([code, errors]).toEqual([1, expect.stringMatching(message)]);
  });
});

test('the order of the subgraphs does not change the text', () => {
  const one = { name: 'shipments', url: 'http://a', sdl: shipments };
  const other = { name: 'fleet', url: 'http://b', sdl: fleet };
  expect(composeSupergraph([one, other])).toBe(composeSupergraph([other, one]));
});

describe('the copy for @apollo/gateway', () => {
  const guarded = composeSupergraph([
    {
      name: 'a',
      url: 'http://a',
      sdl: `${link('@key', '@authenticated', '@requiresScopes', '@policy', '@context', '@fromContext', '@tag', '@cost', '@listSize')}
        type Query { open: String mine: String @authenticated risky: String @requiresScopes(scopes: [["risk:read"]]) odd: String @policy(policies: [["p"]])
          tagged: String @tag(name: "partner") dear: [T!] @cost(weight: 5) @listSize(assumedSize: 10) t: T }
        type T @key(fields: "id") @context(name: "unit") { id: ID! unit: String child: Child }
        type Child @key(fields: "id") { id: ID! weight(unit: String @fromContext(field: "$unit { unit }")): Int }`,
    },
    { name: 'b', url: 'http://b', sdl: `${link('@key')}type Child @key(fields: "id") { id: ID! name: String }` },
  ]);
  const load = (supergraphSdl: string) => {
    const gateway = new ApolloGateway({ supergraphSdl, logger: { debug() {}, info() {}, warn() {}, error() {} } });
    return gateway.load().finally(() => gateway.stop());
  };

  test('is necessary, because @apollo/gateway refuses the whole supergraph', async () => {
    await expect(load(guarded)).rejects.toThrow(/unsupported/);
  });

  test('is accepted and keeps everything else', async () => {
    const copy = servableCopy(guarded);
    const { schema } = await load(copy);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual([
      'open',
      'mine',
      'risky',
      'odd',
      'tagged',
      'dear',
      't',
    ]);
    expect(copy).not.toMatch(/authenticated|requiresScopes|policy|context__|@context|contextArguments/);
    expect(copy).toMatch(/@tag\(name: "partner"\)/);
    expect(copy).toMatch(/@join__type\(graph: A, key: "id"\)/);
  });

  test('has no @external field that only @fromContext used', async () => {
    const external = composeSupergraph([
      {
        name: 'a',
        url: 'http://a',
        sdl: `${link('@key', '@external', '@requires', '@context', '@fromContext')}
          type Line @key(fields: "id") @context(name: "line") { id: ID! kind: String @external box: Box @external size: Int @external
            double: Int @requires(fields: "size") }
          type Box { label: String @external }
          type Unit @key(fields: "id") { id: ID! label(kind: String @fromContext(field: "$line { kind }")): String
            text(label: String @fromContext(field: "$line { box { label } }")): String
            large(size: Int @fromContext(field: "$line { size }")): Boolean }`,
      },
      {
        name: 'b',
        url: 'http://b',
        sdl: `${link('@key')}type Query { line: Line } type Box { label: String } type Unit @key(fields: "id") { id: ID! }
          type Line @key(fields: "id") { id: ID! kind: String box: Box size: Int unit: Unit }`,
      },
    ]);
    const copy = servableCopy(external);
    await load(copy);
    expect(copy.match(/\w+: \w+ @join__field.*external.*/g)).toEqual([
      'size: Int @join__field(graph: A, external: true) @join__field(graph: B)',
    ]);
  });

  test('finds features that are imported under other names', async () => {
    const renamed = guarded
      .replace(
        'url: "https://specs.apollo.dev/authenticated/v0.1"',
        'url: "https://specs.apollo.dev/authenticated/v0.1", as: "signedIn"',
      )
      .replaceAll('@authenticated', '@signedIn');
    expect(servableCopy(renamed)).not.toMatch(/signedIn|authenticated/);
    await load(servableCopy(renamed));
  });

  test('is the same text if no feature has to be removed', () => {
    const plain = composeSupergraph([{ name: 'shipments', url: 'http://a', sdl: shipments }]);
    expect(servableCopy(plain)).toBe(plain);
  });
});
