import {
  type DocumentNode,
  type GraphQLField,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { givenLength } from './list-length.ts';
import type { CostModel } from './model.ts';
import { declaredVariables, type VariableSource, type Variables, variableValue } from './variables.ts';

/** An argument that states the length of a page. */
interface PageArgument {
  /** Such as `Query.shipments(first:)`. */
  readonly argument: string;
  readonly length: number | VariableSource;
}

/** A page that is longer than its caller may request. */
export interface LongPage {
  readonly argument: string;
  readonly requested: number;
}

/**
 * Finds how long the pages are that operations request: the slicing arguments of connections, which `@listSize(sizedFields:)` marks. Each operation
 * is examined once. An argument counts even if `@skip` or `@include` leaves its field out.
 */
export class PageSizes {
  readonly #model: CostModel;
  readonly #pages = new WeakMap<OperationDefinitionNode, readonly PageArgument[]>();

  constructor(model: CostModel) {
    this.#model = model;
  }

  /** Finds the longest page; undefined if the operation states no length. */
  longest(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): LongPage | undefined {
    let longest: LongPage | undefined;
    for (const { argument, length } of this.#pagesOf(document, operation)) {
      const requested = typeof length === 'number' ? length : variableValue(length, variables);
      if (typeof requested === 'number' && requested > (longest?.requested ?? 0)) longest = { argument, requested };
    }
    return longest;
  }

  #pagesOf(document: DocumentNode, operation: OperationDefinitionNode): readonly PageArgument[] {
    const known = this.#pages.get(operation);
    if (known) return known;
    const pages = this.#read(document, operation);
    this.#pages.set(operation, pages);
    return pages;
  }

  #read(document: DocumentNode, operation: OperationDefinitionNode): PageArgument[] {
    const model = this.#model;
    const variables = declaredVariables(operation);
    const types = new TypeInfo(model.schema);
    const pages: PageArgument[] = [];
    const read = (parent: unknown, field: GraphQLField<unknown, unknown>, node: Parameters<typeof givenLength>[0]) => {
      if (!isObjectType(parent) && !isInterfaceType(parent)) return;
      const { listSize } = model.costOf(parent, field);
      if (!listSize || listSize.sizedFields.size === 0) return;
      for (const name of listSize.slicingArguments) {
        const length = givenLength(node, name, variables);
        if (length != null) pages.push({ argument: `${parent.name}.${field.name}(${name}:)`, length });
      }
    };
    const visitor = visitWithTypeInfo(types, {
      Field(node) {
        const field = types.getFieldDef();
        if (field) read(types.getParentType(), field, node);
      },
    });
    const own = separateOperations(document)[operation.name?.value ?? ''];
    if (own) visit(own, visitor);
    return pages;
  }
}
