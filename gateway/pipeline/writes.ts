import { type LogPosition, laterPosition, startOfLog } from '#shared/identity/log-position.ts';

/** What one mutation has written. */
export class Writes {
  latest: LogPosition | undefined;
  readonly #note: (position: LogPosition) => Promise<void>;

  /** @param note remembers it for the caller */
  constructor(note: (position: LogPosition) => Promise<void>) {
    this.#note = note;
  }

  readonly onWritten = async (position: LogPosition): Promise<void> => {
    this.latest = laterPosition(this.latest ?? startOfLog, position);
    await this.#note(this.latest);
  };
}
