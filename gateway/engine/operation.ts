import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type DocumentNode, type FieldNode, getVariableValues, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { deniedPaths } from './authorization/denied-paths.ts';
import type { DeniedMessage, Requirement } from './authorization/requirements.ts';
import type { Place } from './compile/places.ts';
import { type Batch, compilePrograms, type Program } from './compile/program.ts';
import { conditionVariables } from './document/condition-variables.ts';
import type { Conditions } from './document/conditions.ts';
import { type Fragments, fragmentsByName } from './document/fragments.ts';
import { plannedKey } from './document/response-keys.ts';
import { selectFields } from './document/select-fields.ts';
import { locateVariables } from './document/variable-locations.ts';
import type { ErrorBehavior } from './error-behavior.ts';
import { type EngineError, type ErrorPath, RequestError } from './errors.ts';
import type { ErrorPlaces } from './execute/error-report.ts';
import { compileIncremental, type IncrementalVariant } from './incremental/compile.ts';
import type { DeferredFragment } from './incremental/labels.ts';
import { clientPaths } from './respond/client-path.ts';
import type { FieldCosts } from './respond/field-costs.ts';
import { leftOutPaths } from './respond/left-out.ts';
import { rootTypeOf, writerOptions } from './respond/operation-writers.ts';
import { compileWriter, type Repetition, type ValueWriter } from './respond/writer.ts';
import type { SupergraphModel } from './supergraph/model.ts';
import { coercible } from './values/coercible.ts';

const MAX_VARIABLE_ERRORS = 20;

/** An operation under known values of its conditions, ready to run. */
export interface Variant extends ErrorPlaces {
  readonly places: readonly Place[];
  readonly program: Program;
  /** A subscription's request to the subgraph that sends the events; `program` then runs once per event. */
  readonly event: Batch | undefined;
  readonly write: ValueWriter;
  /** Errors known before anything is fetched: fields that the client may not see, and fields that no subgraph can resolve. */
  readonly refusals: readonly EngineError[];
  /** The operation selects fields, but the planner found no fetch for any of them. */
  readonly isUnresolvable: boolean;
}

export interface PreparedParts {
  /** The document's text. */
  readonly source: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly plan: QueryPlan;
  readonly model: SupergraphModel;
  readonly denied: ReadonlySet<FieldNode>;
  /** The requirements of a denied field that the client does not satisfy. */
  readonly unsatisfied: (node: FieldNode) => readonly Requirement[];
  /** Makes the message of the error at each denied field. */
  readonly deniedMessage: DeniedMessage;
  readonly costs: FieldCosts;
  /** The deferred fragments, by the label that the plan has for them. */
  readonly deferred: ReadonlyMap<string, DeferredFragment> | undefined;
  /** How many variants are kept. Clients choose the values of conditions, so the number must be bounded. */
  readonly maxVariants: number;
  /** Called with the number of kept variants when it grows. */
  readonly onVariants: (count: number) => void;
}

/** One operation of one document, parsed and planned. It is compiled once for each combination of conditions. */
export class PreparedOperation {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly plan: QueryPlan;
  readonly model: SupergraphModel;
  readonly fragments: Fragments;
  /** Turns a path of the fetched data into a path of the client's response. */
  readonly clientPath: (path: ErrorPath) => ErrorPath;
  /** The key of a selected field in the fetched data. */
  readonly dataKey: (node: FieldNode) => string;
  /** Fields that the client may not see: null in the response, and not in the plan. */
  readonly denied: ReadonlySet<FieldNode>;
  readonly costs: FieldCosts;
  readonly #source: string;
  readonly #deniedMessage: DeniedMessage;
  readonly #unsatisfied: PreparedParts['unsatisfied'];
  readonly #deferred: ReadonlyMap<string, DeferredFragment>;
  readonly #conditionNames: readonly string[];
  readonly #variants: LRUCache<string, Variant>;
  readonly #incremental: LRUCache<string, IncrementalVariant>;
  readonly #onVariants: (count: number) => void;

  constructor(parts: PreparedParts) {
    const { source, document, definition, plan, model, denied, deniedMessage, deferred, maxVariants, onVariants } =
      parts;
    this.costs = parts.costs;
    this.#unsatisfied = parts.unsatisfied;
    this.#source = source;
    this.#deniedMessage = deniedMessage;
    this.#variants = new LRUCache({ max: maxVariants });
    this.#incremental = new LRUCache({ max: maxVariants });
    this.#onVariants = onVariants;
    this.document = document;
    this.definition = definition;
    this.plan = plan;
    this.model = model;
    this.denied = denied;
    this.fragments = fragmentsByName(document);
    this.dataKey = (node) => plannedKey(node, model.plannerNames);
    this.clientPath = clientPaths(definition.selectionSet, this.fragments, model.plannerNames);
    this.#deferred = deferred ?? new Map();
    this.#conditionNames = conditionVariables(document);
  }

  /**
   * Checks the client's variables and fills in defaults (specification: CoerceVariableValues).
   * @throws RequestError with BAD_USER_INPUT
   */
  coerceVariables(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const definitions = this.definition.variableDefinitions;
    if (!definitions || definitions.length === 0) return {};
    const { apiSchema } = this.model;
    const coerce = (values: Readonly<Record<string, unknown>>) =>
      getVariableValues(apiSchema, definitions, values, { maxErrors: MAX_VARIABLE_ERRORS });
    const result = coerce(given);
    const { coerced, errors } = result.errors ? coerce(coercible(apiSchema, definitions, given)) : result;
    if (!errors) return coerced;
    const locate = locateVariables(this.#source, this.definition.name?.value);
    throw new RequestError(
      errors.map((error): EngineError => {
        const locations = locate(error);
        const extensions = { code: 'BAD_USER_INPUT', retryable: false };
        return { message: error.message, ...(locations && { locations }), extensions };
      }),
    );
  }

  /** The variant for these variables and this error behavior; compiled when it is missing. */
  variantFor(variables: Readonly<Record<string, unknown>>, onError: ErrorBehavior = 'PROPAGATE'): Variant {
    return this.#compiled(this.#variants, variables, onError, (conditions, nullsInPlace) =>
      this.#compile(conditions, nullsInPlace),
    );
  }

  /** Like `variantFor`, for a response in parts. */
  incrementalVariantFor(
    variables: Readonly<Record<string, unknown>>,
    onError: ErrorBehavior = 'PROPAGATE',
  ): IncrementalVariant {
    return this.#compiled(this.#incremental, variables, onError, (conditions, nullsInPlace) =>
      compileIncremental(this, this.#deferred, conditions, nullsInPlace),
    );
  }

  /** The requests to subgraphs for these variables, in the order of the plan, those of deferred parts included. */
  batchesFor(variables: Readonly<Record<string, unknown>>, onError?: ErrorBehavior): readonly Batch[] {
    if (this.#deferred.size > 0) {
      const { primary, parts } = this.incrementalVariantFor(variables, onError);
      return [primary, ...parts.map(({ program }) => program)].flatMap(({ batches }) => batches);
    }
    const { event, program } = this.variantFor(variables, onError);
    return event ? [event, ...program.batches] : program.batches;
  }

  #compiled<V extends object>(
    variants: LRUCache<string, V>,
    variables: Readonly<Record<string, unknown>>,
    onError: ErrorBehavior,
    compile: (conditions: Conditions, nullsInPlace: boolean) => V,
  ): V {
    const nullsInPlace = onError === 'NULL';
    let key = nullsInPlace ? 'n' : '';
    for (const name of this.#conditionNames) key += variables[name] === true ? '1' : '0';
    let variant = variants.get(key);
    if (!variant) {
      const conditions = Object.fromEntries(this.#conditionNames.map((name) => [name, variables[name] === true]));
      variant = compile(conditions, nullsInPlace);
      const before = variants.size;
      variants.set(key, variant);
      if (variants.size > before) this.#onVariants(this.#variants.size + this.#incremental.size);
    }
    return variant;
  }

  #compile(conditions: Conditions, nullsInPlace: boolean): Variant {
    const rootType = rootTypeOf(this);
    const { programs, places, paths } = compilePrograms(
      listParts(this.plan.node),
      conditions,
      this.model,
      nullsInPlace,
    );
    const repetitions = new Map(paths.map((node) => [node.key, repetitionAt(places[node.id])]));
    const options = writerOptions(this, conditions, nullsInPlace);
    const sets = [this.definition.selectionSet];
    const write = compileWriter({ ...options, repetition: (path) => repetitions.get(path) ?? 'never' }, rootType, sets);
    const program = programs.at(-1)!;
    const event = programs.length > 1 ? programs[0]!.batches[0] : undefined;
    const planned = new Set(
      programs
        .flatMap(({ batches }) => batches)
        .flatMap(({ members }) => members.filter(({ at }) => !at.parent).flatMap(({ keys }) => keys)),
    );
    const unplanned = [...selectFields(options, rootType, sets)].flatMap(([key, nodes]) => {
      const node = nodes.find((candidate) => !this.denied.has(candidate));
      return !node || node.name.value.startsWith('__') || planned.has(this.dataKey(node)) ? [] : [key];
    });
    return {
      places,
      program,
      event,
      write,
      clientPath: this.clientPath,
      isLeftOut: leftOutPaths(this.definition.selectionSet, options, this.model.plannerNames),
      refusals: [...this.deniedErrors(), ...unplanned.map(unplannedError)],
      isUnresolvable: unplanned.length > 0 && programs.every(({ batches }) => batches.length === 0),
    };
  }

  /** The fields that the client may not see, and what it lacks. */
  deniedFields(): { readonly path: readonly string[]; readonly requirements: readonly Requirement[] }[] {
    return deniedPaths(this.definition.selectionSet, this.fragments, this.denied).map(({ path, node }) => ({
      path,
      requirements: this.#unsatisfied(node),
    }));
  }

  /** One error for each field that the client may not see. */
  deniedErrors(): EngineError[] {
    return this.deniedFields().map(({ path, requirements }) => ({
      message: this.#deniedMessage(requirements),
      path,
      extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', retryable: false },
    }));
  }
}

function repetitionAt(place: Place | undefined): Repetition {
  if (place?.contentKey) return 'always';
  return place?.sharesRepeats ? 'marked' : 'never';
}

/** The planner silently leaves out a field that no subgraph can resolve. The client gets this error for it. */
function unplannedError(key: string): EngineError {
  const message = `No subgraph can resolve "${key}" as it is selected here`;
  return { message, path: [key], extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false } };
}

/** A query or mutation has one part. A subscription has two: the source of its events, and the fetches for each event. */
function listParts(node: PlanNode | SubscriptionNode | undefined): (PlanNode | undefined)[] {
  return node?.kind === 'Subscription' ? [node.primary, node.rest] : [node];
}
