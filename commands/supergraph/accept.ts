import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { parseData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';
import { GraphFailure } from '../../client/graph-failure.ts';

const accepted = z.object({
  acceptSupergraph: z.object({
    supergraph: z.object({ hash: z.string(), acceptedAt: z.string() }).nullable(),
    userErrors: z.array(z.object({ field: z.array(z.string()).nullable(), message: z.string() })),
  }),
});

const operation = join(import.meta.dirname, '../../schema/operations/console/accept-supergraph.graphql');

/** Accepts a supergraph as an administrator. @returns what to print @throws ConfigurationError for what the user can correct */
export async function acceptSupergraph(client: GraphClient, hash: string, reason: string): Promise<string> {
  const query = readFileSync(operation, 'utf8');
  const response = await client.send({ query, variables: { input: { hash, reason } } }).catch(toConfigurationError);
  try {
    const { supergraph, userErrors } = parseData(accepted, response).acceptSupergraph;
    if (!supergraph)
      throw new ConfigurationError(
        userErrors.map(({ field, message }) => `${field?.join('.') ?? 'accept'}: ${message}`).join('\n'),
      );
    return `Supergraph ${supergraph.hash} is accepted since ${supergraph.acceptedAt}. Gateways load it within two seconds.`;
  } catch (error) {
    return toConfigurationError(error);
  }
}

function toConfigurationError(error: unknown): never {
  throw error instanceof GraphFailure ? new ConfigurationError(`accept: ${error.message}`) : error;
}
