import type { Variables } from '../engine.ts';
import type { IncrementalFormat } from '../incremental/formats.ts';
import type { Federation } from './federation.ts';
import { engineFor, scope } from './harness.ts';

export interface Payload {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly hasNext?: boolean;
  readonly incremental?: readonly { path: (string | number)[]; label?: string; data: unknown; errors?: unknown }[];
}

/** The payloads of a response in parts, in the format of 2022. */
export async function payloads(federation: Federation, source: string, variables: Variables = {}): Promise<Payload[]> {
  return delivered<Payload>(federation, source, variables, '2022');
}

export interface AnnouncedPayload {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly pending?: readonly { id: string; path: (string | number)[]; label?: string }[];
  readonly incremental?: readonly { id: string; data: unknown; errors?: unknown }[];
  readonly completed?: readonly { id: string; errors?: unknown }[];
  readonly hasNext?: boolean;
}

/** The payloads of a response in parts, in the format of 2023. */
export async function announcedPayloads(
  federation: Federation,
  source: string,
  variables: Variables = {},
): Promise<AnnouncedPayload[]> {
  return delivered<AnnouncedPayload>(federation, source, variables, '2023');
}

async function delivered<P>(
  federation: Federation,
  source: string,
  variables: Variables,
  format: IncrementalFormat,
): Promise<P[]> {
  const engine = engineFor(federation);
  const operation = await engine.prepare({ source, incremental: true });
  const received: P[] = [];
  for await (const text of engine.deliver(operation, variables, scope, format)) received.push(JSON.parse(text) as P);
  return received;
}

/** The data that a client of the format of 2023 has at the end. @throws when an id was not announced, or was not completed */
export function assembledByIds(received: readonly AnnouncedPayload[]): unknown {
  const data = structuredClone(received[0]?.data);
  const open = new Map<string, readonly (string | number)[]>();
  for (const { pending = [], incremental = [], completed = [] } of received) {
    for (const { id, path } of pending) open.set(id, path);
    for (const { id, data: part } of incremental) merge(objectAt(data, pathOf(id)), part as Record<string, unknown>);
    for (const { id } of completed) {
      pathOf(id);
      open.delete(id);
    }
  }
  if (open.size > 0) throw new Error(`not completed: ${[...open.keys()].join(', ')}`);
  return data;

  function pathOf(id: string): readonly (string | number)[] {
    const path = open.get(id);
    if (!path) throw new Error(`not announced: ${id}`);
    return path;
  }
}

function objectAt(data: unknown, path: readonly (string | number)[]): Record<string, unknown> {
  const at = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], data);
  return at as Record<string, unknown>;
}

/** The data that a client of the format of 2022 has at the end. */
export function assembled([first, ...later]: readonly Payload[]): unknown {
  const data = structuredClone(first?.data);
  for (const { path, data: part } of later.flatMap((payload) => payload.incremental ?? [])) {
    merge(objectAt(data, path), part as Record<string, unknown>);
  }
  return data;
}

function merge(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const known = target[key];
    if (typeof known === 'object' && known !== null && typeof value === 'object' && value !== null) {
      merge(known as Record<string, unknown>, value as Record<string, unknown>);
    } else {
      target[key] = value;
    }
  }
}
