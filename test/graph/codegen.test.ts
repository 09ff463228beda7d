import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, printSchema } from 'graphql';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { readClientDocuments } from '../../gateway/testing/client-documents.ts';

const root = resolve(import.meta.dirname, '../..');
/** Inside the project, so that generated imports find its packages. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(root, 'node_modules', '.codegen-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a frontend that generates its types with the client preset of GraphQL Code Generator', () => {
  test('gets typed documents for all client operations', async () => {
    const { apiSchema } = loadSupergraphModel(readFileSync(join(root, 'schema/supergraph.graphql'), 'utf8'));
    const sections = await preset.buildGeneratesSection({
      baseOutputDir: `${folder}/`,
      schema: parse(printSchema(apiSchema)),
      documents: readClientDocuments().map(({ path, document, text }) => ({ location: path, document, rawSDL: text })),
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', Decimal: 'string', CurrencyCode: 'string' },
      },
      presetConfig: { fragmentMasking: false },
      plugins: [],
      pluginMap: {},
    });
    for (const section of sections) writeFileSync(section.filename, await codegen(section));
    writeFileSync(join(folder, 'use.ts'), use);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    expect(await faultsOf(folder)).toBe('');
  });
});

/** What a screen does with a generated document. The last line must not compile. */
const use = `
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { ShipmentBoardDocument, RecordPaymentDocument } from './graphql.ts';

type ResultOf<D> = D extends TypedDocumentNode<infer R, infer _V> ? R : never;
type VariablesOf<D> = D extends TypedDocumentNode<infer _R, infer V> ? V : never;

export function showBoard(board: ResultOf<typeof ShipmentBoardDocument>): string[] {
  return board.shipments?.nodes.map((shipment) => shipment.reference) ?? [];
}
// @ts-expect-error the input is required
export const wrong: VariablesOf<typeof RecordPaymentDocument> = {};
`;

const compilerOptions = {
  strict: true,
  noEmit: true,
  target: 'ESNext',
  module: 'ESNext',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
  types: [],
  lib: ['ESNext'],
};

/** What the TypeScript compiler says about a project. */
async function faultsOf(project: string): Promise<string> {
  const compile = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['--project', project]);
  const { stdout } = await compile.catch((error: { readonly stdout: string }) => error);
  return stdout;
}
