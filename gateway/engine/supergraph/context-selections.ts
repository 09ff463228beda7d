import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstObjectFieldNode,
  type ConstValueNode,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import { stringArgument } from '../document/arguments.ts';
import { parseFieldSet } from './field-set.ts';

/** The selection that one argument takes from an object above: `@fromContext(field: "$context { selection }")` in a subgraph. */
export interface ContextSelection {
  /** The name that composition gave the context: `subgraph__context`. */
  readonly context: string;
  readonly selection: SelectionSetNode;
}

/** Replaces the context selections of a `@join__field`. */
export function withContextSelections(
  join: ConstDirectiveNode,
  replace: (given: ContextSelection) => SelectionSetNode,
): ConstDirectiveNode {
  const args = join.arguments?.map((argument): ConstArgumentNode => {
    if (argument.name.value !== 'contextArguments' || argument.value.kind !== Kind.LIST) return argument;
    const values = argument.value.values.map((value) => replaceSelection(value, replace));
    return { ...argument, value: { ...argument.value, values } };
  });
  return { ...join, arguments: args };
}

function replaceSelection(
  given: ConstValueNode,
  replace: (given: ContextSelection) => SelectionSetNode,
): ConstValueNode {
  if (given.kind !== Kind.OBJECT) return given;
  const context = stringField(given.fields, 'context');
  const fields = given.fields.map((field): ConstObjectFieldNode => {
    if (field.name.value !== 'selection' || field.value.kind !== Kind.STRING) return field;
    const selection = replace({ context, selection: parseSelection(field.value.value) });
    return { ...field, value: { kind: Kind.STRING, value: print(selection) } };
  });
  return { ...given, fields };
}

/** Parses a context selection, which may have braces around it. */
function parseSelection(text: string): SelectionSetNode {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  return parseFieldSet(inner ?? text);
}

function stringField(fields: readonly ConstObjectFieldNode[], name: string): string {
  const value = fields.find((field) => field.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}

/** Whether the objects of a type set a context with `@context(name:)`. */
export function setsContext({ directives }: { directives?: readonly ConstDirectiveNode[] }, context: string): boolean {
  return directives?.some((directive) => stringArgument(directive, 'name') === context) ?? false;
}
