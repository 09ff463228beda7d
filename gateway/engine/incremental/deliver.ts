import type { EngineError } from '../errors.ts';
import { Execution, type ExecutionContext } from '../execute/execution.ts';
import type { ResponseTree } from '../execute/response-tree.ts';
import { completeData } from '../respond/complete.ts';
import type { CompiledPart, IncrementalVariant } from './compile.ts';
import { type Addition, type IncrementalFormat, type PendingObject, payloadWriters } from './formats.ts';
import { objectsAt } from './objects-at.ts';
import type { DeferredPart } from './parts.ts';
import { PendingObjects } from './pending-objects.ts';

/** The inputs of one request. */
export interface Delivery {
  readonly variables: Variables;
  readonly context: ExecutionContext;
  /** Prepares errors for the client. */
  readonly finish: (errors: readonly EngineError[]) => readonly EngineError[];
  /** Called with the cost of each object as soon as it is written. */
  readonly onCost: (cost: number) => void;
}
type Variables = Readonly<Record<string, unknown>>;

/**
 * Runs an operation in parts. Yields the initial response, then each deferred part as soon as its data is fetched. Each
 * payload is a JSON text in the format that the client requested.
 */
export async function* deliver(
  variant: IncrementalVariant,
  delivery: Delivery,
  format: IncrementalFormat,
): AsyncGenerator<string> {
  const { variables, context, finish } = delivery;
  const writer = payloadWriters[format];
  const execution = new Execution(variant.places, context);
  const { tree } = execution;
  await execution.run(variant.primary);
  const report = execution.report(variant);
  const known = { ...report, errors: [...variant.refusals, ...report.errors] };
  const fetched = { object: tree.root, isUnescaped: tree.isUnescaped };
  const { data, errors, cost } = completeData(variant.writePrimary, fetched, variables, known);
  delivery.onCost(cost);
  // Nothing can be added to a response without data.
  const parts = data === 'null' ? [] : variant.parts;
  const objects = new PendingObjects();
  const partsAfter = (done: DeferredPart | undefined) => parts.filter(({ part }) => part.after === done);
  const announce = (begun: readonly CompiledPart[]) =>
    writer.announces ? begun.flatMap((compiled) => findPendingObjects(compiled, variant, tree, delivery, objects)) : [];

  const first = partsAfter(undefined);
  const hasNext = variant.parts.length > 0 ? parts.length > 0 : undefined;
  yield writer.writeInitial({ data, errors: finish(errors), pending: announce(first), hasNext });

  const running = new Map<DeferredPart, Promise<{ part: DeferredPart; additions: Addition[] }>>();
  const start = (compiled: CompiledPart) => {
    const { part } = compiled;
    const finished = runPart(compiled, variant, tree, delivery, objects).then((additions) => ({ part, additions }));
    running.set(part, finished);
  };
  for (const compiled of first) start(compiled);
  while (running.size > 0) {
    const { part, additions } = await Promise.race(running.values());
    running.delete(part);
    const next = partsAfter(part);
    const pending = announce(next);
    for (const compiled of next) start(compiled);
    const payload = writer.writeLater({ additions, pending, hasNext: running.size > 0 });
    if (payload !== undefined) yield payload;
  }
}

/** The objects that a part will add to. */
function findPendingObjects(
  compiled: CompiledPart,
  { clientPath }: IncrementalVariant,
  tree: ResponseTree,
  { context }: Delivery,
  objects: PendingObjects,
): PendingObject[] {
  if (!compiled.write) return [];
  return objectsAt(tree.root, compiled.path, context.satisfies).map(({ path }) =>
    objects.at(compiled, clientPath(path)),
  );
}

/** Fetches a part and writes its addition to each object. */
async function runPart(
  compiled: CompiledPart,
  variant: IncrementalVariant,
  tree: ResponseTree,
  { variables, context, finish, onCost }: Delivery,
  objects: PendingObjects,
): Promise<Addition[]> {
  const { path: partPath, program, write } = compiled;
  const execution = new Execution(variant.places, context, tree);
  await execution.run(program);
  if (!write) return [];
  const report = execution.report(variant);
  return objectsAt(tree.root, partPath, context.satisfies).map(({ path: dataPath, object }): Addition => {
    const path = variant.clientPath(dataPath);
    const below = report.errors.filter((error) => isBelow(error, path));
    const relative = below.map((error) => ({ ...error, path: error.path?.slice(path.length) }));
    const known = { ...report, errors: relative };
    const fetched = { object, isUnescaped: tree.isUnescaped };
    const { data, errors, cost } = completeData(write, fetched, variables, known, path);
    onCost(cost);
    const reported = finish(errors.map((error) => ({ ...error, path: [...path, ...(error.path ?? [])] })));
    return { object: objects.at(compiled, path), data, errors: reported };
  });
}

function isBelow({ path: at = [] }: EngineError, path: readonly (string | number)[]): boolean {
  return path.every((key, index) => at[index] === key);
}
