import { randomBytes } from 'node:crypto';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { queueHash } from './hash-queue.ts';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const argon2id: Algorithm.Argon2id = 2;
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Normalizes a password, because systems encode the same characters differently (NIST SP 800-63B: NFKC). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** Hashes a password with argon2id and a new salt, in PHC form. @param network of the client: see `queueHash` */
export function hashPassword(password: string, network: string): Promise<string> {
  return queueHash(network, () => hash(normalized(password), parameters));
}

/** A hash that no password fits. One per process is enough. */
let decoy: Promise<string> | undefined;

/**
 * True if the password matches the hash. Without a hash it does the same work and returns false, so that response times do not
 * reveal which e-mail addresses have accounts.
 */
export async function passwordFits(passwordHash: string | null, password: string, network: string): Promise<boolean> {
  decoy ??= hash(randomBytes(16), parameters);
  const fits = await queueHash(network, async () => verify(passwordHash ?? (await decoy) ?? '', normalized(password)));
  return passwordHash !== null && fits;
}
