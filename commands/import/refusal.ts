/** A row that is not imported, with its line, the field at fault, the value in the file, and the reason. */
export interface RefusedRow {
  readonly line: number;
  readonly sourceReference: string;
  readonly code: string;
  /** Name of the field in the mapping, such as `destination.country`. Empty when the whole row is at fault. */
  readonly field: string;
  readonly value: string;
  readonly message: string;
}

export type RefusalCode = 'MALFORMED' | 'UNMAPPED' | 'INVALID_INPUT' | 'INVALID_TIME';

/** Thrown for a row that cannot be sent. */
export class RowRefusal extends Error {
  override name = 'RowRefusal';
  readonly code: RefusalCode;
  readonly field: string;
  readonly value: string;

  constructor(code: RefusalCode, message: string, { field = '', value = '' } = {}) {
    super(field === '' ? message : `${field}: ${message}`);
    this.code = code;
    this.field = field;
    this.value = value;
  }

  at(line: number, sourceReference: string): RefusedRow {
    const { code, field, value, message } = this;
    return { line, sourceReference, code, field, value, message };
  }
}

/** A text in quotes as the operator sees it in a message, shortened. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
