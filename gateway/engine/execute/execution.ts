import type { ContextReader } from '../compile/context-values.ts';
import type { Place } from '../compile/places.ts';
import type { Batch, BatchMember, Program } from '../compile/program.ts';
import type { ErrorReport } from '../errors.ts';
import {
  type ErrorPolicy,
  type RequestScope,
  type SubgraphResult,
  type SubgraphTransport,
  UNESCAPED,
} from '../ports.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { isObject, type Owned } from '../values/own.ts';
import { findAncestors } from './ancestors.ts';
import { ErrorLog } from './error-log.ts';
import type { ErrorPlaces } from './error-report.ts';
import type { FetchTimings } from './fetch-timings.ts';
import type { MemberRequest } from './member-request.ts';
import { rewriteOutput } from './output-rewrites.ts';
import { ResponseTree } from './response-tree.ts';

export interface ExecutionContext {
  readonly transport: SubgraphTransport;
  readonly satisfies: SupergraphModel['satisfies'];
  readonly scope: RequestScope;
  readonly errorPolicy: ErrorPolicy;
  /** The JSON text of a client variable; undefined when the client didn't send it. */
  readonly clientVariable: (name: string) => string | undefined;
  readonly timings: FetchTimings;
}

/** The representations of one slot: their JSON texts, and the index of each text. */
interface SlotRequest {
  readonly indexes: Map<string, number>;
  readonly texts: string[];
}

/**
 * One run over a response tree, with the errors of that run. Each delivery of `@defer` is a separate run over the same
 * tree. The `rest` of a subscription runs over a received event.
 */
export class Execution {
  readonly tree: ResponseTree;
  readonly errors: ErrorLog;
  readonly #context: ExecutionContext;

  /** @param tree the response tree of an earlier execution, to which this one adds */
  constructor(places: readonly Place[], context: ExecutionContext, tree = new ResponseTree(places)) {
    this.tree = tree;
    this.#context = context;
    this.errors = new ErrorLog(context.errorPolicy, context.scope.requestId);
  }

  /** Resolves when every fetch of the program is merged or has failed. Failures are in `errors`. */
  run(program: Program): Promise<void> {
    const { batches } = program;
    if (batches.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiting = batches.map((batch) => batch.waitsFor);
      let unfinished = batches.length;
      const ready = batches.filter((batch) => batch.waitsFor === 0);

      const finish = (batch: Batch): void => {
        unfinished--;
        for (const id of batch.next) {
          waiting[id]!--;
          if (waiting[id] === 0) ready.push(batches[id]!);
        }
      };
      const settle = (finished?: Batch): void => {
        try {
          if (finished) finish(finished);
          for (let batch = ready.pop(); batch; batch = ready.pop()) start(batch);
          if (unfinished === 0) resolve();
        } catch (error) {
          reject(error);
        }
      };
      const start = (batch: Batch): void => {
        const merged = this.#send(batch);
        if (merged) merged.then(() => settle(batch), reject);
        else finish(batch);
      };
      settle();
    });
  }

  /** The errors of this run, with their paths in the client's response. */
  report(places: ErrorPlaces): ErrorReport {
    return this.errors.report(this.tree.root, places, this.#context.scope.onError === 'NULL');
  }

  /** Merges an event of a subscription. @param batch the subscription's source of events */
  receive(batch: Batch, result: SubgraphResult): void {
    const members = batch.members.map((member) => ({ member, targets: [this.tree.root], entityOf: [] }));
    this.#receive(batch, members, [], result);
  }

  /** Sends a batch and merges its result; undefined when there is nothing to fetch. */
  #send(batch: Batch): Promise<unknown> | undefined {
    if (this.#context.scope.signal?.aborted) return undefined;
    const [first] = batch.members;
    if (first!.context) return this.#sendByContext(batch, first!, first!.context);
    return this.#fetch(batch, (member) => this.tree.targetsAt(member.at.id), this.#context.clientVariable);
  }

  /** Sends a separate request for each group of targets with equal context values. */
  #sendByContext(batch: Batch, member: BatchMember, read: ContextReader): Promise<unknown> | undefined {
    // The search for targets copies them into the tree, so the search for their ancestors must come after it.
    const targets = this.tree.targetsAt(member.at.id);
    const ancestors = findAncestors(this.tree.root, member.at);
    const groups = new Map<string, { values: ReadonlyMap<string, string>; targets: Owned[] }>();
    for (const target of targets) {
      const values = read(ancestors.get(target) ?? []);
      const key = JSON.stringify([...values]);
      const group = groups.get(key);
      if (group) group.targets.push(target);
      else groups.set(key, { values, targets: [target] });
    }
    const { clientVariable } = this.#context;
    const requests = [...groups.values()].flatMap(({ values, targets }) => {
      const variable = (name: string): string | undefined => values.get(name) ?? clientVariable(name);
      return this.#fetch(batch, () => targets, variable) ?? [];
    });
    return requests.length > 0 ? Promise.all(requests) : undefined;
  }

  #fetch(
    batch: Batch,
    targetsOf: (member: BatchMember) => readonly Owned[],
    variable: (name: string) => string | undefined,
  ): Promise<void> | undefined {
    const slots = batch.slots.map((): SlotRequest => ({ indexes: new Map(), texts: [] }));
    const members = batch.members.map((member) => collect(member, targetsOf(member), slots));
    for (const request of members) if (request.member.representation) this.errors.addUnsent(request);
    if (slots.length > 0 ? slots.every(({ texts }) => texts.length === 0) : members[0]!.targets.length === 0) {
      return undefined;
    }
    const representations = slots.map(({ texts }) => texts.join(','));
    const body = batch.body.write(representations, variable);
    const request = { subgraph: batch.subgraph, kind: batch.kind, body };
    const { transport, scope, timings } = this.#context;
    const startedAt = performance.now();
    return transport.fetch(request, scope).then(
      (result) => {
        timings.note(batch, performance.now() - startedAt);
        this.#receive(batch, members, slots, result);
      },
      (failure: unknown) => this.errors.addFailure(batch, members, failure),
    );
  }

  #receive(
    batch: Batch,
    members: readonly MemberRequest[],
    slots: readonly SlotRequest[],
    result: SubgraphResult,
  ): void {
    if (result.errors?.length) this.errors.addSubgraphErrors(batch, members, result);
    const { data } = result;
    if (!result[UNESCAPED]) this.tree.isUnescaped = false;
    if (!isObject(data)) {
      if (!result.errors?.length) this.errors.addMalformed(batch, members, 'it has neither data nor errors');
      return;
    }
    for (const request of members) {
      if (batch.slots.length === 0) this.#mergeRoot(request, data);
      else this.#mergeEntities(batch, request, data, slots);
      this.tree.touch(request.member.reaches);
    }
  }

  #mergeRoot({ member, targets }: MemberRequest, data: Record<string, unknown>): void {
    const source = this.#rewritten(member, data);
    if (!isObject(source)) return;
    for (const target of targets) member.merge(target, source);
  }

  #mergeEntities(
    batch: Batch,
    request: MemberRequest,
    data: Record<string, unknown>,
    slots: readonly SlotRequest[],
  ): void {
    const { member, targets, entityOf } = request;
    const expected = slots[member.slot]!.texts.length;
    if (expected === 0) return;
    const entities = data[batch.slots[member.slot]!.alias];
    if (!Array.isArray(entities) || entities.length !== expected) {
      // A null list comes with an error from the subgraph, which is more specific.
      if (entities !== null) {
        this.errors.addMalformed(batch, [request], `_entities is not a list of ${expected}`);
      }
      return;
    }
    const sources = member.outputRewrites.length > 0 ? entities.map((e) => this.#rewritten(member, e)) : entities;
    for (let index = 0; index < targets.length; index++) {
      const source = sources[entityOf[index]!];
      if (isObject(source)) member.merge(targets[index]!, source);
    }
  }

  #rewritten(member: BatchMember, value: unknown): unknown {
    if (member.outputRewrites.length === 0) return value;
    return rewriteOutput(value, member.outputRewrites, this.#context.satisfies);
  }
}

/** Adds the representations of a member's targets to its slot, each distinct one once. */
function collect(member: BatchMember, targets: readonly Owned[], slots: readonly SlotRequest[]): MemberRequest {
  const { representation } = member;
  if (!representation) return { member, targets, entityOf: [] };
  const { indexes, texts } = slots[member.slot]!;
  const entityOf = targets.map((target) => {
    const text = representation(target);
    if (text === null) return -1;
    const known = indexes.get(text);
    if (known !== undefined) return known;
    indexes.set(text, texts.length);
    return texts.push(text) - 1;
  });
  return { member, targets, entityOf };
}
