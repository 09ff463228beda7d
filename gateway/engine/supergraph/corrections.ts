import {
  buildASTSchema,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type FieldNode,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  isInterfaceType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { booleanArgument, stringArgument } from '../document/arguments.ts';
import { type ContextSelection, setsContext, withContextSelections } from './context-selections.ts';
import { fieldType, parseFieldSet } from './field-set.ts';
import { subgraphNames } from './subgraph-names.ts';

/** An additional field of the corrected supergraph, without arguments. It replaces a real field with fixed arguments. */
export interface StandInField {
  /** The real field. */
  readonly name: string;
  /** The real field's arguments as GraphQL text with parentheses; empty when it is used without arguments. */
  readonly args: string;
}

/** The corrected copy of a supergraph for the planner, with everything that is needed to restore its plans. */
export interface CorrectedSupergraph {
  readonly sdl: string;
  /** Stand-ins by name. No other field has such a name. */
  readonly standIns: ReadonlyMap<string, StandInField>;
  /**
   * The stand-ins that a field with `@requires` needs, by `subgraph/Type.field`: their paths in its field set, joined by
   * dots.
   */
  readonly standInsOf: ReadonlyMap<string, readonly string[]>;
  /** The selection that a field with `@requires` needs, by `subgraph/Type.field`. It has stand-ins. */
  readonly requiredBy: ReadonlyMap<string, SelectionSetNode>;
  /** The resolvable keys of a type in a subgraph, by `subgraph/Type`. */
  readonly keysOf: ReadonlyMap<string, readonly SelectionSetNode[]>;
  /** Names that the planner may fetch for itself. A client's alias with such a name would overwrite the value. */
  readonly plannerNames: ReadonlySet<string>;
}

/** A directive that marks fragments for the planner. It is removed from plans, so no subgraph gets it. */
export const plannerDirective = '_freightMarker';
const [markerDefinition] = parse(`directive @${plannerDirective} on INLINE_FRAGMENT`, { noLocation: true }).definitions;

type TypeWithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Works around two defects of `@apollo/query-planner` by changing the supergraph that it gets:
 * - To enter a subgraph again, the planner takes the type's first key there, even one that isn't resolvable. In the copy,
 *   resolvable keys come first.
 * - A field with arguments inside `@requires` or `@fromContext` shares its response key with every other use of that field.
 *   In the copy, each use has a field of its own without arguments: a stand-in. Plans are restored by replacing each
 *   stand-in by an alias of the real field.
 */
export function correctSupergraph(supergraphSdl: string): CorrectedSupergraph {
  const document = parse(supergraphSdl, { noLocation: true });
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const standIns = new StandIns(schema);
  const graphNames = subgraphNames(document);
  const standInsOf = new Map<string, readonly string[]>();
  const requiredBy = new Map<string, SelectionSetNode>();
  const keysOf = new Map<string, readonly SelectionSetNode[]>();
  const plannerNames = new Set(['__typename']);

  const corrected = document.definitions.map((definition) => {
    if (!hasFields(definition)) return definition;
    const type = definition.name.value;
    for (const { name: directive, ...rest } of definition.directives ?? []) {
      const key = directive.value === 'join__type' && stringArgument({ name: directive, ...rest }, 'key');
      if (!key) continue;
      const set = parseFieldSet(key);
      addNames(set, plannerNames);
      if (booleanArgument({ name: directive, ...rest }, 'resolvable') === false) continue;
      const owner = `${graphNames.get(stringArgument({ name: directive, ...rest }, 'graph') ?? '')}/${type}`;
      keysOf.set(owner, [...(keysOf.get(owner) ?? []), set]);
    }
    const fields = definition.fields?.map((field) => correctField(type, field));
    return { ...definition, directives: resolvableKeysFirst(definition.directives ?? []), fields };
  });
  const definitions = corrected.map((definition) => (hasFields(definition) ? standIns.addTo(definition) : definition));
  for (const name of standIns.byName.keys()) plannerNames.add(name);
  const sdl = print({ kind: Kind.DOCUMENT, definitions: [...definitions, markerDefinition!] });
  return { sdl, standIns: standIns.byName, standInsOf, requiredBy, keysOf, plannerNames };

  function correctField(type: string, field: FieldDefinitionNode): FieldDefinitionNode {
    const directives = field.directives?.map((join) => {
      if (join.name.value !== 'join__field') return join;
      const directive = withContextSelections(join, correctContext);
      const requires = stringArgument(directive, 'requires');
      if (requires === undefined) return directive;
      const places: string[] = [];
      const selection = standIns.replaceIn(parseFieldSet(requires), type, '', places);
      addNames(selection, plannerNames);
      const coordinate = `${graphNames.get(stringArgument(directive, 'graph') ?? '')}/${type}.${field.name.value}`;
      requiredBy.set(coordinate, selection);
      if (places.length === 0) return directive;
      standInsOf.set(coordinate, places);
      return withArgument(directive, 'requires', fieldSetText(selection));
    });
    return { ...field, directives };
  }

  function correctContext({ context, selection }: ContextSelection): SelectionSetNode {
    let corrected = selection;
    for (const definition of document.definitions) {
      if (!isComposite(definition) || !setsContext(definition, context)) continue;
      corrected = standIns.replaceInContext(selection, definition.name.value);
    }
    addNames(corrected, plannerNames);
    return corrected;
  }
}

/** Makes one stand-in for each combination of a field and its arguments, and adds the stand-ins to their types. */
class StandIns {
  readonly byName = new Map<string, StandInField>();
  readonly #schema: GraphQLSchema;
  readonly #nameOf = new Map<string, string>();
  readonly #byType = new Map<string, Map<string, string>>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  replaceIn(set: SelectionSetNode, type: string, path: string, places: string[]): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? type;
        return { ...selection, selectionSet: this.replaceIn(selection.selectionSet, condition, path, places) };
      }
      const field = this.#replaceField(selection, type);
      const at = path === '' ? field.name.value : `${path}.${field.name.value}`;
      if (field !== selection) places.push(at);
      const target = fieldType(this.#schema, type, selection.name.value);
      if (!field.selectionSet || !target) return field;
      return { ...field, selectionSet: this.replaceIn(field.selectionSet, target.name, at, places) };
    });
    return { ...set, selections };
  }

  /**
   * Makes a stand-in also for each object in a context selection. When two arguments take different fields of one object, the planner
   * would lose the fields of one of them.
   */
  replaceInContext(set: SelectionSetNode, type: string): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD || !selection.selectionSet) return selection;
      if (selection.kind === Kind.FIELD) return this.#standIn(selection, type, print(selection.selectionSet));
      const condition = selection.typeCondition?.name.value ?? type;
      return { ...selection, selectionSet: this.replaceInContext(selection.selectionSet, condition) };
    });
    return this.replaceIn({ ...set, selections }, type, '', []);
  }

  #replaceField(field: FieldNode, type: string): FieldNode {
    const parent = this.#schema.getType(type);
    const definition = parent && 'getFields' in parent ? parent.getFields()[field.name.value] : undefined;
    return definition && 'args' in definition && definition.args.length > 0 ? this.#standIn(field, type) : field;
  }

  /** @param part distinguishes uses of the field with equal arguments */
  #standIn(field: FieldNode, type: string, part = ''): FieldNode {
    const args = field.arguments?.length ? `(${field.arguments.map((argument) => print(argument)).join(', ')})` : '';
    const name = this.#nameFor(field.name.value, args, part);
    for (const owner of this.#typesWith(type)) {
      const fields = this.#byType.get(owner) ?? new Map<string, string>();
      this.#byType.set(owner, fields.set(name, field.name.value));
    }
    return { ...field, name: { kind: Kind.NAME, value: name }, arguments: [] };
  }

  #nameFor(field: string, args: string, part: string): string {
    const use = field + args + part;
    let name = this.#nameOf.get(use);
    if (!name) {
      name = `${field}__required_${this.#nameOf.size}`;
      this.#nameOf.set(use, name);
      this.byName.set(name, { name: field, args });
    }
    return name;
  }

  /** The types that need a stand-in of a type's field: the type itself, and all types that implement it. */
  #typesWith(type: string): string[] {
    const parent = this.#schema.getType(type);
    if (!isInterfaceType(parent)) return [type];
    const { objects, interfaces } = this.#schema.getImplementations(parent);
    return [type, ...objects.map(({ name }) => name), ...interfaces.map(({ name }) => name)];
  }

  addTo<T extends TypeWithFields>(definition: T): T {
    const added = [...(this.#byType.get(definition.name.value) ?? [])].flatMap(([name, original]) => {
      const field = definition.fields?.find((candidate) => candidate.name.value === original);
      if (!field) return [];
      const directives = field.directives?.filter((directive) => directive.name.value === 'join__field');
      return [
        { kind: Kind.FIELD_DEFINITION, name: { kind: Kind.NAME, value: name }, type: field.type, directives } as const,
      ];
    });
    return added.length === 0 ? definition : { ...definition, fields: [...(definition.fields ?? []), ...added] };
  }
}

function resolvableKeysFirst(directives: readonly ConstDirectiveNode[]): ConstDirectiveNode[] {
  const isUnresolvable = (directive: ConstDirectiveNode): boolean =>
    directive.name.value === 'join__type' && booleanArgument(directive, 'resolvable') === false;
  return [...directives.filter((directive) => !isUnresolvable(directive)), ...directives.filter(isUnresolvable)];
}

function hasFields(definition: { readonly kind: string }): definition is TypeWithFields {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function isComposite(definition: { readonly kind: string }): definition is TypeWithFields | UnionTypeDefinitionNode {
  return hasFields(definition) || definition.kind === Kind.UNION_TYPE_DEFINITION;
}

function addNames(set: SelectionSetNode, names: Set<string>): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) names.add(selection.name.value);
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet) addNames(selection.selectionSet, names);
  }
}

function fieldSetText(set: SelectionSetNode): string {
  return set.selections.map((selection) => print(selection)).join(' ');
}

function withArgument(directive: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode {
  const args = directive.arguments?.map((argument) =>
    argument.name.value === name ? { ...argument, value: { kind: Kind.STRING, value } as const } : argument,
  );
  return { ...directive, arguments: args };
}
