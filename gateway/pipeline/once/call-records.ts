import { z } from 'zod';
import { SubgraphFailure, type SubgraphTransport } from '../../engine/ports.ts';
import type { Checked } from '../stages.ts';
import type { KeyedCall } from './keyed-call.ts';
import { keysUnavailable } from './refusals.ts';

/** A claim of a call in the access subgraph. */
export interface HeldCall {
  /** Of the call: equal for all gateways that run it one after another. */
  readonly id: string;
  /** Of the claim. */
  readonly holder: string;
}

export interface StoredResponse {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

const found = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['CLAIMED', 'TAKEN_OVER']), id: z.string() }),
  z.object({ state: z.literal('FINISHED'), status: z.number(), body: z.string() }),
  z.object({ state: z.enum(['RUNNING', 'REUSED']) }),
  z.object({ state: z.literal('FULL'), retryAfterSeconds: z.number() }),
]);
/** What has become of a call. */
export type FoundCall = z.infer<typeof found>;

/** Keeps calls with an idempotency key for all gateways. */
export interface CallRecords {
  /** Claims a call for its caller, or finds what has become of it. @throws RequestRefusal SERVICE_UNAVAILABLE */
  claim(checked: Checked, claim: ClaimedCall): Promise<FoundCall>;
  /** Stores the response. Does nothing if another holder has taken the call over, or if the subgraph is away. */
  finish(checked: Checked, call: HeldCall, response: StoredResponse): Promise<void>;
  /** Gives up a claim. @param keep true if the call may have taken effect, so that the next holder must get its id */
  release(checked: Checked, call: HeldCall, keep: boolean): Promise<void>;
}

export interface ClaimedCall extends Pick<KeyedCall, 'keyHash' | 'fingerprint'> {
  readonly holder: string;
  readonly leaseMs: number;
}

const subgraph = 'access';
/** Milliseconds in which the subgraph must respond. */
const timeoutMs = 2_000;

const claimed = z.object({ data: z.object({ call: found }), errors: z.undefined().optional() });
const fields = 'state id status body retryAfterSeconds';
const claimQuery = `mutation GatewayClaimCall($input: ClaimIdempotentCallInput!) { call: claimIdempotentCall(input: $input) { ${fields} } }`;
const finishQuery =
  'mutation GatewayFinishCall($input: FinishIdempotentCallInput!) { finishIdempotentCall(input: $input) }';
const releaseQuery =
  'mutation GatewayReleaseCall($input: ReleaseIdempotentCallInput!) { releaseIdempotentCall(input: $input) }';

export function createCallRecords(transport: SubgraphTransport): CallRecords {
  /** The transport may repeat these mutations as if they were queries: with the same holder they take effect once. */
  async function send({ caller, id, address }: Checked, query: string, input: object): Promise<unknown> {
    const response = transport.fetch(
      { subgraph, kind: 'query', body: JSON.stringify({ query, variables: { input } }) },
      {
        requestId: id,
        identityKey: caller.key,
        headers: { ...caller.headers, 'x-request-id': id, 'x-client-address': address },
        ...(caller.headersFor && { headersFor: caller.headersFor }),
        deadline: performance.now() + timeoutMs,
      },
    );
    return response.catch((error: unknown) => {
      if (error instanceof SubgraphFailure) return undefined;
      throw error;
    });
  }

  return {
    async claim(checked, claim) {
      const read = claimed.safeParse(await send(checked, claimQuery, claim));
      if (read.success) return read.data.data.call;
      throw keysUnavailable();
    },
    async finish(checked, { id, holder }, { status, body }) {
      await send(checked, finishQuery, { id, holder, status, body });
    },
    async release(checked, { id, holder }, keep) {
      await send(checked, releaseQuery, { id, holder, keep });
    },
  };
}
