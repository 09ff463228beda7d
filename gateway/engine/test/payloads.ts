import type { Variables } from '../engine.ts';
import type { Federation } from './federation.ts';
import { engineFor, scope } from './harness.ts';

export interface Payload {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly hasNext?: boolean;
  readonly incremental?: readonly { path: (string | number)[]; label?: string; data: unknown; errors?: unknown }[];
}

/** What a client gets that takes a response in parts. */
export async function payloads(federation: Federation, source: string, variables: Variables = {}): Promise<Payload[]> {
  const engine = engineFor(federation);
  const operation = await engine.prepare({ source, incremental: true });
  const received: Payload[] = [];
  for await (const text of engine.deliver(operation, variables, scope)) received.push(JSON.parse(text) as Payload);
  return received;
}

/** What a client holds once it has put all parts together. */
export function assembled([first, ...later]: readonly Payload[]): unknown {
  const data = structuredClone(first?.data);
  for (const { path, data: part } of later.flatMap((payload) => payload.incremental ?? [])) {
    const at = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], data);
    merge(at as Record<string, unknown>, part as Record<string, unknown>);
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
