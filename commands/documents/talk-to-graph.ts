import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { type RegistrationOptions, registerFile, retire } from './registration.ts';

export interface GraphOptions {
  readonly url: string;
  readonly key?: string | undefined;
}

/** `register FILE` and `retire ID`: prints what the graph has answered. @throws ConfigurationError */
export async function talkToGraph(
  [action, subject]: readonly string[],
  { url, key }: GraphOptions,
  registration: RegistrationOptions,
): Promise<void> {
  if (key === undefined) throw needs('--key', 'an API key with the scope access:documents');
  if (subject === undefined) throw new ConfigurationError('Say what to do: register FILE or retire ID.');
  const client = createGraphClient({ url, headers: { 'x-api-key': key } });
  if (action === 'retire') {
    const { name, lastUsedAt, retiresAt } = await retire(client, subject);
    console.log(`${name} was last used ${lastUsedAt ?? 'never'} and is refused from ${retiresAt}.`);
    return;
  }
  if (action !== 'register')
    throw new ConfigurationError(`Unknown action "${action}". Use register FILE or retire ID.`);
  const documents = await registerFile(client, subject, registration);
  for (const { id, name, price, fetches, callsPerMinute, cheapestDrop } of documents) {
    const drop = cheapestDrop ? `; without ${cheapestDrop.path} ${cheapestDrop.saves} points less` : '';
    const calls = callsPerMinute === null ? '' : `, ${callsPerMinute} calls a minute`;
    console.log(`${name} ${id}: at most ${price.maximum} points, ${fetches} fetches${calls}${drop}`);
  }
  console.log(
    `${documents.length} documents are ${registration.dryRun ? 'priced, none is registered' : 'registered'}.`,
  );
}
