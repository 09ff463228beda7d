import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, isAbstractType, isObjectType, parse } from 'graphql';
import { type RequirementsByCoordinate, readRequirements } from '../authorization/requirements.ts';
import { type LabelledOverride, readOverrides } from '../overrides.ts';
import { withComposedDirectives } from './composed-directives.ts';
import { type CorrectedSupergraph, correctSupergraph } from './corrections.ts';
import { type HiddenNames, hiddenNames } from './hidden-names.ts';

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
  /** What fields with `@requires` need, and the names of keys: see `CorrectedSupergraph`. */
  readonly requiredBy: CorrectedSupergraph['requiredBy'];
  readonly keyNames: CorrectedSupergraph['keyNames'];
  /** Names the planner fetches for itself, which no client's alias may overwrite. */
  readonly plannerNames: ReadonlySet<string>;
  /** Directives that clients may write and no subgraph is sent: see `withComposedDirectives`. */
  readonly withheldDirectives: ReadonlySet<string>;
  /** Enum values and object types that subgraphs may answer with and clients don't see. */
  readonly hiddenNames: HiddenNames;
  /** Whether an object whose `__typename` is `typename` satisfies `... on condition`, inaccessible types included. */
  readonly satisfies: (typename: string, condition: string) => boolean;
}

/** Everything `@apollo/query-planner` can plan for; more than `@apollo/gateway` admits. */
export function parseSupergraph(supergraphSdl: string): Supergraph {
  return Supergraph.build(supergraphSdl, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
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
  const subgraphNames = [...supergraph.subgraphsMetadata()].map((subgraph) => subgraph.name);
  const { plannerNames, requiredBy, keyNames } = correctSupergraph(supergraphSdl);
  return {
    supergraphSdl,
    apiSchema,
    subgraphNames,
    requirements: readRequirements(supergraph, document),
    overrides: readOverrides(document),
    plannerNames,
    withheldDirectives,
    hiddenNames: hiddenNames(fullSchema, apiSchema),
    requiredBy,
    keyNames,
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
