/** A fault whose cause needs another advice than the other faults of its check. */
export class Fault extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** A check needs something that is the fault of another check. */
export class NotChecked extends Error {}
