import type { Finding } from '../finding.ts';
import { checkAddresses, checkOrder } from './addresses.ts';
import { type Composition, checkEach } from './composition.ts';
import {
  checkFiles,
  checkHealth,
  checkImage,
  checkNetworks,
  checkNode,
  checkReferences,
  checkRights,
  checkTrust,
} from './containers.ts';
import { checkProcess } from './processes.ts';
import { checkSecrets } from './secrets.ts';

/** Checks what the schema cannot know: settings, addresses, versions, health checks, rights and limits. */
export const checkServices = (composition: Composition): readonly Finding[] =>
  checkEach(composition, [
    checkImage,
    checkNode,
    checkHealth,
    checkReferences,
    checkFiles,
    checkRights,
    checkSecrets,
    checkNetworks,
    checkTrust,
    checkProcess,
    checkAddresses,
    checkOrder,
  ]);
