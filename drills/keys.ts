import { newKeyring } from '#shared/identity/keys.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { atMost, type Drill, type DrillContext, ledgerBars } from './drill.ts';
import { createOperator } from './operator.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

const healthyMs = 60_000;
const gateways = ['gateway-1', 'gateway-2'];
const writing = ['access', 'shipments'];

/** Both signing keys are rotated with overlap while clients write, as docs/runbooks/rotate-keys.md says. */
export const keysDrill: Drill = {
  name: 'keys',
  does: 'rotates the signing keys of gateways and access, process by process, while clients write with tokens of the old key',
  run: (site) =>
    withTopology(site, async (context) => {
      const operator = await createOperator(context);
      const fault = { name: 'rotation', begin: () => rotate(context), end: () => undefined };
      return [await runFault(operator, fault, context)];
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ name, firstAckMs, clientCodes }) => [
      atMost(`${name}.firstAck`, firstAckMs / 1_000, 20, 's'),
      atMost(`${name}.unauthenticated`, clientCodes['UNAUTHENTICATED'] ?? 0, 0, 'requests'),
    ]),
  ],
};

async function rotate(context: DrillContext): Promise<void> {
  const { environment, say } = context;
  const { access, identity } = await newKeyring();
  const withBoth = (setting: string, key: object) => ({ [setting]: addKey(environment[setting], key) });

  await restartSubgraphs(context, withBoth('IDENTITY_PUBLIC_KEYS', identity.publicJwk));
  say('keys: subgraphs know the new identity key.');
  for (const gateway of gateways)
    await restart(context, gateway, {
      ...withBoth('ACCESS_PUBLIC_KEYS', access.publicJwk),
      IDENTITY_SIGNING_KEY: JSON.stringify(identity.privateJwk),
    });
  await restart(context, 'access', { ACCESS_SIGNING_KEY: JSON.stringify(access.privateJwk) });
  say('keys: the new keys sign.');
  // No gateway holds an identity token of the old key any more. Access tokens of clients still need theirs.
  await restartSubgraphs(context, { IDENTITY_PUBLIC_KEYS: JSON.stringify({ keys: [identity.publicJwk] }) });
  say('keys: the old identity key is removed.');
}

type Variables = Readonly<Record<string, string>>;

/** Those that writes need restart one after the other, as all do in production. */
async function restartSubgraphs(context: DrillContext, settings: Variables): Promise<void> {
  const names = readSupergraphYaml().map(({ name }) => name);
  for (const name of writing) await restart(context, name, settings);
  const others = names.filter((name) => !writing.includes(name));
  await Promise.all(others.map((name) => restart(context, name, settings)));
}

async function restart({ topology }: DrillContext, service: string, settings: Variables): Promise<void> {
  const running = topology.of(service);
  await running.restart(settings);
  await running.healthy(healthyMs);
}

/** @param set a JSON Web Key Set, which the settings have checked */
function addKey(set: string | undefined, key: object): string {
  const { keys } = JSON.parse(set ?? '{"keys":[]}') as { readonly keys: readonly object[] };
  return JSON.stringify({ keys: [...keys, key] });
}
