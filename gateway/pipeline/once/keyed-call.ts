import { createHash, createHmac } from 'node:crypto';
import { OperationTypeNode } from 'graphql';
import { clientNetwork } from '#shared/identity/client-network.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { stableText } from '../../live/stable-text.ts';
import { rootFields } from '../repeatable.ts';
import type { Checked } from '../stages.ts';

/** A call of a mutation with an idempotency key. */
export interface KeyedCall {
  /** Of the caller and the key: calls with the same id must be the same. */
  readonly id: string;
  /** The mutations and the key, as a hash. */
  readonly keyHash: string;
  /** What the call sends, as a hash. The key is its secret, so that a stored hash tells nothing about passwords in variables. */
  readonly fingerprint: string;
}

const validKey = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the idempotency key of a mutation. Undefined without a key, and for other operations.
 * @throws RequestRefusal BAD_REQUEST, IDEMPOTENCY_KEY_NOT_ALLOWED
 */
export function keyedCallOf(checked: Checked): KeyedCall | undefined {
  const { operation, document, idempotencyKey: key, generation } = checked;
  if (key === undefined || operation.operation !== OperationTypeNode.MUTATION) return undefined;
  if (typeof key !== 'string' || !validKey.test(key)) {
    throw new RequestRefusal('BAD_REQUEST', 'The idempotency key must have 1 to 255 visible ASCII characters.');
  }
  const mutations = rootFields(operation.selectionSet, document).map(({ name }) => name.value);
  const secret = mutations.find((name) => generation.onceTraits.secretResults.has(name));
  if (secret !== undefined) {
    const message = `The response of ${secret} contains secrets and is never stored. Send the request without an idempotency key.`;
    throw new RequestRefusal('IDEMPOTENCY_KEY_NOT_ALLOWED', message);
  }
  const keyHash = createHash('sha256')
    .update(JSON.stringify([...new Set(mutations), key]))
    .digest('base64url');
  return { id: `${callerOf(checked)} ${keyHash}`, keyHash, fingerprint: fingerprintOf(checked, key) };
}

/** The access subgraph distinguishes callers in the same way. */
function callerOf({ caller: { identity }, address }: Checked): string {
  return identity.kind === 'account' ? identity.accountId : clientNetwork(address);
}

function fingerprintOf({ source, operation, variables, onError }: Checked, key: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([source, operation.name?.value, onError, stableText(variables)]))
    .digest('base64url');
}
