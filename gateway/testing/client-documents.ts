import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import type { DemoAccount } from '../../demo/accounts.ts';

/** The cost of one run of an operation, independent of the length of its lists. */
export interface Budget {
  /** Requests of the gateway to subgraphs. */
  readonly fetches: number;
  /** SQL statements of all subgraphs together. */
  readonly statements: number;
}

/** One file of `schema/operations/<client>/`: an operation of a client, with its header. */
export interface ClientDocument {
  /** Path below `schema/operations`, such as `mobile/driver-day.graphql`. */
  readonly path: string;
  readonly client: string;
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly name: string;
  /** The demo account that stands for its users: `# as: driver`. */
  readonly as: DemoAccount;
  /** The largest value that clients send for a variable, by its name: `# first: 10`. */
  readonly most: Readonly<Record<string, number>>;
  /** `# fetches: 5` and `# statements: 9`: every query has them, and mutations that cost much. */
  readonly budget: Budget | null;
}

const folder = resolve(import.meta.dirname, '../../schema/operations');

export function readClientDocuments(): ClientDocument[] {
  return globSync('*/*.graphql', { cwd: folder })
    .sort()
    .map((path) => readDocument(path));
}

let byName: ReadonlyMap<string, ClientDocument> | undefined;

/** The document of that name. @throws Error when there is none */
export function clientDocument(name: string): ClientDocument {
  byName ??= new Map(readClientDocuments().map((document) => [document.name, document]));
  const found = byName.get(name);
  if (!found) throw new Error(`schema/operations has no operation called ${name}`);
  return found;
}

function readDocument(path: string): ClientDocument {
  const text = readFileSync(join(folder, path), 'utf8');
  const document = parse(text);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (!operation || operations.length > 1) throw new Error(`${path}: exactly one operation is required`);
  const header = headerOf(text);
  return {
    path,
    client: dirname(path),
    text,
    document,
    operation,
    name: operation.name?.value ?? basename(path),
    as: header.get('as') as DemoAccount, // The test of the documents checks that this account exists.
    most: mostOf(operation, header),
    budget: header.has('fetches')
      ? { fetches: Number(header.get('fetches')), statements: Number(header.get('statements')) }
      : null,
  };
}

/** Largest page of a connection. */
const largestPage = 100;

function mostOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  header: ReadonlyMap<string, string>,
): Record<string, number> {
  const counts = variableDefinitions.filter(({ type }) => /^Int!?$/.test(print(type)));
  const names = counts.map(({ variable }) => variable.name.value);
  return Object.fromEntries(names.map((name) => [name, Number(header.get(name) ?? largestPage)]));
}

/** The `# key: value` lines above the operation. */
function headerOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n');
  const comments = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  return new Map(
    comments.flatMap((line) => {
      const [, key, value] = /^# (\w+): (\S+)$/.exec(line) ?? [];
      return key && value ? [[key, value] as const] : [];
    }),
  );
}
