import { type BlindIndexes, createBlindIndexes } from './blind-indexes.ts';
import type { SecretList } from './key-settings.ts';
import { createTextSealer, type FieldKeys, isSealed } from './sealed-text.ts';

/** The secrets with which personal data is stored. */
export interface FieldSecrets {
  /** They encrypt, and are rotated. */
  readonly fieldKeys: FieldKeys;
  /** They make blind indexes. */
  readonly blindIndexKeys: SecretList;
}

/** A column with sealed texts. */
export interface SealedPlace {
  /** The table with its schema, such as `fleet.driver`. */
  readonly table: string;
  readonly column: string;
  /** Set if each text is bound to its row. A column type of the ORM does not know the row, so its texts can be moved to other rows. */
  readonly rowId?: string;
}

/** Encrypts columns with personal data, and makes the indexes by which they are found. */
export interface FieldCipher extends BlindIndexes {
  seal(text: string, place: SealedPlace): string;
  /** Opens a stored text. A text of an earlier release, which was not sealed, is returned as it is. */
  open(stored: string, place: SealedPlace): string;
  /** Ids of the keys, the newest first. */
  readonly keyIds: readonly string[];
  /** The beginning of every text that the newest key has sealed. */
  readonly newestPrefix: string;
}

export function createFieldCipher({ fieldKeys, blindIndexKeys }: FieldSecrets): FieldCipher {
  const sealer = createTextSealer(fieldKeys);
  return {
    seal: (text, place) => sealer.seal(text, { rowId: '', ...place }),
    open: (stored, place) => (isSealed(stored) ? sealer.open(stored, { rowId: '', ...place }) : stored),
    keyIds: fieldKeys.map(({ id }) => id),
    newestPrefix: sealer.newestPrefix,
    ...createBlindIndexes(blindIndexKeys),
  };
}
