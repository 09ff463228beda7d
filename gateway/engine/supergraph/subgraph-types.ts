import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  print,
} from 'graphql';
import { booleanArgument, stringArgument } from './field-set.ts';

/** What single subgraphs know of the supergraph's types. */
export interface SubgraphTypes {
  /** Interfaces and unions that have other object types in one subgraph than in another. */
  readonly partial: ReadonlySet<string>;
  /** The object types of an interface or union in a subgraph. */
  members(subgraph: string, abstractType: string): ReadonlySet<string>;
  /** The type, as GraphQL text, of a field that a subgraph answers by itself, without help from others. */
  ownFieldType(subgraph: string, type: string, field: string): string | undefined;
}

const none: ReadonlySet<string> = new Set();

/** Reads them from a supergraph's join directives; before join v0.3 those don't tell the members of unions. */
export function readSubgraphTypes(supergraph: DocumentNode): SubgraphTypes {
  const graphNames = subgraphNames(supergraph);
  const graphName = (directive: ConstDirectiveNode) => graphNames.get(stringArgument(directive, 'graph') ?? '') ?? '';
  const members = new Map<string, Set<string>>();
  const abstractIn = new Map<string, Set<string>>();
  const fields = new Map<string, string>();
  for (const definition of supergraph.definitions) readDefinition(definition);
  return {
    partial: new Set([...abstractIn].filter(([type, graphs]) => differs(type, [...graphs])).map(([type]) => type)),
    members: (subgraph, type) => members.get(`${subgraph}/${type}`) ?? none,
    ownFieldType: (subgraph, type, field) => fields.get(`${subgraph}/${type}.${field}`),
  };

  function readDefinition(definition: DefinitionNode): void {
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const directive of named(definition.directives, 'join__unionMember')) {
        addMember(graphName(directive), definition.name.value, stringArgument(directive, 'member') ?? '');
      }
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    const type = definition.name.value;
    const joins = named(definition.directives, 'join__type').filter(
      (join) => !booleanArgument(join, 'isInterfaceObject'),
    );
    const graphs = new Set(joins.map(graphName));
    for (const field of definition.fields ?? []) readField(type, field, graphs);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return;
    for (const directive of named(definition.directives, 'join__implements')) {
      addMember(graphName(directive), stringArgument(directive, 'interface') ?? '', type);
    }
  }

  function addMember(subgraph: string, abstractType: string, member: string): void {
    const key = `${subgraph}/${abstractType}`;
    members.set(key, (members.get(key) ?? new Set()).add(member));
    abstractIn.set(abstractType, (abstractIn.get(abstractType) ?? new Set()).add(subgraph));
  }

  function readField(type: string, field: FieldDefinitionNode, graphs: ReadonlySet<string>): void {
    const joins = named(field.directives, 'join__field');
    const text = print(field.type);
    if (joins.length === 0) {
      for (const graph of graphs) fields.set(`${graph}/${type}.${field.name.value}`, text);
    }
    for (const join of joins.filter((candidate) => graphs.has(graphName(candidate)) && isOwn(candidate))) {
      fields.set(`${graphName(join)}/${type}.${field.name.value}`, stringArgument(join, 'type') ?? text);
    }
  }

  function differs(type: string, graphs: readonly string[]): boolean {
    const texts = graphs.map((graph) => [...(members.get(`${graph}/${type}`) ?? none)].sort().join());
    return new Set(texts).size > 1;
  }
}

/** Whether the subgraph always answers the field, and needs nothing for that but the object itself. */
function isOwn(join: ConstDirectiveNode): boolean {
  const excluded = ['external', 'requires', 'usedOverridden', 'overrideLabel', 'contextArguments'];
  return !join.arguments?.some(({ name, value }) => {
    return excluded.includes(name.value) && !(value.kind === Kind.BOOLEAN && !value.value);
  });
}

function named(directives: readonly ConstDirectiveNode[] | undefined, name: string): ConstDirectiveNode[] {
  return directives?.filter((directive) => directive.name.value === name) ?? [];
}

/** Subgraph names by the values of `join__Graph`. */
export function subgraphNames(document: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const graph = value.directives?.find((directive) => directive.name.value === 'join__graph');
      const name = graph && stringArgument(graph, 'name');
      if (name !== undefined) names.set(value.name.value, name);
    }
  }
  return names;
}
