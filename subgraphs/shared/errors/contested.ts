import { Refusal, type UserError } from './errors.ts';

/** A refusal because the record has another version than the caller expected. The payload contains the current record. */
export class Contested<T extends object> extends Refusal {
  override name = 'Contested';
  readonly current: T;

  constructor(current: T, userError: UserError) {
    super(userError);
    this.current = current;
  }
}

/** Refuses a change that is based on another version of the record. @throws Contested CONFLICT */
export function checkVersion<T extends { readonly version: number }>(
  current: T,
  expectedVersion: number | null | undefined,
): void {
  if (expectedVersion == null || current.version === expectedVersion) return;
  const message = `This record is at version ${current.version}, not ${expectedVersion}. Load it again and repeat the change.`;
  throw new Contested(current, { code: 'CONFLICT', field: ['expectedVersion'], message });
}
