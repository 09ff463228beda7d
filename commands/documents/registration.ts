import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { requireData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import { type Manifest, type ManifestOperation, parseManifest } from '../../gateway/access/documents/manifest.ts';

/** Documents that one mutation may register. */
const documentsPerCall = 200;

interface UserError {
  readonly code: string;
  readonly message: string;
}

/** A document as the graph has priced it. */
export interface PricedDocument {
  readonly id: string;
  readonly name: string;
  readonly price: { readonly maximum: number };
  readonly fetches: number;
  readonly callsPerMinute: number | null;
  readonly cheapestDrop: { readonly path: string; readonly saves: number } | null;
}

export interface RetiredDocument {
  readonly id: string;
  readonly name: string;
  readonly lastUsedAt: string | null;
  readonly retiresAt: string;
}

export interface RegistrationOptions {
  /** Default: the name of the file. */
  readonly clientName: string | undefined;
  readonly clientVersion: string;
  readonly dryRun: boolean;
}

/** Registers the documents of a manifest file. @throws ConfigurationError for what the user can correct */
export async function registerFile(
  client: GraphClient,
  file: string,
  { clientName = basename(file, '.json'), clientVersion, dryRun }: RegistrationOptions,
): Promise<PricedDocument[]> {
  const manifest = readManifest(file);
  const documents: PricedDocument[] = [];
  for (let begin = 0; begin < manifest.operations.length; begin += documentsPerCall) {
    const operations = manifest.operations.slice(begin, begin + documentsPerCall);
    const input = { manifest: { ...manifest, operations }, clientName, clientVersion, dryRun };
    const payload = await run<{ documents: PricedDocument[] }>(client, 'RegisterDocuments', input);
    documents.push(...payload.documents);
  }
  return documents;
}

/** Gives notice of a document. @throws ConfigurationError for what the user can correct */
export async function retire(client: GraphClient, documentId: string): Promise<RetiredDocument> {
  return (await run<{ document: RetiredDocument }>(client, 'RetireDocument', { documentId })).document;
}

function readManifest(file: string): Manifest {
  try {
    return parseManifest(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(`${file} is no manifest in Apollo's format 1: ${errorMessage(error)}`);
  }
}

/** Runs a mutation of the client `partner`, whose documents every gateway trusts. */
async function run<T>(client: GraphClient, name: string, input: object): Promise<T> {
  const { body } = ownOperation(name);
  const data = requireData(
    await client.send<Record<string, T & { userErrors: readonly UserError[] }>>({ query: body, variables: { input } }),
  );
  const [payload] = Object.values(data);
  if (!payload) throw new Error(`${name} returned nothing`);
  const { userErrors } = payload;
  if (userErrors.length > 0) {
    throw new ConfigurationError(userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  }
  return payload;
}

function ownOperation(name: string): ManifestOperation {
  const file = join(import.meta.dirname, '../../schema/manifests/partner.json');
  const operation = readManifest(file).operations.find((one) => one.name === name);
  if (!operation) throw new Error(`schema/manifests/partner.json has no operation ${name}`);
  return operation;
}
