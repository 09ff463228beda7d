import { describe, expect, test } from '@jest/globals';
import { features } from './features.ts';
import { combinedFeatures } from './features-combined.ts';
import { contextFeatures } from './features-context.ts';
import { directiveFeatures } from './features-directives.ts';
import { interfaceObjectFeatures } from './features-interface-objects.ts';
import { partialFeatures } from './features-partial.ts';
import { requiresFeatures } from './features-requires.ts';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';
import { stockExecutor } from './stock.ts';

describe.each([
  ...features,
  ...combinedFeatures,
  ...contextFeatures,
  ...directiveFeatures,
  ...partialFeatures,
  ...requiresFeatures,
  ...interfaceObjectFeatures,
])('$name', ({ subgraphs, operations, stock }) => {
  const federation = federate(subgraphs);
  const engine = engineFor(federation);

  test.each(operations)('$query', async ({ query, variables, data, labels, maxRequests }) => {
    federation.transport.drain();
    expect(await ask(engine, query, variables, labels)).toEqual({ data });
    if (maxRequests !== undefined) expect(federation.transport.drain()).toHaveLength(maxRequests);
  });

  if (stock !== 'refuses') {
    test('@apollo/gateway gives the same data', async () => {
      const execute = await stockExecutor(federation);
      for (const { query, variables, data, labels, stockDiffers } of operations) {
        if (labels || stockDiffers) continue;
        const result = await execute(query, variables);
        expect({ query, data: JSON.parse(JSON.stringify(result.data)) }).toEqual({ query, data });
      }
    });
  }
});
