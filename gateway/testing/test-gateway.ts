import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '#shared/identity/identity.ts';
import { loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, createSigner } from '#shared/identity/tokens.ts';
import type { Log } from '#shared/runtime/log.ts';
import { type GatewayConfig, readGatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { type SmallGraph, startSmallGraph } from './small-graph.ts';

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of any shape
  readonly data?: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** A gateway on a free port in front of the small graph. */
export interface TestGateway {
  readonly url: string;
  /** Of metrics and detailed health. */
  readonly adminUrl: string;
  readonly graph: SmallGraph;
  readonly gateway: Gateway;
  readonly supergraphFile: string;
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  /** Sends a body as it is. */
  send(body: string | Uint8Array, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  /** An access token as the access subgraph would give it. */
  tokenFor(identity: Identity, seconds?: number): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const json = { 'content-type': 'application/json' };

export async function startTestGateway(
  settings: Partial<GatewayConfig> = {},
  graph?: SmallGraph,
  log?: Log,
): Promise<TestGateway> {
  const served = graph ?? (await startSmallGraph());
  const folder = mkdtempSync(join(tmpdir(), 'freight-gateway-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphFile, served.supergraphSdl);
  const config = readGatewayConfig(['--supergraph', supergraphFile, '--port', '0'], { LOG_LEVEL: 'silent' });
  const gateway = await createGateway({ ...config, ...settings }, log);
  const url = await gateway.listen();

  const send: TestGateway['send'] = async (body, headers = json) => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', body, headers });
    const answer = (await response.json()) as Omit<GraphqlAnswer, 'status' | 'headers'>;
    return { status: response.status, headers: response.headers, ...answer };
  };
  return {
    url,
    adminUrl: gateway.adminUrl,
    graph: served,
    gateway,
    supergraphFile,
    send,
    ask: (query, variables, headers) => send(JSON.stringify({ query, variables }), { ...json, ...headers }),
    async tokenFor(identity, seconds = 60) {
      const { access } = settings;
      if (access?.kind !== 'freight') throw new Error('this gateway knows no accounts');
      const keyring = await loadKeyring(access.dataDir);
      return createSigner(keyring.access.privateJwk).sign(identity, accessTokens, seconds);
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      if (!graph) await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
