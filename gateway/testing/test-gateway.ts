import type { Identity } from '#shared/identity/identity.ts';
import { loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, createSigner } from '#shared/identity/tokens.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { GraphResponse } from '../../client/graph-response.ts';
import { type Body, post } from '../../client/post.ts';
import type { GatewayConfig } from '../config.ts';
import { type RunningGateway, startGateway } from './running-gateway.ts';
import { type SmallGraph, startSmallGraph } from './small-graph.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into data of any shape
type AnyResponse = GraphResponse<any>;

/** A gateway in front of the small graph. */
export interface TestGateway extends RunningGateway {
  /** Of metrics and detailed health. */
  readonly adminUrl: string;
  readonly graph: SmallGraph;
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<AnyResponse>;
  /** Sends a body as it is. Headers replace the content type. */
  send(body: Body, headers?: Record<string, string>): Promise<AnyResponse>;
  /** An access token as the access subgraph would give it. */
  tokenFor(identity: Identity, seconds?: number): Promise<string>;
}

export const json = { 'content-type': 'application/json' };

export async function startTestGateway(
  settings: Partial<GatewayConfig> = {},
  graph?: SmallGraph,
  log?: Log,
): Promise<TestGateway> {
  const served = graph ?? (await startSmallGraph());
  const running = await startGateway(served.supergraphSdl, settings, log);
  const send: TestGateway['send'] = (body, headers) =>
    post(`${running.url}/graphql`, body, { headers: { ...headers } });
  return {
    ...running,
    adminUrl: running.gateway.adminUrl,
    graph: served,
    send,
    ask: (query, variables, headers) => send(JSON.stringify({ query, variables }), headers),
    async tokenFor(identity, seconds = 60) {
      const { access } = settings;
      if (access?.kind !== 'freight') throw new Error('This gateway has no accounts.');
      const keyring = await loadKeyring(access.dataDir);
      return createSigner(keyring.access.privateJwk).sign(identity, accessTokens, seconds);
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      if (!graph) await served.close();
    },
  };
}
