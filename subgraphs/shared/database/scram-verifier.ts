import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** PostgreSQL's own default. */
const iterations = 4_096;
const saltBytes = 16;
const keyBytes = 32;

/**
 * What PostgreSQL stores of a password: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5803). `CREATE ROLE` takes it in place of the password, so that
 * logs and statistics of statements show no password. It does not open the role.
 * @param password printable ASCII, which needs no SASLprep
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(saltBytes)): string {
  const salted = pbkdf2Sync(password, salt, iterations, keyBytes, 'sha256');
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const serverKey = keyOf('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
