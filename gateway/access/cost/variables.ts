import { type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';

/** Variables as the client sent them, before coercion. */
export type Variables = Readonly<Record<string, unknown>>;

/** A variable of an operation. */
export interface VariableSource {
  readonly name: string;
  /** The default that the operation declares. */
  readonly fallback: unknown;
}

/** The variables that an operation declares, by name. */
export function declaredVariables(operation: OperationDefinitionNode): ReadonlyMap<string, VariableSource> {
  const sources = (operation.variableDefinitions ?? []).map(({ variable, defaultValue }): VariableSource => {
    return { name: variable.name.value, fallback: defaultValue && valueFromASTUntyped(defaultValue) };
  });
  return new Map(sources.map((source) => [source.name, source]));
}

export function variableValue({ name, fallback }: VariableSource, variables: Variables): unknown {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return value === undefined ? fallback : value;
}
