import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { secretIdOf, secretIdOfHash } from './api-keys.ts';
import type { SecretList } from './key-settings.ts';

/** Makes a new key for the setting BLIND_INDEX_KEY. Its id is the time, so that it sorts behind those of older keys. */
export function newBlindIndexKey(now = new Date()): string {
  return `${now.toISOString().replace(/\D/g, '').slice(0, 14)}:${randomBytes(32).toString('hex')}`;
}

/**
 * Keyed hashes: equal values of one purpose have equal indexes, and nobody without the keys can guess the value.
 *
 * An index under a key is made from the index under the key before it, so that a stored index can be renewed although its value is stored
 * nowhere. It begins with the id of its key. The order of keys is that of their ids, and the key without an id is the oldest.
 */
export interface BlindIndexes {
  /** The index under the first key of the setting. */
  indexOf(value: string, purpose: string): string;
  /** The indexes that a value may have: that of `indexOf` first, then those under the other keys. */
  indexesOf(value: string, purpose: string): readonly string[];
  /** The index under the first key of a value of which an index is known. One under a newer key stays as it is. */
  renewedIndex(stored: string, purpose: string): string;
  /** Ids of the keys that are older than the first one; undefined for a key without an id. */
  readonly olderIndexIds: readonly (string | undefined)[];
}

/** A key with what is derived from it for each purpose. */
interface IndexKey {
  readonly id: string | undefined;
  hash(text: string, purpose: string): string;
}

export function createBlindIndexes(secrets: SecretList): BlindIndexes {
  const keys = [...secrets].sort(byId).map(createIndexKey);
  const writing = keys.findIndex(({ id }) => id === secretIdOf(secrets[0]));
  const indexesOf = (value: string, purpose: string): readonly string[] => {
    const made: string[] = [];
    let text = value;
    for (const key of keys) {
      text = key.hash(text, purpose);
      made.push(withId(key, text));
    }
    const [first = ''] = made.splice(writing, 1);
    return [first, ...made];
  };
  return {
    indexesOf,
    indexOf: (value, purpose) => indexesOf(value, purpose)[0] ?? '',
    renewedIndex(stored, purpose) {
      // Of equal values of earlier releases, only the first has the index alone: see `sealRows`.
      const [index = '', ...suffix] = stored.split(' ');
      const id = secretIdOfHash(index);
      const known = keys.findIndex((key) => key.id === id);
      if (known === -1 || known >= writing) return stored;
      let text = id === undefined ? index : index.slice(id.length + 1);
      for (const key of keys.slice(known + 1, writing + 1)) text = key.hash(text, purpose);
      return [withId(keys[writing], text), ...suffix].join(' ');
    },
    olderIndexIds: keys.slice(0, writing).map(({ id }) => id),
  };
}

function createIndexKey(secret: string): IndexKey {
  const derived = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    const known = derived.get(purpose) ?? Buffer.from(hkdfSync('sha256', secret, '', `blind index ${purpose}`, 32));
    derived.set(purpose, known);
    return known;
  };
  return {
    id: secretIdOf(secret),
    hash: (text, purpose) => createHmac('sha256', keyFor(purpose)).update(text).digest('base64url'),
  };
}

function withId(key: IndexKey | undefined, hash: string): string {
  return key?.id === undefined ? hash : `${key.id}.${hash}`;
}

function byId(one: string, other: string): number {
  const [first, second] = [secretIdOf(one) ?? '', secretIdOf(other) ?? ''];
  return first < second ? -1 : 1;
}
