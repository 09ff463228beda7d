import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FloatValueNode,
  type GraphQLSchema,
  getNamedType,
  type IntValueNode,
  isSpecifiedScalarType,
  Kind,
  type StringValueNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isInexact } from '../values/exact-numbers.ts';

/** A document in which numbers that the planner would round are replaced by strings. */
export interface HiddenLiterals {
  readonly document: DocumentNode;
  /** Puts the numbers back into the document's plan. */
  restore(plan: QueryPlan): QueryPlan;
}

/**
 * Hides numbers from the planner that it would round, since it holds number literals as doubles. A custom scalar may allow more digits: without
 * this, 9007199254740993 would reach the subgraph as another number.
 * @param source the document's text
 */
export function hideExactLiterals(document: DocumentNode, source: string, schema: GraphQLSchema): HiddenLiterals {
  if (!/\d[\d.]{15}|\de/i.test(source)) return { document, restore: (plan) => plan };
  const mark = unusedMark(source);
  const types = new TypeInfo(schema);
  let isHidden = false;
  const hide = ({ value }: IntValueNode | FloatValueNode): StringValueNode | undefined => {
    const type = getNamedType(types.getInputType());
    // A value inside a custom scalar has no type.
    if (!isInexact(value) || (type && isSpecifiedScalarType(type))) return undefined;
    isHidden = true;
    return { kind: Kind.STRING, value: mark + value };
  };
  const hidden = visit(document, visitWithTypeInfo(types, { IntValue: hide, FloatValue: hide }));
  if (!isHidden) return { document, restore: (plan) => plan };
  const marked = new RegExp(`\\\\"${mark}(-?[\\d.]+(?:[eE][+-]?\\d+)?)\\\\"`, 'g');
  return {
    document: hidden,
    // Only numbers within texts of the plan change.
    restore: (plan) => JSON.parse(JSON.stringify(plan).replaceAll(marked, '$1')) as QueryPlan,
  };
}

/** A prefix that doesn't occur in the document. */
function unusedMark(source: string): string {
  let mark = 'number:';
  while (source.includes(mark)) mark = `_${mark}`;
  return mark;
}
