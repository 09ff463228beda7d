import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type RequirementsByCoordinate, readRequirements } from '../authorization/requirements.ts';
import { withComposedDirectives } from './composed-directives.ts';
import { correctSupergraph } from './corrections.ts';
import { describeDefer } from './describe-defer.ts';
import { type FieldSubgraphs, readFieldSubgraphs } from './field-subgraphs.ts';
import { type HiddenNames, hiddenNames } from './hidden-names.ts';
import { readInterfaceObjects } from './interface-objects.ts';
import { type LabelledOverride, readOverrides } from './overrides.ts';
import { planSelections, restoreRequired } from './required-selections.ts';
import { addServiceField } from './service-field.ts';

/** Everything that the engine knows of a supergraph: the schema for clients, and how subgraphs resolve it. */
export interface SupergraphModel {
  readonly supergraphSdl: string;
  /** The schema that clients see: without join directives and inaccessible elements. */
  readonly apiSchema: GraphQLSchema;
  /** The schema with its inaccessible elements. */
  readonly fullSchema: GraphQLSchema;
  readonly subgraphNames: readonly string[];
  /** The requirements of `@authenticated`, `@requiresScopes` and `@policy`. */
  readonly requirements: RequirementsByCoordinate;
  /** Fields with `@override(label:)`. */
  readonly overrides: readonly LabelledOverride[];
  /** The selections that fields with `@requires` need, by `subgraph/Type.field`. */
  readonly requiredBy: ReadonlyMap<string, readonly QueryPlanSelectionNode[]>;
  /** The keys of a type in a subgraph, by `subgraph/Type`. */
  readonly keysOf: ReadonlyMap<string, readonly (readonly QueryPlanSelectionNode[])[]>;
  /** Interfaces that some subgraph knows as an object (`@interfaceObject`). */
  readonly interfaceObjects: ReadonlySet<string>;
  /** The subgraphs that can resolve a field, by `Type.field`. */
  readonly fieldSubgraphs: FieldSubgraphs;
  /** Names that the planner may fetch for itself. A client's alias must not overwrite them. */
  readonly plannerNames: ReadonlySet<string>;
  /** Directives that clients may use but that are not sent to subgraphs: see `withComposedDirectives`. */
  readonly withheldDirectives: ReadonlySet<string>;
  /** Enum values and object types that subgraphs may return but clients may not see. */
  readonly hiddenNames: HiddenNames;
  /** Whether an object whose `__typename` is `typename` satisfies `... on condition`, inaccessible types included. */
  readonly satisfies: (typename: string, condition: string) => boolean;
  /** The type of a field, inaccessible fields included; undefined for an unknown field. */
  readonly fieldType: (typename: string, field: string) => GraphQLOutputType | undefined;
}

/** The features that this engine supports. The planner also supports connectors to REST services, but this engine does not. */
const supportedFeatures = new Set(
  [...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((url) => !url.includes('/connect/')),
);

/** Parses a supergraph for `@apollo/query-planner`. Accepts more features than `@apollo/gateway` does. */
export function parseSupergraph(supergraphSdl: string): Supergraph {
  return Supergraph.build(supergraphSdl, {
    supportedFeatures,
    validateSupergraph: false,
  });
}

/**
 * Reads a composed supergraph.
 * @throws GraphQLError when the SDL isn't a supergraph, or links a feature that isn't supported
 */
export function loadSupergraphModel(supergraphSdl: string): SupergraphModel {
  const supergraph = parseSupergraph(supergraphSdl);
  const fullSchema = supergraph.schema.toGraphQLJSSchema();
  const document = parse(supergraphSdl, { noLocation: true });
  const plainSchema = supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true });
  const { schema: apiSchema, names: withheldDirectives } = withComposedDirectives(plainSchema, document);
  addServiceField(apiSchema);
  describeDefer(apiSchema);
  const subgraphNames = [...supergraph.subgraphsMetadata()].map((subgraph) => subgraph.name);
  const { plannerNames, requiredBy, keysOf, standIns } = correctSupergraph(supergraphSdl);
  const restored = (set: SelectionSetNode) =>
    planSelections(set).map((selection) => restoreRequired(selection, standIns));
  return {
    supergraphSdl,
    apiSchema,
    fullSchema,
    subgraphNames,
    requirements: readRequirements(supergraph, document),
    overrides: readOverrides(document),
    plannerNames,
    withheldDirectives,
    hiddenNames: hiddenNames(fullSchema, apiSchema),
    requiredBy: new Map([...requiredBy].map(([field, set]) => [field, restored(set)])),
    keysOf: new Map([...keysOf].map(([type, sets]) => [type, sets.map(planSelections)])),
    interfaceObjects: new Set(readInterfaceObjects(document).keys()),
    fieldSubgraphs: readFieldSubgraphs(document),
    satisfies: typeTest(fullSchema),
    fieldType: (typename, field) => {
      const type = fullSchema.getType(typename);
      return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field]?.type : undefined;
    },
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
