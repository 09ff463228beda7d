import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsByName } from '../../engine/document/fragments.ts';
import { metaFields } from '../../engine/supergraph/service-field.ts';
import { collectFields, type GuardedField, type GuardedSet, type OperationContext } from './collect-fields.ts';
import { optionCost } from './evaluate.ts';
import { always, type Guard } from './guards.ts';
import { inputCost } from './input-cost.ts';
import { type ListLength, listLength } from './list-length.ts';
import type { CostModel } from './model.ts';
import type { CostProgram, PricedField, PricedOption, PricedSelection } from './program.ts';
import { declaredVariables } from './variables.ts';

/** The length of lists inside the object of a field (`sizedFields`). */
interface SizedLists {
  readonly names: ReadonlySet<string>;
  readonly length: ListLength;
}

const nothing: PricedSelection = { options: [], constant: 0, slot: -1 };

/**
 * Reduces a valid operation to a program. Selections that are merged in several places are compiled once, so the time is linear in the text,
 * not in the number of fields after fragments are expanded.
 */
export function compileCost(model: CostModel, document: DocumentNode, operation: OperationDefinitionNode): CostProgram {
  const root = model.schema.getRootType(operation.operation);
  if (!root) return { root: nothing, steps: [], results: new Float64Array(0) };
  const compiler = new CostCompiler(model, document, operation);
  const selection = compiler.selection([{ set: operation.selectionSet, guard: always }], root, undefined);
  return { root: selection, steps: compiler.steps, results: new Float64Array(compiler.steps.length) };
}

class CostCompiler {
  readonly steps: PricedSelection[] = [];
  readonly #model: CostModel;
  readonly #context: OperationContext;
  readonly #known = new Map<string, PricedSelection>();
  readonly #numbers = new Map<SelectionSetNode | ListLength, number>();

  constructor(model: CostModel, document: DocumentNode, operation: OperationDefinitionNode) {
    const fragments = fragmentsByName(document);
    this.#model = model;
    this.#context = { schema: model.schema, fragments, variables: declaredVariables(operation) };
  }

  selection(sets: readonly GuardedSet[], type: GraphQLCompositeType, sized: SizedLists | undefined): PricedSelection {
    if (sets.length === 0) return nothing;
    const key = this.#keyOf(sets, type, sized);
    const known = this.#known.get(key);
    if (known) return known;
    const types = isAbstractType(type) ? this.#model.schema.getPossibleTypes(type) : [type];
    const options = types.map((member) => this.#option(sets, member, sized));
    const isConstant = options.every(({ varying }) => varying.length === 0);
    const constant = isConstant ? Math.max(0, ...options.map((option) => option.constant)) : 0;
    const selection = { options, constant, slot: isConstant ? -1 : this.steps.length };
    if (!isConstant) this.steps.push(selection);
    this.#known.set(key, selection);
    return selection;
  }

  #option(sets: readonly GuardedSet[], type: GraphQLObjectType, sized: SizedLists | undefined): PricedOption {
    const fields: PricedField[] = [];
    for (const [key, nodes] of collectFields(sets, type, this.#context)) {
      const field = this.#field(key, nodes, type, sized);
      if (field) fields.push(field);
    }
    const varying = fields.filter((field) => !isConstant(field));
    const constant = optionCost({ constant: 0, varying: fields.filter(isConstant) }, {}, []);
    return { fields, constant, varying };
  }

  #field(
    key: string,
    nodes: readonly GuardedField[],
    parent: GraphQLObjectType,
    sized: SizedLists | undefined,
  ): PricedField | undefined {
    const { node } = nodes[0]!; // in a valid operation, fields with the same key are equal
    const guards = new Map(nodes.map(({ guard }) => [guard.key, guard]));
    const conditions = guards.has(always.key) ? [] : [...guards.values()];
    const name = node.name.value;
    if (metaFields.has(name)) {
      // The gateway resolves these fields itself, and `introspection-size.ts` bounds their size.
      return { key, guards: conditions, weight: 1, length: 1, input: 0, selection: nothing };
    }
    const field = parent.getFields()[name];
    if (!field) return undefined;
    const { weight, isList, listSize } = this.#model.costOf(parent, field);
    const stated = listSize && listLength(node, field, listSize, this.#model.assumedListSize, this.#context.variables);
    const inherited = sized?.names.has(name) ? sized.length : undefined;
    const length = isList ? (inherited ?? stated ?? this.#model.assumedListSize) : 1;
    const below = listSize && stated !== undefined ? { names: listSize.sizedFields, length: stated } : undefined;
    const type = getNamedType(field.type);
    return {
      key,
      guards: conditions,
      weight,
      length,
      input: inputCost(this.#model, parent, field, node, this.#context.variables),
      selection: isCompositeType(type) ? this.selection(innerSets(nodes, guards), type, below) : nothing,
    };
  }

  #keyOf(sets: readonly GuardedSet[], type: GraphQLCompositeType, sized: SizedLists | undefined): string {
    let key = sized && sized.names.size > 0 ? `${type.name}#${this.#numberOf(sized.length)}` : type.name;
    for (const { set, guard } of sets) key += `,${this.#numberOf(set)} ${guard.key}`;
    return key;
  }

  #numberOf(part: SelectionSetNode | ListLength): number {
    const known = this.#numbers.get(part);
    if (known !== undefined) return known;
    this.#numbers.set(part, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Collects the selection sets of the fields. A guard that all fields share is dropped, because it holds whenever the object exists. */
function innerSets(nodes: readonly GuardedField[], guards: ReadonlyMap<string, Guard>): GuardedSet[] {
  return nodes.flatMap(({ node: { selectionSet: set }, guard }) =>
    set ? [{ set, guard: guards.size === 1 ? always : guard }] : [],
  );
}

function isConstant({ guards, length, input, selection }: PricedField): boolean {
  return guards.length === 0 && typeof length === 'number' && typeof input === 'number' && selection.slot === -1;
}
