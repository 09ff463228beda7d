import type { TestGraph } from './graph.ts';
import type { Attack, Target } from './hostile-requests.ts';

/** The outcome of one request. */
export interface Outcome {
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** Codes of errors and userErrors. Empty when the request succeeded. */
  readonly codes: readonly string[];
  readonly text: string;
}

/** Sends attacks, and keeps the versions of the records that they changed. */
export class Attacker {
  readonly #graph: TestGraph;
  readonly #versions = new Map<string, number>();

  constructor(graph: TestGraph) {
    this.#graph = graph;
  }

  readonly versionOf = (id: string): number => this.#versions.get(id) ?? 1;

  async send(target: Target, { title, variables }: Attack): Promise<Outcome> {
    const as = target.field === 'redeemReward' ? 'driver' : 'admin';
    const { status, data, errors, extensions } = await this.#graph.ask(as, target.operation, variables());
    const payload = data?.[target.field];
    this.#noteVersion(payload);
    return {
      title: `${target.coordinate} ${title}`,
      status,
      codes: [...errors.map((error) => String(error.extensions.code)), ...userErrorCodes(payload)],
      text: JSON.stringify({ data, errors, extensions }),
    };
  }

  #noteVersion(payload: unknown): void {
    for (const value of Object.values(payload ?? {})) {
      const record = (value ?? {}) as { readonly id?: string; readonly version?: number };
      if (record.id !== undefined && record.version !== undefined) this.#versions.set(record.id, record.version);
    }
  }
}

function userErrorCodes(payload: unknown): string[] {
  const { userErrors = [] } = (payload ?? {}) as { userErrors?: readonly { readonly code: string }[] };
  return userErrors.map(({ code }) => code);
}

/** Runs a function on each task, `atOnce` at a time. */
export async function eachOf<T>(tasks: readonly T[], atOnce: number, run: (task: T) => Promise<void>): Promise<void> {
  const waiting = tasks.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const task of waiting) await run(task);
    }),
  );
}
