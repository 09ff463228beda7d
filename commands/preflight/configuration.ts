import type { z } from 'zod';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { FIELD_KEYS } from '#shared/identity/field-keys.ts';
import {
  ACCESS_PUBLIC_KEYS,
  ACCESS_SIGNING_KEY,
  API_KEY_SECRET,
  BLIND_INDEX_KEY,
  IDENTITY_PUBLIC_KEYS,
  IDENTITY_SIGNING_KEY,
} from '#shared/identity/key-settings.ts';
import { DATABASE_ROLE_SECRET } from '#shared/settings/settings.ts';
import { isProduct } from '../../drills/topology/compose-file.ts';
import { allTables } from '../all-subgraphs.ts';
import { checkServices } from '../check-deploy/compose/services.ts';
import { describeFinding } from '../check-deploy/finding.ts';
import { type Check, requireNone } from './check.ts';
import { readComposition, type Site, settingOfService } from './site.ts';

export const environmentCheck: Check = {
  name: 'environment',
  advice: 'Set the variables in the file of --env-file; .env.production.example explains them.',
  run(site) {
    const composition = readComposition(site);
    requireNone(checkServices(composition).map(describeFinding));
    const services = Object.values(composition.file.services).filter(isProduct);
    return `${services.length} processes have the settings and secrets that they need.`;
  },
};

export const keysCheck: Check = {
  name: 'keys',
  advice:
    'Take the keys from one run of `npm run keys -- --compose`; rotate them as docs/runbooks/rotate-keys.md says.',
  run(site) {
    const ofRoles = findRoleFaults(site); // first: if a variable is missing, there is nothing to check
    requireNone([...findPairFaults(site), ...findSecretFaults(site), ...ofRoles]);
    return 'Signing keys have their public halves, and the roles of the database their passwords.';
  },
};

const pairs = [
  ['ACCESS', ACCESS_SIGNING_KEY, ACCESS_PUBLIC_KEYS],
  ['IDENTITY', IDENTITY_SIGNING_KEY, IDENTITY_PUBLIC_KEYS],
] as const;

/** A token names its key by the id (kid), so that the id must be the same on both sides. */
function findPairFaults({ variables }: Site): readonly string[] {
  return pairs.flatMap(([use, signingKey, publicKeys]) => {
    const own = signingKey.unwrap().safeParse(variables[`${use}_SIGNING_KEY`] ?? '');
    const known = publicKeys.unwrap().safeParse(variables[`${use}_PUBLIC_KEYS`] ?? '');
    if (!own.success) return [faultOf(`${use}_SIGNING_KEY`, own.error)];
    if (!known.success) return [faultOf(`${use}_PUBLIC_KEYS`, known.error)];
    const { kid, x } = own.data.publicJwk;
    const isKnown = known.data.some((key) => key.kid === kid && key.x === x);
    return isKnown
      ? []
      : [`${use}_PUBLIC_KEYS needs the public half of ${use}_SIGNING_KEY, with its id (kid). It is not among them.`];
  });
}

function findSecretFaults({ variables }: Site): readonly string[] {
  const secrets = { API_KEY_SECRET, BLIND_INDEX_KEY, FIELD_KEYS, DATABASE_ROLE_SECRET };
  return Object.entries(secrets).flatMap(([name, setting]) => {
    const { error } = setting.unwrap().safeParse(variables[name] ?? '');
    return error ? [faultOf(name, error)] : [];
  });
}

const faultOf = (name: string, { issues }: z.ZodError): string => `${name}: ${issues[0]?.message}.`;

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
