import { type GraphQLError, getLocation, getOperationAST, Kind, parse, type SourceLocation } from 'graphql';

/**
 * Returns a function that finds where the variable of an error is declared. Kept documents have no locations, since locations take more memory
 * than the nodes. Errors are rare, so the text is parsed again for them.
 * @param source a valid text
 */
export function locateVariables(
  source: string,
  operationName: string | undefined,
): (error: GraphQLError) => readonly SourceLocation[] | undefined {
  const declared = new Map<string, SourceLocation>();
  for (const { variable, loc } of getOperationAST(parse(source), operationName)?.variableDefinitions ?? []) {
    if (loc) declared.set(variable.name.value, getLocation(loc.source, loc.start));
  }
  return ({ nodes }) => {
    const [node] = nodes ?? [];
    const place = node?.kind === Kind.VARIABLE_DEFINITION ? declared.get(node.variable.name.value) : undefined;
    return place && [place];
  };
}
