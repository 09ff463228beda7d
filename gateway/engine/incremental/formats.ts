import type { EngineError, ErrorPath } from '../errors.ts';

/**
 * The formats of a response in parts that clients can request:
 * - `2022`: `deferSpec=20220824`. Each entry has the path of the object that it adds to.
 * - `2023`: `incrementalSpec=v0.2` (graphql-js 17 alpha). Each entry has the id of an object that was announced before.
 */
export type IncrementalFormat = '2022' | '2023';

/** An object that a deferred fragment will add to. */
export interface PendingObject {
  readonly id: string;
  readonly path: ErrorPath;
  /** The client's label of the deferred fragment. */
  readonly label: string | undefined;
}

/** The fields that a deferred fragment adds to one object. */
export interface Addition {
  readonly object: PendingObject;
  /** JSON text. `{}` when nothing is added; `null` when a non-null field is null. */
  readonly data: string;
  readonly errors: readonly EngineError[];
}

export interface InitialPayload {
  /** JSON text. */
  readonly data: string;
  readonly errors: readonly EngineError[];
  readonly pending: readonly PendingObject[];
  /** Undefined for an operation without deferred fragments, whose payload is an ordinary response. */
  readonly hasNext: boolean | undefined;
}

export interface LaterPayload {
  readonly additions: readonly Addition[];
  readonly pending: readonly PendingObject[];
  readonly hasNext: boolean;
}

/** Writes payloads as JSON texts. */
export interface PayloadWriter {
  /** Whether the format announces objects as pending. Otherwise they are not searched for in advance. */
  readonly announces: boolean;
  writeInitial(payload: InitialPayload): string;
  /** Undefined when the payload would be empty. */
  writeLater(payload: LaterPayload): string | undefined;
}

export const payloadWriters: Readonly<Record<IncrementalFormat, PayloadWriter>> = {
  2022: {
    announces: false,
    writeInitial: ({ data, errors, hasNext }) => object(writeErrors(errors), `"data":${data}`, writeHasNext(hasNext)),
    writeLater({ additions, hasNext }) {
      const entries = additions
        .filter(({ data, errors }) => data !== '{}' || errors.length > 0)
        .map(({ object: { path, label }, data, errors }) =>
          object(writeLabel(label), `"path":${JSON.stringify(path)}`, `"data":${data}`, writeErrors(errors)),
        );
      if (entries.length === 0 && hasNext) return undefined;
      return object(writeList('incremental', entries), writeHasNext(hasNext));
    },
  },
  2023: {
    announces: true,
    writeInitial: ({ data, errors, pending, hasNext }) =>
      object(writeErrors(errors), `"data":${data}`, writePending(pending), writeHasNext(hasNext)),
    writeLater({ additions, pending, hasNext }) {
      if (additions.length === 0 && pending.length === 0 && hasNext) return undefined;
      const incremental = additions
        .filter(({ data, errors }) => data !== 'null' && (data !== '{}' || errors.length > 0))
        .map(({ object: { id }, data, errors }) => object(`"id":"${id}"`, `"data":${data}`, writeErrors(errors)));
      const completed = additions.map(({ object: { id }, data, errors }) =>
        object(`"id":"${id}"`, data === 'null' && writeErrors(errors)),
      );
      return object(
        writePending(pending),
        writeList('incremental', incremental),
        writeList('completed', completed),
        writeHasNext(hasNext),
      );
    },
  },
};

type Entry = string | false | undefined;

function object(...entries: readonly Entry[]): string {
  return `{${entries.filter(Boolean).join(',')}}`;
}

function writeList(name: string, entries: readonly string[]): Entry {
  return entries.length > 0 && `"${name}":[${entries.join(',')}]`;
}

function writePending(pending: readonly PendingObject[]): Entry {
  const entries = pending.map(({ id, path, label }) =>
    object(`"id":"${id}"`, `"path":${JSON.stringify(path)}`, writeLabel(label)),
  );
  return writeList('pending', entries);
}

function writeErrors(errors: readonly EngineError[]): Entry {
  return errors.length > 0 && `"errors":${JSON.stringify(errors)}`;
}

function writeLabel(label: string | undefined): Entry {
  return label !== undefined && `"label":${JSON.stringify(label)}`;
}

function writeHasNext(hasNext: boolean | undefined): Entry {
  return hasNext !== undefined && `"hasNext":${hasNext}`;
}
