import {
  type ASTVisitor,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
} from 'graphql';
import { GraphError } from '#shared/errors/errors.ts';
import { responseKey } from '../../engine/document/response-keys.ts';

/** A field with its parent type. `parent` and `field` are undefined for `__typename`, and for fields that other rules report. */
interface PlacedField {
  readonly node: FieldNode;
  readonly parent: GraphQLNamedType | undefined;
  readonly field: GraphQLField<unknown, unknown> | undefined;
}

interface TypedSet {
  readonly set: SelectionSetNode;
  readonly parent: GraphQLNamedType | undefined;
}

/** Fields visited before a document is refused. A document without interfaces visits each field once. */
const maxVisits = 200_000;

/**
 * The rule "Field Selection Merging". It replaces the one of graphql-js, which compares every pair of fields with the same response key. This
 * one merges the selections of all fields with the same key and compares each field with the first, after Simon Adameit's algorithm
 * (https://tech.new-work.se/graphql-overlapping-fields-can-be-merged-fast-ea6e92e0a01). The time is linear in the number of fields, with
 * fragments counted wherever they are spread.
 * @throws GraphError TOKEN_LIMIT_EXCEEDED where fields of many object types meet fields of their interfaces and need more visits
 */
export function overlappingFieldsRule(context: ValidationContext): ASTVisitor {
  const check = new OverlapCheck(context);
  return {
    OperationDefinition(operation) {
      if (!spreadsItself(operation, context)) check.run(operation);
      return undefined;
    },
  };
}

class OverlapCheck {
  readonly #context: ValidationContext;
  readonly #numbers = new Map<SelectionSetNode, number>();
  readonly #done = new Set<string>();
  readonly #invocations = new Map<FieldNode, string>();
  #visits = 0;

  constructor(context: ValidationContext) {
    this.#context = context;
  }

  run({ operation, selectionSet }: OperationDefinitionNode): void {
    const parent = this.#context.getSchema().getRootType(operation) ?? undefined;
    this.#check([{ set: selectionSet, parent }], true);
  }

  /**
   * @param meet true if the selections may apply to the same object, so that fields with the same key must be the same field.
   * Otherwise it is enough that their types do not conflict.
   */
  #check(sets: readonly TypedSet[], meet: boolean): void {
    if (sets.length === 0 || !this.#isNew(sets, meet)) return;
    for (const [key, fields] of this.#collect(sets)) {
      const groups = meet ? this.#groups(fields) : [];
      const isOneField = groups.every((group) => this.#areOneField(key, group));
      if (!isOneField || !this.#haveOneShape(key, fields)) continue;
      if (groups.length !== 1) this.#check(innerSets(fields), false);
      for (const group of groups) this.#check(innerSets(group), true);
    }
  }

  /** Groups fields that may apply to the same object: those of one object type, with those of all interfaces and unions. */
  #groups(fields: readonly PlacedField[]): (readonly PlacedField[])[] {
    const byType = Map.groupBy(fields, ({ parent }) => (isObjectType(parent) ? parent : undefined));
    const abstract = byType.get(undefined) ?? [];
    byType.delete(undefined);
    if (byType.size === 0) return [abstract];
    return [...byType.values()].map((own) => {
      this.#spend(abstract.length);
      return [...own, ...abstract];
    });
  }

  #areOneField(key: string, [first, ...others]: readonly PlacedField[]): boolean {
    if (!first) return true;
    const expected = others.length > 0 ? this.#invocationOf(first) : '';
    const other = others.find((candidate) => this.#invocationOf(candidate) !== expected);
    if (!other) return true;
    const [name, otherName] = [first.node.name.value, other.node.name.value];
    const reason =
      name === otherName ? 'they have differing arguments' : `"${name}" and "${otherName}" are different fields`;
    this.#report(key, reason, first, other);
    return false;
  }

  #haveOneShape(key: string, fields: readonly PlacedField[]): boolean {
    const [first, ...others] = fields.length > 1 ? fields.filter(({ field }) => field) : [];
    if (!first?.field) return true;
    const expected = shapeOf(first.field.type);
    const other = others.find(({ field }) => field && field !== first.field && shapeOf(field.type) !== expected);
    if (!other?.field) return true;
    this.#report(key, `they return conflicting types "${first.field.type}" and "${other.field.type}"`, first, other);
    return false;
  }

  #report(key: string, reason: string, { node }: PlacedField, other: PlacedField): void {
    const advice = 'Use different aliases on the fields to fetch both if this was intentional.';
    const message = `Fields "${key}" conflict because ${reason}. ${advice}`;
    this.#context.reportError(new GraphQLError(message, { nodes: [node, other.node] }));
  }

  #collect(sets: readonly TypedSet[]): Map<string, PlacedField[]> {
    const fields = new Map<string, PlacedField[]>();
    const spread = new Set<string>();
    const collect = ({ set, parent }: TypedSet): void => {
      this.#spend(set.selections.length);
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const key = responseKey(selection);
          const placed = { node: selection, parent, field: fieldOf(parent, selection.name.value) };
          const known = fields.get(key);
          if (known) known.push(placed);
          else fields.set(key, [placed]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          const condition = selection.typeCondition?.name.value;
          collect({ set: selection.selectionSet, parent: condition === undefined ? parent : this.#typeOf(condition) });
        } else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          const fragment = this.#context.getFragment(selection.name.value);
          if (fragment)
            collect({ set: fragment.selectionSet, parent: this.#typeOf(fragment.typeCondition.name.value) });
        }
      }
    };
    for (const set of sets) collect(set);
    return fields;
  }

  #typeOf(name: string): GraphQLNamedType | undefined {
    return this.#context.getSchema().getType(name);
  }

  /** Makes a text of name and arguments, equal for equal invocations. */
  #invocationOf({ node }: PlacedField): string {
    const known = this.#invocations.get(node);
    if (known !== undefined) return known;
    const args = (node.arguments ?? []).map(({ name, value }) => `${name.value}:${valueText(value)}`).sort();
    const invocation = `${node.name.value}(${args.join(',')})`;
    this.#invocations.set(node, invocation);
    return invocation;
  }

  /** False for selections that were already checked together, because a fragment is spread in several places. */
  #isNew(sets: readonly TypedSet[], meet: boolean): boolean {
    const key = `${meet} ${sets.map(({ set }) => this.#numberOf(set)).join(' ')}`;
    if (this.#done.has(key)) return false;
    this.#done.add(key);
    return true;
  }

  #numberOf(set: SelectionSetNode): number {
    const number = this.#numbers.get(set) ?? this.#numbers.size;
    this.#numbers.set(set, number);
    return number;
  }

  #spend(visits: number): void {
    this.#visits += visits;
    if (this.#visits <= maxVisits) return;
    throw new GraphError(
      'TOKEN_LIMIT_EXCEEDED',
      'The operation has too many fields with equal names to compare. Split the operation.',
    );
  }
}

function fieldOf(parent: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** Collects the selection sets of the fields, each once. */
function innerSets(fields: readonly PlacedField[]): TypedSet[] {
  const sets = new Map<SelectionSetNode, TypedSet>();
  for (const { node, field } of fields) {
    if (!node.selectionSet) continue;
    sets.set(node.selectionSet, { set: node.selectionSet, parent: getNamedType(field?.type) });
  }
  return [...sets.values()];
}

/** Equal for types whose values one response key can have: values of one leaf type, or objects, in equal lists. */
function shapeOf(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${shapeOf(type.ofType)}!`;
  if (isListType(type)) return `[${shapeOf(type.ofType)}]`;
  return isLeafType(type) ? type.name : '{}';
}

function valueText(value: ValueNode): string {
  if (value.kind === Kind.LIST) return `[${value.values.map(valueText).join(',')}]`;
  if (value.kind !== Kind.OBJECT) return print(value);
  const fields = value.fields.map((field) => `${field.name.value}:${valueText(field.value)}`);
  return `{${fields.sort().join(',')}}`;
}

/** True if fragments of an operation spread each other in a circle, which another rule reports. */
function spreadsItself(operation: OperationDefinitionNode, context: ValidationContext): boolean {
  const left = new Set<string>();
  const entered = new Set<string>();
  const isCircular = (set: SelectionSetNode): boolean =>
    context.getFragmentSpreads(set).some(({ name: { value: name } }) => {
      if (left.has(name)) return false;
      if (entered.has(name)) return true;
      entered.add(name);
      const fragment = context.getFragment(name);
      const found = fragment ? isCircular(fragment.selectionSet) : false;
      left.add(name);
      return found;
    });
  return isCircular(operation.selectionSet);
}
