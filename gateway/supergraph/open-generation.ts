import { setTimeout as delay } from 'node:timers/promises';
import type { Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse, specifiedRules } from 'graphql';
import type { Log } from '#shared/runtime/log.ts';
import { readRateLimitFields } from '../access/budget/rate-limit-fields.ts';
import { fieldCosts } from '../access/cost/field-costs.ts';
import { CostModel } from '../access/cost/model.ts';
import { OperationPricer } from '../access/cost/operation-pricer.ts';
import { PageSizes } from '../access/cost/page-sizes.ts';
import { Documents, type OnDocumentWork } from '../access/documents/documents.ts';
import { type HiddenCoordinates, readHiddenCoordinates } from '../access/documents/hidden-coordinates.ts';
import { readOnceTraits } from '../access/documents/once-traits.ts';
import { PackedDocuments } from '../access/documents/packed-documents.ts';
import { readOnceFields, readTaggedFields } from '../access/documents/root-fields.ts';
import { readTaggedCoordinates } from '../access/documents/tagged-coordinates.ts';
import { readTaggedInputs } from '../access/documents/tagged-inputs.ts';
import type { TrustedDocuments } from '../access/documents/trusted-documents.ts';
import { ownRules } from '../access/documents/validation-rules.ts';
import type { GatewayConfig } from '../config.ts';
import { describeRequirement } from '../engine/authorization/describe-requirement.ts';
import { type DeniedMessage, readRequirements } from '../engine/authorization/requirements.ts';
import { Engine } from '../engine/engine.ts';
import { KeptPlans } from '../engine/planning/kept-plans.ts';
import { createWorkerPlanner } from '../engine/planning/worker-planner.ts';
import type { ErrorPolicy, SubgraphTransport } from '../engine/ports.ts';
import { loadSupergraphModel, parseSupergraph } from '../engine/supergraph/model.ts';
import { type AudienceViews, audienceViews, oneView } from './audience-views.ts';
import { DocumentPreparation, type DocumentPreparationOptions } from './document-preparation.ts';
import { countUses, type Generation } from './generation.ts';
import { kindsOfClient } from './kinds-of-client.ts';
import { servableCopy } from './servable-copy.ts';
import { type PlanStore, StoredPlans } from './stored-plans.ts';
import { resolveAddresses } from './subgraph-addresses.ts';

export interface GenerationOptions {
  readonly config: GatewayConfig;
  readonly transport: SubgraphTransport;
  readonly errorPolicy: ErrorPolicy;
  readonly trusted: TrustedDocuments;
  /** Plans that gateways share; undefined in front of a graph without our access subgraph. */
  readonly plans?: PlanStore | undefined;
  readonly log: Log;
  readonly onDocumentWork?: OnDocumentWork;
  /** Called for each trusted document that the supergraph cannot serve. */
  readonly onUnservable: DocumentPreparationOptions['onUnservable'];
}

/** Makes the message at a field that the client may not see, by the kind of access; undefined for that of the engine. */
const deniedMessages: Readonly<Record<GatewayConfig['access']['kind'], DeniedMessage | undefined>> = {
  // People and programs share plans, and so the message.
  freight: (unsatisfied) =>
    `Unauthorized field or type. ${unsatisfied.map(describeRequirement).join(' ')} Sign in (mutation signIn) as an account that may see it, or send an API key that may.`,
  open: undefined,
};

/** Operations of the previous generation that are planned again before a new generation is used. */
const warmedOperations = 100;
/** Milliseconds after which the new generation is used, even if not all of them have been planned. */
const warmingMs = 15_000;

/**
 * Builds schema and planner of a supergraph, and plans recent operations, before a request uses it.
 * @throws when the text is no supergraph, or when the planner rejects it
 */
export async function openGeneration(
  supergraphSdl: string,
  options: GenerationOptions,
  previous: Generation | undefined,
): Promise<Generation> {
  const { config, transport, errorPolicy, onDocumentWork, plans, log } = options;
  const subgraphs = resolveAddresses(supergraphSdl, config.subgraphUrls);
  if (config.engine === 'apollo') {
    const composed = checkForApollo(supergraphSdl);
    const supergraph = parse(supergraphSdl, { noLocation: true });
    const costs = new CostModel(composed.apiSchema().toGraphQLJSSchema(), supergraph, config);
    const hiddenFrom = readHiddenCoordinates(supergraph, readRequirements(composed, supergraph));
    const checks = checksFor({ costs, supergraph, hiddenFrom }, options);
    const preparation = prepare(checks.views, options);
    const uses = countUses(async () => preparation.stop());
    return { supergraphSdl, subgraphs, ...checks, engine: undefined, preparation, ...uses };
  }
  const model = loadSupergraphModel(supergraphSdl);
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const costs = new CostModel(model.apiSchema, supergraph, config);
  const worker = createWorkerPlanner({ supergraphSdl, limitMs: config.planTimeoutMs });
  const kept = new KeptPlans(worker, {
    onPlanned: ({ isAhead }) => onDocumentWork?.('planned', isAhead ? 'ahead' : 'request'),
    onMadeAhead: (plan) => stored?.note(plan),
  });
  const stored = plans && new StoredPlans({ store: plans, supergraphSdl, restore: (plan) => kept.restore(plan), log });
  const engine = new Engine({
    model,
    planner: kept,
    transport,
    errorPolicy,
    deniedMessage: deniedMessages[config.access.kind],
    costsOf: (operation) => fieldCosts(costs, operation),
  });
  try {
    await worker.ready;
    const hiddenFrom = readHiddenCoordinates(supergraph, model.requirements);
    const checks = checksFor({ costs, supergraph, hiddenFrom }, options);
    await warm(engine, checks.views, previous);
    const preparation = prepare(checks.views, options, engine, stored);
    const uses = countUses(() => {
      preparation.stop();
      return engine.close();
    });
    return { supergraphSdl, subgraphs, ...checks, engine, preparation, ...uses };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

interface SupergraphParts {
  readonly costs: CostModel;
  readonly supergraph: DocumentNode;
  readonly hiddenFrom: HiddenCoordinates;
}

/** Creates the checks that every operation passes before it is executed. */
function checksFor(
  { costs, supergraph, hiddenFrom }: SupergraphParts,
  { config, onDocumentWork }: GenerationOptions,
): Pick<
  Generation,
  | 'documents'
  | 'views'
  | 'pricer'
  | 'pageSizes'
  | 'onceTraits'
  | 'appraisingFields'
  | 'asksForRateLimit'
  | 'signedFields'
  | 'stepUpFields'
  | 'staffNetworkElements'
  | 'staffNetworkForOthers'
  | 'staffNetworkInputs'
  | 'enrolmentFields'
> {
  const { schema } = costs;
  const rules = [...specifiedRules, ...ownRules(config)];
  const onceFields = readOnceFields(schema, supergraph);
  const { limits, access } = config;
  const shared = { limits, rules, onceFields, onWork: onDocumentWork, packed: new PackedDocuments() };
  const createDocuments = (seen: GraphQLSchema) => new Documents({ ...shared, schema: seen });
  const documents = createDocuments(schema);
  const tagged = readTaggedCoordinates(supergraph);
  return {
    documents,
    views: access.kind === 'freight' ? audienceViews({ documents, hiddenFrom, createDocuments }) : oneView(documents),
    pricer: new OperationPricer(costs),
    pageSizes: new PageSizes(costs),
    onceTraits: readOnceTraits(schema, supergraph),
    appraisingFields: readTaggedFields(schema, supergraph, 'appraises-documents'),
    asksForRateLimit: readRateLimitFields(supergraph),
    signedFields: readTaggedFields(schema, supergraph, 'signed'),
    stepUpFields: readTaggedFields(schema, supergraph, 'step-up'),
    staffNetworkElements: tagged.get('staff-network') ?? new Set(),
    staffNetworkForOthers: {
      fields: tagged.get('staff-network-for-others') ?? new Set(),
      own: tagged.get('own-account') ?? new Set(),
    },
    staffNetworkInputs: readTaggedInputs(schema, supergraph, 'staff-network'),
    enrolmentFields: readTaggedFields(schema, supergraph, 'while-enrolling'),
  };
}

/** Begins to prepare every trusted document, beside the requests. */
function prepare(
  views: AudienceViews,
  { config, trusted, onUnservable }: GenerationOptions,
  engine?: Engine,
  plans?: StoredPlans,
): DocumentPreparation {
  const preparation = new DocumentPreparation({
    ...{ trusted, views, engine, plans, onUnservable },
    clients: kindsOfClient(config).map(({ grants }) => grants),
  });
  preparation.add(trusted.all());
  return preparation;
}

/** Builds schema and planner as @apollo/gateway will, so that an error occurs before its running state changes. */
function checkForApollo(supergraphSdl: string): Supergraph {
  const supergraph = parseSupergraph(servableCopy(supergraphSdl));
  new QueryPlanner(supergraph);
  return supergraph;
}

/** Plans recently used operations, so that a reload does not cause a rush of planning. Skips operations whose planning failed before. */
async function warm(engine: Engine, views: AudienceViews, previous: Generation | undefined): Promise<void> {
  const requests = (previous?.engine?.recentlyPlanned(warmedOperations) ?? []).flatMap((request) => {
    const { documents, schema: view } = views.named(request.view?.name);
    const checked = documents.check(request.source);
    return checked.kind === 'valid' ? [{ ...request, document: checked.document, view }] : [];
  });
  const timeout = new AbortController();
  try {
    await Promise.race([engine.warm(requests), delay(warmingMs, undefined, { signal: timeout.signal, ref: false })]);
  } finally {
    timeout.abort();
  }
}
