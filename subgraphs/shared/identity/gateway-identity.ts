import { GraphError } from '../errors/errors.ts';
import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { createClientTokenReporter, createForeignKeyReporter } from './foreign-keys.ts';
import type { Identity } from './identity.ts';
import { accessTokens, namesKind, type TokenVerifier } from './tokens.ts';

/**
 * Reads the identity of the caller from the token of the gateway.
 * @throws GraphError UNAUTHENTICATED, or SERVICE_UNAVAILABLE if the clocks differ too much
 */
export type ReadIdentity = (token: unknown) => Promise<Identity>;

const part = 'clock';
const keySettings = {
  signer: 'the gateway',
  publicKeys: 'IDENTITY_PUBLIC_KEYS',
  signingKey: 'IDENTITY_SIGNING_KEY',
};

export function createIdentityReader(
  verifier: TokenVerifier,
  { log, health }: { readonly log: Log; readonly health: Health },
): ReadIdentity {
  let isSkewed = false;
  const reportForeignKey = createForeignKeyReporter(keySettings, log);
  const reportClientToken = createClientTokenReporter(log);
  return async (token) => {
    const identity = typeof token === 'string' ? await verifier.verify(token) : undefined;
    if (identity) {
      if (isSkewed) health.set(part, 'up');
      isSkewed = false;
      return identity;
    }
    const seconds = typeof token === 'string' ? await verifier.skewSeconds(token) : undefined;
    if (seconds === undefined) {
      const keyId = typeof token === 'string' ? verifier.foreignKeyId(token) : undefined;
      if (keyId !== undefined) reportForeignKey(keyId);
      if (typeof token === 'string' && namesKind(token, accessTokens)) reportClientToken();
      throw new GraphError(
        'UNAUTHENTICATED',
        'The request has no identity token for this subgraph. Send requests through the gateway.',
      );
    }
    const direction = seconds > 0 ? 'ahead of' : 'behind';
    const reason = `The clock of a gateway is ${Math.abs(seconds)} s ${direction} the clock of this subgraph.`;
    health.set(part, 'degraded', reason);
    if (!isSkewed) log.error({ code: 'CLOCK_SKEW', seconds }, `${reason} Synchronize both.`);
    isSkewed = true;
    throw new GraphError('SERVICE_UNAVAILABLE', 'The service is not available at the moment. Try again later.');
  };
}
