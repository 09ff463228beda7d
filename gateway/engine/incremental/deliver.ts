import type { EngineError, ErrorPath } from '../errors.ts';
import { Execution, type ExecutionContext } from '../execute/execution.ts';
import type { ResponseTree } from '../execute/response-tree.ts';
import { completeData } from '../respond/complete.ts';
import type { CompiledPart, IncrementalVariant } from './compile.ts';
import { objectsAt } from './objects-at.ts';
import type { DeferredPart } from './parts.ts';

/** What belongs to one request. */
export interface Delivery {
  readonly variables: Variables;
  readonly context: ExecutionContext;
  /** The client's path for a path of the fetched data. */
  readonly clientPath: (path: ErrorPath) => ErrorPath;
  /** Makes errors ready for the client. */
  readonly finish: (errors: readonly EngineError[]) => readonly EngineError[];
}
type Variables = Readonly<Record<string, unknown>>;

/**
 * Runs an operation in parts: the initial response, then every deferred part as soon as its data is there. Each payload
 * is the JSON text of the incremental delivery format of 2022 (`{data, errors?, hasNext}`, then `{incremental, hasNext}`).
 */
export async function* deliver(variant: IncrementalVariant, delivery: Delivery): AsyncGenerator<string> {
  const { variables, context, clientPath, finish } = delivery;
  const execution = new Execution(variant.places, context);
  const { tree } = execution;
  await execution.run(variant.primary);
  const failed = execution.errors.isEmpty ? [] : execution.errors.report(tree.root, clientPath);
  const known = [...variant.refusals, ...failed];
  const fetched = { object: tree.root, isUnescaped: tree.isUnescaped };
  const { data, errors } = completeData(variant.writePrimary, fetched, variables, known);
  const told = finish(errors);
  const failures = told.length > 0 ? `"errors":${JSON.stringify(told)},` : '';
  // Nothing can be added to a response without data.
  const parts = data === 'null' ? [] : variant.parts;
  const more = variant.parts.length > 0 ? `,"hasNext":${parts.length > 0}` : '';
  yield `{${failures}"data":${data}${more}}`;

  const running = new Map<DeferredPart, Promise<{ part: DeferredPart; entries: string[] }>>();
  const start = (compiled: CompiledPart) => {
    const { part } = compiled;
    const finished = runPart(compiled, variant, tree, delivery).then((entries) => ({ part, entries }));
    running.set(part, finished);
  };
  for (const compiled of parts) if (!compiled.part.after) start(compiled);
  while (running.size > 0) {
    const { part, entries } = await Promise.race(running.values());
    running.delete(part);
    for (const compiled of parts) if (compiled.part.after === part) start(compiled);
    const hasNext = running.size > 0;
    if (entries.length > 0) yield `{"incremental":[${entries.join(',')}],"hasNext":${hasNext}}`;
    else if (!hasNext) yield '{"hasNext":false}';
  }
}

/** Fetches a part and writes one entry for each object it adds to. */
async function runPart(
  { path: partPath, label, program, write }: CompiledPart,
  { places }: IncrementalVariant,
  tree: ResponseTree,
  { variables, context, clientPath, finish }: Delivery,
): Promise<string[]> {
  const execution = new Execution(places, context, tree);
  await execution.run(program);
  if (!write) return [];
  const failures = execution.errors.isEmpty ? [] : execution.errors.report(tree.root, clientPath);
  const entries: string[] = [];
  for (const { path: dataPath, object } of objectsAt(tree.root, partPath, context.satisfies)) {
    const path = clientPath(dataPath);
    const below = failures.filter((error) => isBelow(error, path));
    const relative = below.map((error) => ({ ...error, path: error.path?.slice(path.length) }));
    const { data, errors } = completeData(write, { object, isUnescaped: tree.isUnescaped }, variables, relative);
    if (data === '{}' && errors.length === 0) continue;
    const told = finish(errors.map((error) => ({ ...error, path: [...path, ...(error.path ?? [])] })));
    const named = label === undefined ? '' : `"label":${JSON.stringify(label)},`;
    const failed = told.length > 0 ? `,"errors":${JSON.stringify(told)}` : '';
    entries.push(`{${named}"path":${JSON.stringify(path)},"data":${data}${failed}}`);
  }
  return entries;
}

function isBelow({ path: at = [] }: EngineError, path: readonly (string | number)[]): boolean {
  return path.every((key, index) => at[index] === key);
}
