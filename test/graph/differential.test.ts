import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLInputType,
  Kind,
  OperationTypeNode,
  parse,
  typeFromAST,
} from 'graphql';
import { scopesOf } from '#shared/identity/identity.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { runs } from '#shared/test/random.ts';
import { roles } from '#shared/vocabulary.ts';
import { anonymous, type Grants } from '../../gateway/engine/authorization/requirements.ts';
import type { Engine } from '../../gateway/engine/engine.ts';
import { comparable } from '../../gateway/engine/test/comparable.ts';
import { MemoryTransport } from '../../gateway/engine/test/federation.ts';
import { ArgumentsGenerator } from '../../gateway/engine/test/generated-arguments.ts';
import { generateOperation } from '../../gateway/engine/test/generated-operation.ts';
import { ask, engineFor, type GraphQLResponse } from '../../gateway/engine/test/harness.ts';
import { type StockExecutor, stockExecutor } from '../../gateway/engine/test/stock.ts';
import { deniedFieldsOf } from '../../gateway/pipeline/receipt.ts';
import { servableCopy } from '../../gateway/supergraph/servable-copy.ts';
import { generatedSubgraph } from './generated-values.ts';

const root = resolve(import.meta.dirname, '../..');
const operations = runs(150);
const shape = { maxDepth: 6, emptyObjects: false };

const supergraphSdl = readFileSync(join(root, 'schema/supergraph.graphql'), 'utf8');
/** An identity that may see everything: the stock executor does not authorize. */
const grants: Grants = {
  authenticated: true,
  scopes: new Set([...supergraphSdl.matchAll(/"(\w+:\w+)"/g)].map(([, scope = '']) => scope)),
  policies: new Set(),
};

let engine: Engine;
let stock: StockExecutor;
beforeAll(async () => {
  const schemas = new Map(
    readSupergraphYaml(pathToFileURL(join(root, 'supergraph.yaml'))).map(({ name, schemaFile }) => [
      name,
      generatedSubgraph(name, readFileSync(join(root, schemaFile), 'utf8')),
    ]),
  );
  const federation = { supergraphSdl, schemas, transport: new MemoryTransport(schemas) };
  engine = engineFor(federation);
  stock = await stockExecutor({ ...federation, supergraphSdl: servableCopy(supergraphSdl) });
});

interface Compared {
  readonly ours: GraphQLResponse;
  readonly theirs: ExecutionResult;
}

async function askBoth(source: string, variables: Readonly<Record<string, unknown>>): Promise<Compared> {
  const [ours, theirs] = [await ask(engine, source, variables, [], grants), await stock(source, { ...variables })];
  expect({ source, variables, ...comparable(ours) }).toEqual({ source, variables, ...comparable(theirs) });
  return { ours, theirs };
}

describe('the freight graph under the engine and under @apollo/gateway', () => {
  test('random operations have the same data and the same explained nulls', async () => {
    const seen = { operations: 0, withErrors: 0 };
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const generated = generateOperation(engine.schema, draw, shape);
        if (!generated) return;
        const { ours } = await askBoth(generated.source, generated.variables);
        seen.operations++;
        if (ours.errors) seen.withErrors++;
      }),
      { numRuns: operations, endOnFailure: true },
    );
    // The test proves something only if most operations are valid and some of them fail in part.
    expect(seen.operations).toBeGreaterThan(operations / 3);
    expect(seen.withErrors).toBeGreaterThan(0);
  });

  const documents = globSync('schema/operations/*/*.graphql', { cwd: root })
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }))
    .filter(({ source }) => operationOf(parse(source)).operation !== OperationTypeNode.SUBSCRIPTION);

  test.each(documents)('$file has the same response', async ({ source }) => {
    const definitions = operationOf(parse(source)).variableDefinitions ?? [];
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const values = new ArgumentsGenerator(draw);
        const variables = definitions.map(({ variable, type }) => [
          variable.name.value,
          values.valueOf(typeFromAST(engine.schema, type as never) as GraphQLInputType), // the type of a variable, which is an input type
        ]);
        await askBoth(source, Object.fromEntries(variables));
      }),
      { numRuns: runs(3), endOnFailure: true },
    );
  });
});

describe('the denied fields of a dry run', () => {
  const callers = new Map<string, Grants>([
    ['anonymous', anonymous],
    ...roles.map((role): [string, Grants] => [
      role,
      { authenticated: true, scopes: new Set(scopesOf([role])), policies: new Set() },
    ]),
  ]);

  test('are those of the run, for every role and random operations', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const generated = generateOperation(engine.schema, draw, { maxDepth: 4 });
        if (!generated) return;
        const { source, variables } = generated;
        for (const [caller, held] of callers) {
          const predicted = deniedFieldsOf(await engine.prepare({ source, grants: held })).map(({ path }) => path);
          const { errors = [] } = await ask(engine, source, variables, [], held);
          const denied = errors.flatMap(({ extensions, path = [] }) =>
            extensions?.['code'] === 'UNAUTHORIZED_FIELD_OR_TYPE' ? [path.join('.')] : [],
          );
          expect({ caller, source, denied }).toEqual({ caller, source, denied: predicted });
          seen.set(caller, (seen.get(caller) ?? 0) + denied.length);
        }
      }),
      { numRuns: runs(60), endOnFailure: true },
    );
    // The test proves something only if some are denied, and to an anonymous caller more than to an administrator.
    expect(seen.get('anonymous')).toBeGreaterThan(seen.get('CUSTOMER') ?? 0);
    expect(seen.get('CUSTOMER')).toBeGreaterThan(seen.get('ADMIN') ?? 0);
  });
});

function operationOf(document: DocumentNode) {
  const [operation] = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('a document with an operation is required');
  return operation;
}
