import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';

export interface SubgraphSdl {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** The subgraphs do not compose. Each reason names a problem and its location. */
export class CompositionError extends Error {
  override name = 'CompositionError';
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`The subgraphs do not compose:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`);
    this.reasons = reasons;
  }
}

const header = '# Composed from the SDL files in supergraph.yaml by `npm run compose`; edit those instead.\n';

/**
 * Composes the supergraph. The same subgraphs in any order give the same text.
 * @throws CompositionError
 */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[]): string {
  const services = [...subgraphs]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, url, sdl }) => ({ name, url, typeDefs: parseSdl(name, sdl) }));
  const composed = composeServices(services);
  if (composed.errors) throw new CompositionError(composed.errors.map(describeError));
  return `${header}${composed.supergraphSdl.trimEnd()}\n`;
}

function parseSdl(name: string, sdl: string) {
  try {
    return parse(sdl);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [at] = error.locations ?? [];
    throw new CompositionError([`[${name}] ${at ? `line ${at.line}, column ${at.column}: ` : ''}${error.message}`]);
  }
}

function describeError(error: GraphQLError): string {
  const { code } = error.extensions;
  return typeof code === 'string' ? `${error.message} (${code})` : error.message;
}
