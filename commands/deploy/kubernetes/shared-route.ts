import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import type { Share } from '../../../release/plan.ts';
import { nextName } from './next-objects.ts';

const gateway = { name: 'gateway', port: 4000 };
const nextGateway = { name: nextName('gateway'), port: 4000 };

/** The beginning of an API key, as lists of keys show it. */
const keyBeginning = /^ifk_(?:live|test)_\w{4}$/;

/**
 * The route of the overlay with weights: a share of the requests, and all requests of the chosen API keys, go to the next set.
 * @throws ConfigurationError for an organization: routes cannot read tokens
 */
export function sharedRoute(route: IHTTPRoute, { percent, chosen }: Share): IHTTPRoute {
  const [rule] = route.spec.rules ?? [];
  if (!rule) throw new ConfigurationError('The HTTPRoute "graph" has no rule. Apply the overlay first.');
  const other = chosen.find((one) => !keyBeginning.test(one));
  if (other !== undefined)
    throw needs('--first', 'only beginnings of API keys in Kubernetes, such as ifk_live_4f9A', other);
  const byKey = {
    ...rule,
    matches: chosen.map((beginning) => ({
      path: { type: 'PathPrefix' as const, value: '/' },
      headers: [{ type: 'RegularExpression' as const, name: 'x-api-key', value: `${beginning}.*` }],
    })),
    backendRefs: [nextGateway],
  };
  const byWeight = [
    { ...gateway, weight: 100 - percent },
    { ...nextGateway, weight: percent },
  ];
  // A route must not name a Service that does not exist.
  const all = { ...rule, backendRefs: percent > 0 ? byWeight : [gateway] };
  return { ...route, spec: { ...route.spec, rules: chosen.length > 0 ? [byKey, all] : [all] } };
}
