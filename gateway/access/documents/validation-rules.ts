import { NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';
import type { GatewayConfig } from '../../config.ts';
import { finiteNumbersRule } from './finite-numbers.ts';

/** Returns the validation rules beyond those of the specification. */
export function ownRules({ introspection }: Pick<GatewayConfig, 'introspection'>): readonly ValidationRule[] {
  return introspection === 'off' ? [finiteNumbersRule, NoSchemaIntrospectionCustomRule] : [finiteNumbersRule];
}
