import { z } from 'zod';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { FIELD_KEYS } from '#shared/identity/field-keys.ts';
import { API_KEY_SECRET, BLIND_INDEX_KEY } from '#shared/identity/key-settings.ts';
import { isProduct } from '../../drills/topology/compose-file.ts';
import { allTables } from '../all-subgraphs.ts';
import { checkServices } from '../check-deploy/compose/services.ts';
import { describeFinding } from '../check-deploy/finding.ts';
import { type Check, requireNone } from './check.ts';
import { compositionOf, type Site, settingOfService } from './site.ts';

export const environmentCheck: Check = {
  name: 'environment',
  advice: 'Set the variables in the file of --env-file; .env.production.example explains them.',
  run(site) {
    const composition = compositionOf(site);
    requireNone(checkServices(composition).map(describeFinding));
    const services = Object.values(composition.file.services).filter(isProduct);
    return `${services.length} processes have the settings and secrets that they need.`;
  },
};

const leastSecret = 32;
const jwk = z.object({ x: z.string() });
const publicKeys = z.object({ keys: z.array(jwk) });

export const keysCheck: Check = {
  name: 'keys',
  advice:
    'Take the keys from one run of `npm run keys -- --compose`; rotate them as docs/runbooks/rotate-keys.md says.',
  run(site) {
    requireNone([...findPairFaults(site), ...findSecretFaults(site), ...findRoleFaults(site)]);
    return 'Signing keys have their public halves, and the roles of the database their passwords.';
  },
};

function findPairFaults({ variables }: Site): readonly string[] {
  return ['ACCESS', 'IDENTITY'].flatMap((use) => {
    const privateKey = jwk.safeParse(parseJson(variables[`${use}_SIGNING_KEY`]));
    const known = publicKeys.safeParse(parseJson(variables[`${use}_PUBLIC_KEYS`]));
    if (!privateKey.success) return [`${use}_SIGNING_KEY needs a key in JWK form.`];
    if (!known.success) return [`${use}_PUBLIC_KEYS needs keys in JWK form.`];
    const isKnown = known.data.keys.some(({ x }) => x === privateKey.data.x);
    return isKnown ? [] : [`${use}_PUBLIC_KEYS needs the public half of ${use}_SIGNING_KEY. It is not among them.`];
  });
}

function findSecretFaults({ variables }: Site): readonly string[] {
  const faults = Object.entries({ API_KEY_SECRET, BLIND_INDEX_KEY, FIELD_KEYS }).flatMap(([name, setting]) => {
    const { error } = setting.unwrap().safeParse(variables[name] ?? '');
    return error ? [`${name}: ${error.issues[0]?.message}.`] : [];
  });
  const isLong = (variables['DATABASE_ROLE_SECRET'] ?? '').length >= leastSecret;
  return isLong ? faults : [...faults, `DATABASE_ROLE_SECRET needs ${leastSecret} characters or more.`];
}

function findRoleFaults(site: Site): readonly string[] {
  const administrator = settingOfService(site, 'migrate', 'DATABASE_URL');
  return allTables.flatMap(({ name }) => {
    const expected = roleUrl(administrator, databaseName, name, site.variables['DATABASE_ROLE_SECRET'] ?? '');
    const given = settingOfService(site, name, 'SUBGRAPH_DATABASE_URL');
    const isSame = URL.parse(given)?.password === URL.parse(expected)?.password;
    return isSame
      ? []
      : [`${name.toUpperCase()}_DATABASE_URL: the password does not follow from DATABASE_ROLE_SECRET.`];
  });
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
