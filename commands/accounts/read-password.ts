import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';

/** Makes a random password of 120 bits. */
export function newPassword(): string {
  return randomBytes(15).toString('base64url');
}

/** Reads the password from standard input, so that it is in no list of processes and in no history of the shell. */
export async function readPassword(): Promise<string> {
  const [first = ''] = (await text(process.stdin)).split(/\r?\n/);
  return first;
}
