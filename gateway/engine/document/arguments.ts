import { type DirectiveNode, type FieldNode, Kind, type ValueNode } from 'graphql';

/** What a field or directive is given for an argument; undefined when it is given nothing. */
export function argumentValue(node: DirectiveNode | FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((argument) => argument.name.value === name)?.value;
}

/** The string, or name of an enum value, that a directive is given. */
export function stringArgument(directive: DirectiveNode, name: string): string | undefined {
  const value = argumentValue(directive, name);
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

export function booleanArgument(directive: DirectiveNode, name: string): boolean | undefined {
  const value = argumentValue(directive, name);
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}
