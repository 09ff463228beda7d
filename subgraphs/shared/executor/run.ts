import { type ExecutionResult, type FieldNode, GraphQLError, locatedError } from 'graphql';
import { type Frame, isDetached, keysOf, replaceByNull, type Target } from './frame.ts';

/** A place of the result: the value of a field, or an item of a list. */
export interface Place {
  readonly nodes: readonly FieldNode[];
  /** The object type that has the field. Undefined for an item of a list. */
  readonly typename: string | undefined;
  readonly isRequired: boolean;
  /** True for a field of objects. Its value needs the admission of the execution. */
  readonly isAdmitted: boolean;
  /** Puts the value into the frame. @throws for a value that does not fit */
  readonly complete: (run: Run, value: unknown, frame: Frame, key: string | number) => void;
}

/** A selected field of an object type. */
export interface Field {
  /** Response key. */
  readonly key: string;
  readonly place: Place;
  resolve(run: Run, source: unknown, frame: Frame): unknown;
}

/** Counts the objects of a result, and can end its execution early. */
export interface Admission {
  /** True after an early end. Fields of objects are then not resolved any more. */
  isOver(): boolean;
  /** Returns the value of a field of objects: at once, as a promise for its turn, or as one that never settles after the end. */
  admit(value: unknown): unknown;
}

/** Called once with the result, at once or later. */
type Done = (result: ExecutionResult) => void;

/** One execution of an operation. */
export class Run {
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly #admission: Admission | undefined;
  readonly #root: Frame;
  readonly #errors: GraphQLError[] = [];
  /** Fields that run one after another. The fields of one step run at the same time. */
  readonly #steps: Iterator<readonly Field[]>;
  readonly #done: Done;
  #waiting = 0;
  #phase: 'running' | 'done' = 'running';

  constructor(
    values: Pick<Run, 'rootValue' | 'contextValue' | 'variableValues'>,
    steps: readonly (readonly Field[])[],
    done: Done,
    admission?: Admission,
  ) {
    const target = createTarget(steps.flat());
    this.rootValue = values.rootValue;
    this.contextValue = values.contextValue;
    this.variableValues = values.variableValues;
    this.#root = {
      target,
      parent: undefined,
      key: '',
      typename: undefined,
      isRequired: false,
      isNull: false,
    };
    this.#steps = steps[Symbol.iterator]();
    this.#done = done;
    this.#admission = admission;
  }

  /** Runs the next steps until one waits for a promise, or to the end. */
  advance(): void {
    while (this.#phase === 'running') {
      const step = this.#root.isNull ? undefined : this.#steps.next();
      if (!step || step.done) {
        this.#finish();
        return;
      }
      runFields(this, step.value, this.#root, this.rootValue);
      if (this.#waiting > 0 && !this.#root.isNull) return;
    }
  }

  /** True if fields of objects are not resolved any more. */
  get isOver(): boolean {
    return this.#admission?.isOver() ?? false;
  }

  /** Receives a value when its promise settles. Until then, null takes its position among the keys of the object. */
  wait(promise: PromiseLike<unknown>, place: Place, frame: Frame, key: string | number): void {
    this.waitForever(frame, key);
    // Another thenable may call back at once.
    const settling = promise instanceof Promise ? promise : Promise.resolve(promise);
    settling.then(
      (value) => {
        if (!frame.isNull) this.receive(value, place, frame, key);
        this.#settled();
      },
      (error: unknown) => {
        if (place.isAdmitted && this.isOver) return;
        if (!frame.isNull) this.fail(error, place, frame, key);
        this.#settled();
      },
    );
  }

  /** The result waits for this value. */
  waitForever(frame: Frame, key: string | number): void {
    frame.target[key] = null;
    this.#waiting += 1;
  }

  /** Completes a value once it is admitted. */
  receive(value: unknown, place: Place, frame: Frame, key: string | number): void {
    const admitted = place.isAdmitted && this.#admission ? this.#admission.admit(value) : value;
    if (admitted !== value && isPromise(admitted)) this.wait(admitted, { ...place, isAdmitted: false }, frame, key);
    else this.complete(value, place, frame, key);
  }

  complete(value: unknown, place: Place, frame: Frame, key: string | number): void {
    try {
      if (value instanceof Error) throw value;
      place.complete(this, value, frame, key);
    } catch (error) {
      this.fail(error, place, frame, key);
    }
  }

  /** Adds an error and replaces its value by null. */
  fail(error: unknown, { nodes, isRequired }: Place, frame: Frame, key: string | number): void {
    if (isDetached(frame)) return;
    const original = error instanceof Error ? error : new GraphQLError(`Unexpected error value: ${String(error)}`);
    this.#errors.push(locatedError(original, nodes, keysOf(frame, key)));
    replaceByNull(frame, key, isRequired);
  }

  #settled(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0 || this.#root.isNull) this.advance();
  }

  #finish(): void {
    this.#phase = 'done';
    const data = this.#root.isNull ? null : this.#root.target;
    this.#done(this.#errors.length === 0 ? { data } : { errors: this.#errors, data });
  }
}

/** An object without prototype takes the key `__proto__` as any other, but is slower. */
export function createTarget(fields: readonly Field[]): Target {
  return fields.some(({ key }) => key === '__proto__') ? Object.create(null) : {};
}

/** Resolves the fields of an object. */
export function runFields(run: Run, fields: readonly Field[], frame: Frame, source: unknown): void {
  for (const field of fields) {
    if (frame.isNull) return;
    runField(run, field, frame, source);
  }
}

function runField(run: Run, field: Field, frame: Frame, source: unknown): void {
  const { place, key } = field;
  if (place.isAdmitted && run.isOver) {
    run.waitForever(frame, key);
    return;
  }
  let value: unknown;
  try {
    value = field.resolve(run, source, frame);
  } catch (error) {
    run.fail(error, place, frame, key);
    return;
  }
  if (isPromise(value)) run.wait(value, place, frame, key);
  else run.receive(value, place, frame, key);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
