import { type DirectiveNode, Kind } from 'graphql';
import { type VariableSource, type Variables, variableValue } from './variables.ts';

/** Nested `@include` and `@skip` directives with variables. The selection counts if all of them hold. */
export interface Guard {
  /** Equal for equal guards. */
  readonly key: string;
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly variable: VariableSource;
  readonly expected: boolean;
}

/** The guard of a selection that is always included. */
export const always: Guard = { key: '', conditions: [] };

/** False if the variables exclude the selection. A missing or invalid variable includes it, because coercion refuses the request later. */
export function holds({ conditions }: Guard, variables: Variables): boolean {
  return conditions.every(({ variable, expected }) => variableValue(variable, variables) !== !expected);
}

/** Reads the guard of a selection inside an outer guard; null for a selection that is never included. */
export function readGuard(
  directives: readonly DirectiveNode[] | undefined,
  outer: Guard,
  variables: ReadonlyMap<string, VariableSource>,
): Guard | null {
  let guard = outer;
  for (const { name, arguments: args } of directives ?? []) {
    const value = args?.[0]?.value;
    if ((name.value !== 'include' && name.value !== 'skip') || !value) continue;
    const expected = name.value === 'include';
    if (value.kind === Kind.BOOLEAN && value.value !== expected) return null;
    const variable = value.kind === Kind.VARIABLE ? variables.get(value.name.value) : undefined;
    if (variable) guard = narrow(guard, { variable, expected });
  }
  return guard;
}

function narrow(guard: Guard, condition: Condition): Guard {
  const key = (one: Condition): string => `${one.expected ? '' : '!'}${one.variable.name}`;
  if (guard.conditions.some((known) => key(known) === key(condition))) return guard;
  const conditions = [...guard.conditions, condition].toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
  return { key: conditions.map(key).join(' '), conditions };
}
