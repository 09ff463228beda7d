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

declare const begun: unique symbol;

/** A claim of a call that may run, or may have run. Other claims can't run, and have no response. */
export interface BegunCall extends HeldCall {
  readonly [begun]: true;
}

export interface StoredResponse {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** What has become of a call. */
export type FoundCall =
  /** It has not begun. */
  | { readonly state: 'CLAIMED'; readonly held: HeldCall }
  /** An earlier holder has begun it. */
  | { readonly state: 'TAKEN_OVER'; readonly held: BegunCall }
  | ({ readonly state: 'FINISHED' } & StoredResponse)
  | { readonly state: 'RUNNING' | 'REUSED' }
  | { readonly state: 'FULL'; readonly retryAfterSeconds: number };

/** Keeps calls with an idempotency key for all gateways. */
export interface CallRecords {
  /** Claims a call for its caller, or finds what has become of it. @throws RequestRefusal SERVICE_UNAVAILABLE */
  claim(checked: Checked, claim: ClaimedCall): Promise<FoundCall>;
  /**
   * Begins a call, or renews its lease. Undefined if another holder has it.
   * @throws RequestRefusal SERVICE_UNAVAILABLE if it is not known whether the record says so
   */
  begin(checked: Checked, call: HeldCall, leaseMs: number): Promise<BegunCall | undefined>;
  /** Stores the response. Does nothing if another holder has taken the call over. Returns false if the subgraph is away. */
  finish(checked: Checked, call: BegunCall, response: StoredResponse): Promise<boolean>;
  /**
   * Gives up a claim. Returns false if the subgraph is away.
   * @param keep true if the call may have taken effect, so that the next holder must get its id
   */
  release(checked: Checked, call: HeldCall, keep: boolean): Promise<boolean>;
}

export interface ClaimedCall extends Pick<KeyedCall, 'keyHash' | 'fingerprint'> {
  readonly holder: string;
  readonly leaseMs: number;
}

/** States that a call may run. Only after a record of it. */
export function asBegun(held: HeldCall): BegunCall {
  return held as BegunCall; // the brand has no value
}

const subgraph = 'access';
/** Milliseconds in which the subgraph must respond. */
export const recordTimeoutMs = 2_000;

const found = z.discriminatedUnion('state', [
  z.object({ state: z.literal('CLAIMED'), id: z.string() }),
  z.object({ state: z.literal('TAKEN_OVER'), id: z.string() }),
  z.object({ state: z.literal('FINISHED'), status: z.number(), body: z.string() }),
  z.object({ state: z.enum(['RUNNING', 'REUSED']) }),
  z.object({ state: z.literal('FULL'), retryAfterSeconds: z.number() }),
]);
const claimed = z.object({ data: z.object({ call: found }), errors: z.undefined().optional() });
/** The response to the other mutations: whether the holder still has the call. */
const confirmed = z.object({ data: z.object({ isHeld: z.boolean() }), errors: z.undefined().optional() });
const fields = 'state id status body retryAfterSeconds';
const claimQuery = `mutation GatewayClaimCall($input: ClaimIdempotentCallInput!) { call: claimIdempotentCall(input: $input) { ${fields} } }`;
const beginQuery =
  'mutation GatewayBeginCall($input: BeginIdempotentCallInput!) { isHeld: beginIdempotentCall(input: $input) }';
const finishQuery =
  'mutation GatewayFinishCall($input: FinishIdempotentCallInput!) { isHeld: finishIdempotentCall(input: $input) }';
const releaseQuery =
  'mutation GatewayReleaseCall($input: ReleaseIdempotentCallInput!) { isHeld: releaseIdempotentCall(input: $input) }';

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
        deadline: performance.now() + recordTimeoutMs,
      },
    );
    return response.catch((error: unknown) => {
      if (error instanceof SubgraphFailure) return undefined;
      throw error;
    });
  }

  return {
    async claim(checked, claim) {
      const read = claimed.safeParse(await send(checked, claimQuery, { ...claim, begun: false }));
      if (!read.success) throw keysUnavailable();
      const { call } = read.data.data;
      const heldAs = (id: string) => ({ id, holder: claim.holder });
      if (call.state === 'CLAIMED') return { state: call.state, held: heldAs(call.id) };
      return call.state === 'TAKEN_OVER' ? { state: call.state, held: asBegun(heldAs(call.id)) } : call;
    },
    async begin(checked, held, leaseMs) {
      const { id, holder } = held;
      const read = confirmed.safeParse(await send(checked, beginQuery, { id, holder, leaseMs }));
      if (!read.success) throw keysUnavailable();
      return read.data.data.isHeld ? asBegun(held) : undefined;
    },
    async finish(checked, { id, holder }, { status, body }) {
      return confirmed.safeParse(await send(checked, finishQuery, { id, holder, status, body })).success;
    },
    async release(checked, { id, holder }, keep) {
      return confirmed.safeParse(await send(checked, releaseQuery, { id, holder, keep })).success;
    },
  };
}
