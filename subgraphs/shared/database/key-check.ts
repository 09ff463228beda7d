import type { FieldCipher, SealedPlace } from '../identity/field-cipher.ts';
import { keyIdOf } from '../identity/sealed-text.ts';
import { ConfigurationError } from '../runtime/config.ts';
import { query } from './query.ts';
import { requireCipher, type Sealing } from './seal-batches.ts';
import { sql } from './sql.ts';

const text = 'freight';
const purpose = 'key check';
const place: SealedPlace = { table: 'key_check', column: 'sealed' };

/** What a subgraph stores to recognize its keys. */
export interface StoredKeyCheck {
  readonly blindIndex: string;
  readonly sealed: string;
}

/**
 * Checks that the keys are those with which the tables of a subgraph were written. The first call stores what later ones compare.
 * @throws ConfigurationError that names the wrong setting
 */
export async function requireKeys(database: Sealing, subgraph: string): Promise<void> {
  const cipher = requireCipher(database);
  const em = database.fork();
  const blindIndex = cipher.indexOf(text, purpose);
  await query(
    em,
    sql`insert into key_check (blind_index, sealed) values (${blindIndex}, ${cipher.seal(text, place)}) on conflict do nothing`,
  );
  const [stored] = await query<StoredKeyCheck>(em, sql`select blind_index as "blindIndex", sealed from key_check`);
  const fault = stored && findKeyFault(cipher, stored, subgraph);
  if (fault !== undefined) throw new ConfigurationError(fault);
}

/** @returns which setting is wrong, and what to do, or undefined if the keys are those of the subgraph */
export function findKeyFault(cipher: FieldCipher, stored: StoredKeyCheck, subgraph: string): string | undefined {
  if (!cipher.indexesOf(text, purpose).includes(stored.blindIndex))
    return `BLIND_INDEX_KEY: the database of ${subgraph} was written with another key. Restore it from your backup of secrets. If the setting is absent, it is in DATA_DIR.`;
  if (!opens(cipher, stored.sealed))
    return `FIELD_KEYS: the key "${keyIdOf(stored.sealed)}", with which texts of ${subgraph} are sealed, is missing. The setting has ${cipher.keyIds.map((id) => `"${id}"`).join(', ')}${cipher.keyIds.includes(keyIdOf(stored.sealed)) ? ' with another secret' : ''}. Restore it from your backup of secrets. If the setting is absent, it is in DATA_DIR. To remove an old key, run \`npm run keys -- rotate-fields\` before.`;
  return undefined;
}

function opens(cipher: FieldCipher, sealed: string): boolean {
  try {
    return cipher.open(sealed, place) === text;
  } catch {
    return false;
  }
}

/** Seals the stored text with the newest key, so that starts need no older one. Call it when no other text needs an older key. */
export async function renewKeyCheck(database: Sealing): Promise<void> {
  const cipher = requireCipher(database);
  const blindIndex = cipher.indexOf(text, purpose);
  await query(
    database.fork(),
    sql`update key_check set sealed = ${cipher.seal(text, place)}, blind_index = ${blindIndex}`,
  );
}
