import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type GraphQLSchema, isAbstractType, isObjectType, parse, type SelectionSetNode } from 'graphql';
import { type RequirementsByCoordinate, readRequirements } from '../authorization/requirements.ts';
import { type Answering, readAnswering } from './answering.ts';
import { withComposedDirectives } from './composed-directives.ts';
import { correctSupergraph } from './corrections.ts';
import { type HiddenNames, hiddenNames } from './hidden-names.ts';
import { readInterfaceObjects } from './interface-objects.ts';
import { type LabelledOverride, readOverrides } from './overrides.ts';
import { planSelections, restoreRequired } from './required-selections.ts';
import { addServiceField } from './service-field.ts';

/** The two faces of a supergraph: what clients may see, and what the subgraphs exchange. */
export interface SupergraphModel {
  readonly supergraphSdl: string;
  /** The schema clients see: without join directives and inaccessible elements. */
  readonly apiSchema: GraphQLSchema;
  readonly subgraphNames: readonly string[];
  /** What `@authenticated`, `@requiresScopes` and `@policy` demand. */
  readonly requirements: RequirementsByCoordinate;
  /** Labels of `@override(label:)`. */
  readonly overrides: readonly LabelledOverride[];
  /** What fields with `@requires` need, by `subgraph/Type.field`. */
  readonly requiredBy: ReadonlyMap<string, readonly QueryPlanSelectionNode[]>;
  /** The keys of a type in a subgraph, by `subgraph/Type`. */
  readonly keysOf: ReadonlyMap<string, readonly (readonly QueryPlanSelectionNode[])[]>;
  /** Interfaces that some subgraph knows as an object (`@interfaceObject`). */
  readonly interfaceObjects: ReadonlySet<string>;
  /** The subgraphs that answer a field, by `Type.field`. */
  readonly answering: Answering;
  /** Names the planner fetches for itself, which no client's alias may overwrite. */
  readonly plannerNames: ReadonlySet<string>;
  /** Directives that clients may write and no subgraph is sent: see `withComposedDirectives`. */
  readonly withheldDirectives: ReadonlySet<string>;
  /** Enum values and object types that subgraphs may answer with and clients don't see. */
  readonly hiddenNames: HiddenNames;
  /** Whether an object whose `__typename` is `typename` satisfies `... on condition`, inaccessible types included. */
  readonly satisfies: (typename: string, condition: string) => boolean;
}

/** The planner knows connectors as well; nothing here speaks to a REST service. */
const supportedFeatures = new Set(
  [...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((url) => !url.includes('/connect/')),
);

/** Everything `@apollo/query-planner` can plan for; more than `@apollo/gateway` admits. */
export function parseSupergraph(supergraphSdl: string): Supergraph {
  return Supergraph.build(supergraphSdl, {
    supportedFeatures,
    validateSupergraph: false,
  });
}

/**
 * Reads a composed supergraph.
 * @throws GraphQLError when the SDL isn't a supergraph or links a feature nobody here understands.
 */
export function loadSupergraphModel(supergraphSdl: string): SupergraphModel {
  const supergraph = parseSupergraph(supergraphSdl);
  const fullSchema = supergraph.schema.toGraphQLJSSchema();
  const document = parse(supergraphSdl, { noLocation: true });
  const plainSchema = supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true });
  const { schema: apiSchema, names: withheldDirectives } = withComposedDirectives(plainSchema, document);
  addServiceField(apiSchema);
  const subgraphNames = [...supergraph.subgraphsMetadata()].map((subgraph) => subgraph.name);
  const { plannerNames, requiredBy, keysOf, standIns } = correctSupergraph(supergraphSdl);
  const restored = (set: SelectionSetNode) =>
    planSelections(set).map((selection) => restoreRequired(selection, standIns));
  return {
    supergraphSdl,
    apiSchema,
    subgraphNames,
    requirements: readRequirements(supergraph, document),
    overrides: readOverrides(document),
    plannerNames,
    withheldDirectives,
    hiddenNames: hiddenNames(fullSchema, apiSchema),
    requiredBy: new Map([...requiredBy].map(([field, set]) => [field, restored(set)])),
    keysOf: new Map([...keysOf].map(([type, sets]) => [type, sets.map(planSelections)])),
    interfaceObjects: new Set(readInterfaceObjects(document).keys()),
    answering: readAnswering(document),
    satisfies: typeTest(fullSchema),
  };
}

function typeTest(schema: GraphQLSchema): SupergraphModel['satisfies'] {
  return (typename, condition) => {
    if (typename === condition) return true;
    const type = schema.getType(typename);
    const conditionType = schema.getType(condition);
    if (!type || !isAbstractType(conditionType)) return false;
    if (isAbstractType(type) && !('getInterfaces' in type)) return false;
    return (isObjectType(type) || 'getInterfaces' in type) && schema.isSubType(conditionType, type);
  };
}
