import type { ContextReader } from '../compile/context-values.ts';
import type { Place } from '../compile/places.ts';
import type { Batch, BatchMember, Program } from '../compile/program.ts';
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
import type { MemberRequest } from './member-request.ts';
import { rewriteOutput } from './output-rewrites.ts';
import { ResponseTree } from './response-tree.ts';

export interface ExecutionContext {
  readonly transport: SubgraphTransport;
  readonly satisfies: SupergraphModel['satisfies'];
  readonly scope: RequestScope;
  readonly errorPolicy: ErrorPolicy;
  /** JSON text of a client variable; undefined when the client didn't give it. */
  readonly clientVariable: (name: string) => string | undefined;
}

/** One representation list of a request under way, and who waits for which of its entries. */
interface SlotRequest {
  readonly indexes: Map<string, number>;
  readonly texts: string[];
}

/**
 * One run over one response, with the errors of that run. The deliveries of `@defer` are runs of their own over one
 * tree; the `rest` of a subscription runs over an event that was received.
 */
export class Execution {
  readonly tree: ResponseTree;
  readonly errors: ErrorLog;
  readonly #context: ExecutionContext;

  /** @param tree the response to add to, where another execution began it */
  constructor(places: readonly Place[], context: ExecutionContext, tree = new ResponseTree(places)) {
    this.tree = tree;
    this.#context = context;
    this.errors = new ErrorLog(context.errorPolicy, context.scope.requestId);
  }

  /** Resolves when every fetch of the program has been merged or has failed; failures are in `errors`. */
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
        const answer = this.#send(batch);
        if (answer) answer.then(() => settle(batch), reject);
        else finish(batch);
      };
      settle();
    });
  }

  /** Merges an answer that came by itself: an event of the subscription whose source `batch` is. */
  receive(batch: Batch, result: SubgraphResult): void {
    const members = batch.members.map((member) => ({ member, targets: [this.tree.root], entityOf: [] }));
    this.#receive(batch, members, [], result);
  }

  /** Sends a batch and merges its answer; undefined when there is nothing to ask for. */
  #send(batch: Batch): Promise<unknown> | undefined {
    if (this.#context.scope.signal?.aborted) return undefined;
    const [first] = batch.members;
    if (first!.context) return this.#sendByContext(batch, first!, first!.context);
    return this.#ask(batch, (member) => this.tree.targetsAt(member.at.id), this.#context.clientVariable);
  }

  /** Targets that lie in different contexts are asked for apart. */
  #sendByContext(batch: Batch, member: BatchMember, read: ContextReader): Promise<unknown> | undefined {
    // Finding the targets copies them into the tree, so their ancestors are looked for afterwards.
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
    const answers = [...groups.values()].flatMap(({ values, targets }) => {
      const variable = (name: string): string | undefined => values.get(name) ?? clientVariable(name);
      return this.#ask(batch, () => targets, variable) ?? [];
    });
    return answers.length > 0 ? Promise.all(answers) : undefined;
  }

  #ask(
    batch: Batch,
    targetsOf: (member: BatchMember) => readonly Owned[],
    variable: (name: string) => string | undefined,
  ): Promise<void> | undefined {
    const slots = batch.slots.map((): SlotRequest => ({ indexes: new Map(), texts: [] }));
    const members = batch.members.map((member) => collect(member, targetsOf(member), slots));
    if (slots.length > 0 ? slots.every(({ texts }) => texts.length === 0) : members[0]!.targets.length === 0) {
      return undefined;
    }
    const representations = slots.map(({ texts }) => texts.join(','));
    const body = batch.body.write(representations, variable);
    const request = { subgraph: batch.subgraph, kind: batch.kind, body };
    return this.#context.transport.fetch(request, this.#context.scope).then(
      (result) => this.#receive(batch, members, slots, result),
      (failure: unknown) => this.errors.addFailure(batch, members, failure),
    );
  }

  #receive(
    batch: Batch,
    members: readonly MemberRequest[],
    slots: readonly SlotRequest[],
    result: SubgraphResult,
  ): void {
    if (result.errors?.length) {
      for (const error of result.errors) this.errors.addSubgraphError(batch, members, error);
    }
    const { data } = result;
    if (!result[UNESCAPED]) this.tree.isUnescaped = false;
    if (!isObject(data)) {
      if (!result.errors?.length) this.errors.addMalformed(batch, members, 'neither data nor errors');
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
      // A null list comes with an error of its own, which says more.
      if (entities !== null) {
        this.errors.addMalformed(batch, [request], `expected _entities to be a list of ${expected}`);
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

/** Puts the representations of a member's targets, each once, into its slot. */
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
