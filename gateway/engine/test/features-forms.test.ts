import { describe, expect, test } from '@jest/globals';
import { contextFeatures } from './features-context.ts';
import { interfaceObjectFeatures } from './features-interface-objects.ts';
import { requiresFeatures } from './features-requires.ts';
import { federate } from './federation.ts';
import { asSubscription, deferredByType, deferredEverywhere, withSubscriptions } from './forms.ts';
import { engineFor, scope } from './harness.ts';
import { assembled, payloads } from './payloads.ts';

/** The same data comes as the parts of a deferred response, and as an event of a subscription. */
describe.each([...contextFeatures, ...requiresFeatures, ...interfaceObjectFeatures])(
  '$name',
  ({ subgraphs, operations }) => {
    const federation = federate(subgraphs);
    test.each(operations)('in parts: $query', async ({ query, variables, data }) => {
      for (const source of [deferredEverywhere(query), deferredByType(query)]) {
        if (!source) continue;
        const parts = await payloads(federation, source, variables);
        expect({ source, data: assembled(parts) }).toEqual({ source, data });
        expect(JSON.stringify(parts)).not.toContain('"errors"');
      }
    });

    const live = engineFor(federate(withSubscriptions(subgraphs)));
    const subscriptions = operations.flatMap(({ query, ...operation }) => {
      const source = asSubscription(query);
      return source ? [{ ...operation, source }] : [];
    });
    test.each(subscriptions)('as an event: $source', async ({ source, variables = {}, data }) => {
      const events = await Array.fromAsync(live.subscribe(await live.prepare({ source }), variables, scope));
      expect(events.map(({ data: text, errors }) => ({ data: JSON.parse(text ?? 'null') as unknown, errors }))).toEqual(
        [{ data, errors: [] }],
      );
    });
  },
);
