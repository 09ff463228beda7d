import { randomBytes } from 'node:crypto';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { hashingTurn } from './hashing-turn.ts';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const argon2id: Algorithm.Argon2id = 2;
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Equal characters typed on different systems are equal passwords (NIST SP 800-63B: NFKC). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** Argon2id in PHC form, with a salt of its own. `network` is the client's: see `hashingTurn`. */
export function hashPassword(password: string, network: string): Promise<string> {
  return hashingTurn(network, () => hash(normalized(password), parameters));
}

let decoy: Promise<string> | undefined;

/**
 * True where the password belongs to the hash. Without a hash it takes as long and answers false, so that the time of an
 * answer does not tell which addresses have accounts.
 */
export async function passwordFits(passwordHash: string | null, password: string, network: string): Promise<boolean> {
  decoy ??= hash(randomBytes(16), parameters);
  const fits = await hashingTurn(network, async () =>
    verify(passwordHash ?? (await decoy) ?? '', normalized(password)),
  );
  return passwordHash !== null && fits;
}
