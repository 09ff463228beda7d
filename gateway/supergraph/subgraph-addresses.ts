import { ConfigurationError } from '#shared/runtime/config.ts';
import { withoutCredentials } from '#shared/runtime/secrets.ts';
import type { GatewayConfig } from '../config.ts';
import { parseSupergraph } from '../engine/supergraph/model.ts';

/**
 * Finds the address of each subgraph: the one in the supergraph, unless a setting replaces it.
 * @throws ConfigurationError with one line for each unusable address
 */
export function resolveAddresses(
  supergraphSdl: string,
  replacements: GatewayConfig['subgraphUrls'],
): Record<string, { readonly url: string }> {
  const subgraphs = parseSupergraph(supergraphSdl).subgraphsMetadata();
  const addresses = [...subgraphs].map(({ name, url }) => ({
    name,
    url: replacements[replacementName(name)] ?? replacements[name] ?? url,
  }));
  const unusable = addresses.filter(({ url }) => !isHttp(url));
  if (unusable.length > 0) throw new ConfigurationError(unusable.map(describeUnusable).join('\n'));
  return Object.fromEntries(addresses.map(({ name, url }) => [name, { url }]));
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function describeUnusable({ name, url }: { name: string; url: string }): string {
  const variable = `SUBGRAPH_URL_${replacementName(name).toUpperCase()}`;
  return `${variable}: an http(s) address is required for subgraph "${name}"; the supergraph says "${withoutCredentials(url)}"`;
}

/** Converts the name of a subgraph to the form in its environment variable, such as `my_subgraph` for `my-subgraph`. */
function replacementName(subgraph: string): string {
  return subgraph.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
}
