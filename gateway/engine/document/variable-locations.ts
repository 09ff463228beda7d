import { type GraphQLError, getLocation, getOperationAST, Kind, parse, type SourceLocation } from 'graphql';

/**
 * Says where the variables that errors are about are declared. Documents are kept without the places of their nodes, which take more room than
 * the nodes; an error is rare enough to read the text once more.
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
