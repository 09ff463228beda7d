import { createLog } from '#shared/runtime/log.ts';
import { createErrorPolicy } from '../../errors/error-policy.ts';
import { anonymous, type Grants } from '../authorization/requirements.ts';
import { Engine, type EngineOptions, type Variables } from '../engine.ts';
import { type EngineError, RequestError } from '../errors.ts';
import { createInlinePlanner } from '../planning/inline-planner.ts';
import type { RequestScope } from '../ports.ts';
import { loadSupergraphModel } from '../supergraph/model.ts';
import type { Federation } from './federation.ts';

export interface GraphQLResponse {
  readonly data?: unknown;
  readonly errors?: readonly EngineError[];
}

export const scope: RequestScope = { requestId: 'request-1', identityKey: '', headers: {} };

/** In these tests, clients may see the codes NOPE, GONE and NO_RATES and the extension `detail`. */
const errorPolicy = createErrorPolicy(
  { publicErrorCodes: new Set(['NOPE', 'GONE', 'NO_RATES']), publicErrorExtensions: new Set(['detail']) },
  createLog('engine', 'silent'),
);

/** An engine for subgraphs in memory. It plans on the test's own thread. */
export function engineFor(federation: Federation, options: Partial<EngineOptions> = {}): Engine {
  return new Engine({
    model: loadSupergraphModel(federation.supergraphSdl),
    planner: createInlinePlanner(federation.supergraphSdl),
    transport: federation.transport,
    errorPolicy,
    ...options,
  });
}

/** Runs an operation and parses the response. `errors` is absent when there are none. */
export async function ask(
  engine: Engine,
  source: string,
  variables: Variables = {},
  activeLabels: readonly string[] = [],
  grants: Grants = anonymous,
): Promise<GraphQLResponse> {
  try {
    const operation = await engine.prepare({ source, activeLabels, grants });
    const { data, errors } = await engine.execute(operation, variables, scope);
    return {
      ...(data === undefined ? {} : { data: JSON.parse(data) as unknown }),
      ...(errors.length > 0 ? { errors } : {}),
    };
  } catch (error) {
    if (error instanceof RequestError) return { errors: error.errors };
    throw error;
  }
}
