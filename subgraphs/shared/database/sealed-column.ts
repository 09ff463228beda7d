import { type EntitySchema, type Platform, type TransformContext, Type } from '@mikro-orm/core';
import type { FieldCipher, SealedPlace } from '../identity/field-cipher.ts';
import type { EntityManager } from './database-types.ts';

/** How rows are found by the text of a sealed column. */
export interface BlindIndex {
  /** The column with the keyed hash. */
  readonly column: string;
  /** Values of one purpose have comparable indexes, also in other tables. */
  readonly purpose: string;
  /** The form in which values are compared. */
  readonly keyOf: (text: string) => string;
  /** True if no other row may have the same value. */
  readonly unique: boolean;
  /** True if rows need the index only, so that the texts of earlier releases are removed. */
  readonly replacesText?: boolean;
  /** SQL condition of the rows `t` that have an index; absent = all. */
  readonly where?: string;
}

/** The cipher of each database: the ORM gives its types of columns the platform only. */
const ciphers = new WeakMap<Platform, FieldCipher>();

/** Makes a database seal its columns. `platform` is that of its ORM. */
export function sealWith(platform: Platform, cipher: FieldCipher): void {
  ciphers.set(platform, cipher);
}

/** @throws Error if the database was opened without secrets */
export function cipherOf(platform: Platform | undefined): FieldCipher {
  const cipher = platform && ciphers.get(platform);
  if (cipher) return cipher;
  throw new Error('a database with sealed columns must be opened with FIELD_KEYS and BLIND_INDEX_KEY');
}

/** Undefined for a database without sealed columns. */
export function findCipher(em: EntityManager): FieldCipher | undefined {
  return ciphers.get(em.getPlatform());
}

/** A column with personal data: sealed when it is written, opened when it is read. It has another text each time. */
abstract class Sealed<V> extends Type<V, string> {
  readonly place: SealedPlace;
  readonly index: BlindIndex | undefined;

  constructor(place: SealedPlace, index?: BlindIndex) {
    super();
    this.place = place;
    this.index = index;
  }

  protected abstract toText(value: V): string;
  abstract fromText(text: string): V;

  /** @throws Error for a condition, which would find nothing: each sealing gives another text */
  override convertToDatabaseValue(value: V, platform: Platform, context?: TransformContext): string {
    if (context?.mode === 'query' && value != null)
      throw new Error(`${this.place.table}.${this.place.column} is sealed: compare its blind index instead`);
    // Null is not sealed.
    return value == null ? (value as string) : cipherOf(platform).seal(this.toText(value), this.place);
  }

  override convertToJSValue(stored: string, platform: Platform): V {
    // MikroORM passes null through types, whose signature leaves it out.
    return stored == null ? (stored as V) : this.fromText(cipherOf(platform).open(stored, this.place));
  }

  /** Compares what was sealed, so that an unchanged text is not written again. */
  override compareValues(one: string, other: string): boolean {
    const cipher = cipherOf(this.platform);
    return one === other || cipher.open(one, this.place) === cipher.open(other, this.place);
  }

  override compareAsType(): string {
    return 'string';
  }
}

export class SealedText extends Sealed<string> {
  protected override toText(text: string): string {
    return text;
  }

  override fromText(text: string): string {
    return text;
  }
}

/** A value that is stored as the sealed text of its JSON. */
export class SealedJson<V> extends Sealed<V> {
  protected override toText(value: V): string {
    return JSON.stringify(value);
  }

  override fromText(text: string): V {
    return JSON.parse(text) as V; // what this class has written
  }
}

export type SealedColumn = Sealed<unknown>;

/** True if the type of a property is that of a sealed column. */
export function isSealedColumn(type: unknown): type is SealedColumn {
  return type instanceof Sealed;
}

/** The blind index of a value, for the column of the index. */
export function blindIndexOf(em: EntityManager, { index }: SealedColumn, value: string): string {
  if (!index) throw new Error('a sealed column without a blind index is not searched');
  const { keyOf, purpose } = index;
  return cipherOf(em.getPlatform()).indexOf(keyOf(value), purpose);
}

/** The blind indexes that a value may have in the column of the index: that of `blindIndexOf` first, then those of other keys. */
export function blindIndexesOf(em: EntityManager, { index }: SealedColumn, value: string): readonly string[] {
  if (!index) throw new Error('a sealed column without a blind index is not searched');
  return cipherOf(em.getPlatform()).indexesOf(index.keyOf(value), index.purpose);
}

/** The blind index under the first key of a value of which only an index is known. */
export function renewedIndexOf(em: EntityManager, { index }: SealedColumn, stored: string): string {
  if (!index) throw new Error('a sealed column without a blind index is not searched');
  return cipherOf(em.getPlatform()).renewedIndex(stored, index.purpose);
}

/** Ids of the keys whose blind indexes are to be renewed. */
export function olderIndexIds(em: EntityManager): readonly (string | undefined)[] {
  return cipherOf(em.getPlatform()).olderIndexIds;
}

/** The keyed hash of a text, for tables that compare it and must not reveal it. */
export function keyedHashOf(em: EntityManager, text: string, purpose: string): string {
  return cipherOf(em.getPlatform()).indexOf(text, purpose);
}

/** Seals a text for a statement that the ORM does not write. */
export function sealFor(em: EntityManager, { place }: SealedColumn, text: string): string {
  return cipherOf(em.getPlatform()).seal(text, place);
}

/** Opens a text of a statement that has no rows of an entity. */
export function openFrom(em: EntityManager, { place }: SealedColumn, stored: string): string {
  return cipherOf(em.getPlatform()).open(stored, place);
}

/** The sealed columns of an entity. */
export function sealedColumnsOf(entity: EntitySchema): SealedColumn[] {
  return Object.values(entity.meta.properties).flatMap(({ type }) => (isSealedColumn(type) ? [type] : []));
}
