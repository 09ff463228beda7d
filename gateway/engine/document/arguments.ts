import { type DirectiveNode, type FieldNode, Kind, type ValueNode } from 'graphql';

/** The value of an argument of a field or directive; undefined when the argument is absent. */
export function argumentValue(node: DirectiveNode | FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((argument) => argument.name.value === name)?.value;
}

/** The value of a directive's string or enum argument. */
export function stringArgument(directive: DirectiveNode, name: string): string | undefined {
  const value = argumentValue(directive, name);
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

export function booleanArgument(directive: DirectiveNode, name: string): boolean | undefined {
  const value = argumentValue(directive, name);
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}
