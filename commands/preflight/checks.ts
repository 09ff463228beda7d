import { rulesCheck } from './alert-rules.ts';
import type { Check } from './check.ts';
import { environmentCheck, keysCheck } from './configuration.ts';
import { certificatesCheck, portsCheck } from './edge.ts';
import { dashboardsCheck, documentsCheck, imageCheck, supergraphCheck } from './files.ts';
import { backupCheck, clockCheck, databaseCheck, diskCheck, redisCheck } from './services.ts';

/** Every check of `npm run preflight`, in its order: those of docker-compose.yml. */
const ofCompose: readonly Check[] = [
  environmentCheck,
  keysCheck,
  databaseCheck,
  backupCheck,
  supergraphCheck,
  documentsCheck,
  redisCheck,
  diskCheck,
  clockCheck,
  certificatesCheck,
  portsCheck,
  dashboardsCheck,
  rulesCheck,
  imageCheck,
];

/** What holds for a cluster, too. Its settings, secrets, database and Redis are checked where they are (docs/guides/release.md). */
const ofKubernetes: readonly Check[] = [
  backupCheck,
  supergraphCheck,
  certificatesCheck,
  dashboardsCheck,
  rulesCheck,
  imageCheck,
];

export const checksByTarget = { compose: ofCompose, kubernetes: ofKubernetes };
