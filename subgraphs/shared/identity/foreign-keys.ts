import type { Log } from '../runtime/log.ts';

/** Minimum time between two log lines, because every request can have the same wrong token. */
const pauseMs = 60_000;
const shownCharacters = 64;

type Clock = () => number;
const monotonic: Clock = () => performance.now();

export interface ForeignKeyOptions {
  /** The signer, such as "the gateway". */
  readonly signer: string;
  /** Setting with the public keys. */
  readonly publicKeys: string;
  /** Setting with the private key. */
  readonly signingKey: string;
}

/** Logs that this process does not have the key of a token: the token is forged, or the keys are configured wrongly. */
export function createForeignKeyReporter(
  { signer, publicKeys, signingKey }: ForeignKeyOptions,
  log: Log,
  now = monotonic,
): (keyId: string) => void {
  return oncePerPause(now, (keyId: string) => {
    const shown = keyId.slice(0, shownCharacters);
    log.error(
      { code: 'FOREIGN_KEY', keyId: shown },
      `${publicKeys}: add the public half of ${signingKey}. A token of ${signer} names the key "${shown}", which is missing.`,
    );
  });
}

/** Logs that a client has reached a subgraph, and has sent it the token that is for the gateway. */
export function createClientTokenReporter(log: Log, now = monotonic): () => void {
  return oncePerPause(now, () =>
    log.warn(
      { code: 'CLIENT_TOKEN' },
      'A client sent its access token to this subgraph. Give clients the address of the gateway, and let gateways alone reach this port.',
    ),
  );
}

function oncePerPause<A extends readonly unknown[]>(now: Clock, report: (...args: A) => void): (...args: A) => void {
  let silentUntil = 0;
  return (...args) => {
    if (now() < silentUntil) return;
    silentUntil = now() + pauseMs;
    report(...args);
  };
}
