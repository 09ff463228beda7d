import { randomBytes } from 'node:crypto';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { GraphError } from '#shared/errors.ts';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const argon2id: Algorithm.Argon2id = 2;
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// One hash costs some 20 ms of a core and 19 MiB: a burst of sign-ins must not take the process with it.
const gate = bulkhead(2, 64);

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await gate.execute(run);
  } catch (error) {
    if (!(error instanceof BulkheadRejectedError)) throw error;
    throw new GraphError('RATE_LIMITED', 'Too many sign-ins at once; try again in a second.', { retryAfterSeconds: 1 });
  }
}

/** Equal characters typed on different systems are equal passwords (NIST SP 800-63B: NFKC). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** Argon2id in PHC form, with a salt of its own. */
export function hashPassword(password: string): Promise<string> {
  return guarded(() => hash(normalized(password), parameters));
}

let decoy: Promise<string> | undefined;

/**
 * True where the password belongs to the hash. Without a hash it takes as long and answers false: whoever measures
 * learns nothing about which addresses have accounts.
 */
export async function passwordFits(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hash(randomBytes(16), parameters);
  const fits = await guarded(async () => verify(passwordHash ?? (await decoy) ?? '', normalized(password)));
  return passwordHash !== null && fits;
}
