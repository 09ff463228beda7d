import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
} from 'graphql';
import type { FieldPrice } from '../../access/cost/cost-by-field.ts';
import { largestVariables } from '../../access/cost/largest-variables.ts';
import { CostModel } from '../../access/cost/model.ts';
import { OperationPricer } from '../../access/cost/operation-pricer.ts';
import { contractSchema } from '../../access/documents/contract-schema.ts';
import type { SchemaContract } from '../../access/documents/contracts.ts';
import { Documents } from '../../access/documents/documents.ts';
import { type HiddenCoordinates, readHiddenCoordinates } from '../../access/documents/hidden-coordinates.ts';
import { readOnceFields } from '../../access/documents/root-fields.ts';
import { ownRules } from '../../access/documents/validation-rules.ts';
import type { GatewayConfig } from '../../config.ts';
import { operationAccess } from '../../engine/authorization/operation-access.ts';
import type { Grants } from '../../engine/authorization/requirements.ts';
import { mentionsDefer } from '../../engine/document/defer.ts';
import type { Planner } from '../../engine/planning/planner.ts';
import { createWorkerPlanner } from '../../engine/planning/worker-planner.ts';
import { Preparer } from '../../engine/prepare/preparer.ts';
import { free } from '../../engine/respond/field-costs.ts';
import { loadSupergraphModel, type SupergraphModel } from '../../engine/supergraph/model.ts';
import { fieldAt } from './field-at.ts';

/** The settings of a gateway on which an assessment depends. */
export type AssessmentSettings = Pick<GatewayConfig, 'limits' | 'introspection' | 'assumedListSize' | 'planTimeoutMs'>;

/** Entries of the longest page of any tier. */
const longestPage = 100;

export interface DocumentFault {
  /** Path of response keys to the field at fault; null if the fault is in no single field. */
  readonly field: string | null;
  readonly reason: string;
}

/** What one supergraph would do with a document. */
export type Assessment =
  | ({ readonly kind: 'faulty' } & DocumentFault)
  | {
      readonly kind: 'fine';
      /** Points of the dearest run of any operation of the document. */
      readonly maximum: number;
      readonly byField: readonly FieldPrice[];
      readonly document: DocumentNode;
    };

/** A supergraph that is loaded for assessments, and serves nothing. */
export class AssessedSupergraph {
  readonly #model: SupergraphModel;
  readonly #documents: Documents;
  readonly #createDocuments: (schema: GraphQLSchema) => Documents;
  readonly #hiddenFrom: HiddenCoordinates;
  /** Documents under the schemas of contracts, by what is hidden. */
  readonly #views = new Map<string, Documents>();
  readonly #pricer: OperationPricer;
  readonly #createPlanner: () => Planner;
  /** Undefined until the first document is planned. */
  #planner: Planner | undefined;
  readonly #everything: Grants;

  /**
   * @param createPlanner default: one in a worker thread
   * @throws when the text is no supergraph
   */
  constructor(
    supergraphSdl: string,
    settings: AssessmentSettings,
    createPlanner = (): Planner => createWorkerPlanner({ supergraphSdl, limitMs: settings.planTimeoutMs }),
  ) {
    const { limits } = settings;
    const supergraph = parse(supergraphSdl, { noLocation: true });
    this.#model = loadSupergraphModel(supergraphSdl);
    const costs = new CostModel(this.#model.apiSchema, supergraph, settings);
    this.#pricer = new OperationPricer(costs);
    this.#hiddenFrom = readHiddenCoordinates(supergraph, this.#model.requirements);
    this.#createDocuments = (schema) =>
      new Documents({
        schema,
        limits,
        rules: [...specifiedRules, ...ownRules(settings)],
        onceFields: readOnceFields(schema, supergraph),
      });
    this.#documents = this.#createDocuments(this.#model.apiSchema);
    this.#createPlanner = createPlanner;
    this.#everything = everyGrant(this.#model);
  }

  /** Validates and prices a document. */
  inspect(text: string): Assessment {
    const checked = this.#documents.inspect(text);
    if (checked.kind !== 'valid') return { kind: 'faulty', ...faultOf(text, checked) };
    const { document, operations } = checked;
    try {
      const dearest = operations
        .map((operation) => this.#priceOf(document, operation))
        .reduce((one, other) => (other.maximum > one.maximum ? other : one));
      return { kind: 'fine', ...dearest, document };
    } catch (error) {
      return faulty(error);
    }
  }

  /** Validates, prices and plans a document, for a client that may see everything. */
  async assess(text: string): Promise<Assessment> {
    const inspected = this.inspect(text);
    if (inspected.kind === 'faulty') return inspected;
    const { document } = inspected;
    const preparer = this.#preparer();
    try {
      for (const operation of document.definitions) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
        const request = { source: text, document, operationName: operation.name?.value };
        await preparer.planAhead(request, [this.#everything]);
        if (mentionsDefer(text)) await preparer.planAhead({ ...request, incremental: true }, [this.#everything]);
      }
      return inspected;
    } catch (error) {
      return faulty(error);
    }
  }

  /** What is wrong with a document for callers with this contract; undefined if nothing is. */
  faultUnder(contract: SchemaContract, text: string): DocumentFault | undefined {
    const hidden = this.#hiddenFrom(contract);
    if (hidden.length === 0) return undefined;
    const checked = this.#documentsWithout(hidden).inspect(text);
    return checked.kind === 'valid' ? undefined : faultOf(text, checked);
  }

  /** The fields of a valid document that a client may not see. */
  deniedFields(document: DocumentNode, grants: Grants): ReadonlySet<FieldNode> {
    const access = operationAccess([document], this.#model.apiSchema, this.#model.requirements);
    return access.denied(access.key(grants));
  }

  async close(): Promise<void> {
    await this.#planner?.close();
  }

  #documentsWithout(hidden: readonly string[]): Documents {
    const key = hidden.join(' ');
    const view = this.#views.get(key) ?? this.#createDocuments(contractSchema(this.#model.apiSchema, hidden));
    this.#views.set(key, view);
    return view;
  }

  #preparer(): Preparer {
    this.#planner ??= this.#createPlanner();
    return new Preparer({
      ...{ model: this.#model, planner: this.#planner, costsOf: () => free },
      ...{ maxOperations: 1, deniedMessage: () => '' },
    });
  }

  #priceOf(document: DocumentNode, operation: OperationDefinitionNode) {
    const variables = largestVariables(operation, longestPage, (given) =>
      this.#pricer.price(document, operation, given),
    );
    const maximum = this.#pricer.price(document, operation, variables);
    return { maximum, byField: this.#pricer.costByField(document, operation, variables) };
  }
}

function faultOf(text: string, checked: Exclude<ReturnType<Documents['inspect']>, { kind: 'valid' }>): DocumentFault {
  if (checked.kind === 'refused') return { field: null, reason: checked.error.message };
  const located = checked.errors.map(({ message, locations, extensions }): DocumentFault => {
    const [place] = locations ?? [];
    const isReadable = extensions.code === 'GRAPHQL_VALIDATION_FAILED';
    return { field: place && isReadable ? fieldAt(text, place) : null, reason: message };
  });
  // A type that is missing with its field is an error of a variable, too.
  const atField = located.find(({ field }) => field !== null);
  return atField ?? located[0] ?? { field: null, reason: 'The document is invalid.' };
}

function faulty(error: unknown): Assessment {
  return { kind: 'faulty', field: null, reason: error instanceof Error ? error.message : String(error) };
}

/** The grants of a client that may see every field. */
function everyGrant({ requirements }: SupergraphModel): Grants {
  const all = [...requirements.values()].flat();
  const named = (kind: 'scopes' | 'policies') =>
    new Set(all.flatMap((requirement) => (requirement.kind === kind ? requirement.anyOf.flat() : [])));
  return { authenticated: true, scopes: named('scopes'), policies: named('policies') };
}
