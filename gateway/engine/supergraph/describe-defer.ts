import type { GraphQLSchema } from 'graphql';

/** Apollo's definition of `@defer` has no descriptions. Clients see these in the explorer. */
export function describeDefer(schema: GraphQLSchema): void {
  const defer = schema.getDirective('defer');
  if (!defer) return;
  defer.description = 'Sends the fragment later, in a further part of the response.';
  for (const argument of defer.args) {
    if (argument.name === 'if') argument.description = 'False to send the fragment with the rest. Default: true.';
    if (argument.name === 'label') argument.description = 'A unique name, by which clients tell the parts apart.';
  }
}
