import { rulesCheck } from './alert-rules.ts';
import type { Check } from './check.ts';
import { environmentCheck, keysCheck } from './configuration.ts';
import { certificatesCheck, portsCheck } from './edge.ts';
import { dashboardsCheck, documentsCheck, imageCheck, supergraphCheck } from './files.ts';
import { backupCheck, clockCheck, databaseCheck, diskCheck, redisCheck } from './services.ts';

/** Every check of `npm run preflight`, in its order. */
export const checks: readonly Check[] = [
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
