import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DocumentNode, Kind, parse, print } from 'graphql';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { documentId, type Manifest, type ManifestOperation } from '../../gateway/access/documents/manifest.ts';

/** A file of schema/manifests and its text. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Makes two files for each client that has a folder of operations: Apollo's persisted query manifest (`partner.json`) and the map from id to text that
 * Relay reads (`partner.relay.json`).
 * @throws ConfigurationError
 */
export function buildManifests(operationsFolder: string): ManifestFile[] {
  const clients = readdirSync(operationsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return clients.flatMap(({ name }) => {
    const operations = readOperations(join(operationsFolder, name));
    const manifest: Manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
    return [
      { name: `${name}.json`, text: toText(manifest) },
      { name: `${name}.relay.json`, text: toText(Object.fromEntries(operations.map(({ id, body }) => [id, body]))) },
    ];
  });
}

/** The operations of the `.graphql` files of a folder, by name. */
function readOperations(folder: string): ManifestOperation[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return files
    .map((name) => toOperation(join(folder, name)))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function toOperation(file: string): ManifestOperation {
  const document = parseFile(file);
  const [operation, ...others] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!operation?.name || others.length > 0) {
    throw new ConfigurationError(`${file} needs one operation, with a name.`);
  }
  const body = print(document);
  return { id: documentId(body), name: operation.name.value, type: operation.operation, body };
}

function parseFile(file: string): DocumentNode {
  try {
    return parse(readFileSync(file, 'utf8'), { noLocation: true });
  } catch (error) {
    throw new ConfigurationError(`${file} is no GraphQL document: ${errorMessage(error)}`);
  }
}

function toText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
