import { Refusal, type UserError } from '#shared/errors/errors.ts';

/** A refusal because the record is not as the caller thought: the payload shows it as it stands. */
export class Contested<T extends object> extends Refusal {
  override name = 'Contested';
  readonly current: T;

  constructor(current: T, userError: UserError) {
    super(userError);
    this.current = current;
  }
}

/** Refuses a change that was made to an older version of the record. */
export function checkVersion<T extends { readonly version: number }>(current: T, expectedVersion: number): void {
  if (current.version === expectedVersion) return;
  const message = `This record is at version ${current.version}, not ${expectedVersion}. Load it again and repeat the change.`;
  throw new Contested(current, { code: 'CONFLICT', field: ['expectedVersion'], message });
}
