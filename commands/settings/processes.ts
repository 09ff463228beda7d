import type { z } from 'zod';
import { productSettings } from '#shared/settings/product-config.ts';
import { subgraphSettings } from '#shared/settings/subgraph-config.ts';
import { gatewaySettings, SUBGRAPH_URL } from '../../gateway/settings.ts';
import { accessSettings } from '../../subgraphs/access/config.ts';
import { accountsSettings } from '../accounts/open-access.ts';
import { analyzeSettings } from '../analyze/settings.ts';
import { auditSettings } from '../audit/open-trail.ts';
import { demoSettings, seedSettings } from '../demo-settings.ts';
import { importSettings } from '../import/arguments.ts';
import { rotateSettings } from '../keys/rotate-command.ts';
import { loadSettings } from '../load/settings.ts';
import { migrateSettings } from '../migrate-config.ts';
import { supergraphSettings } from '../supergraph/settings.ts';

/** A process and the settings that it reads. */
export interface ProcessSettings {
  readonly title: string;
  readonly about: string;
  readonly settings: Readonly<Record<string, z.ZodType>>;
}

/** Every process of the product, in the order of docs/settings.md. */
export const processes: readonly ProcessSettings[] = [
  {
    title: 'npm start',
    about:
      'The product in one process. It also reads all settings of the gateway and of the access subgraph; their public keys follow from the private ones. `npm run reset` reads the same.',
    settings: productSettings.shape,
  },
  {
    title: 'npm run migrate',
    about: 'Once per release, before subgraphs of that release start.',
    settings: migrateSettings.shape,
  },
  {
    title: 'npm run accounts',
    about:
      'Creates the first administrator in the database of SUBGRAPH_DATABASE_URL, that of the access subgraph, or else of DATABASE_URL with DATABASE_ROLE_SECRET.',
    settings: accountsSettings.shape,
  },
  {
    title: 'npm run keys -- rotate-fields',
    about:
      'Seals every encrypted text with the first key of FIELD_KEYS: of the subgraph that it is called with, in the database of SUBGRAPH_DATABASE_URL, or else of every subgraph, in that of DATABASE_URL with DATABASE_ROLE_SECRET.',
    settings: rotateSettings.shape,
  },
  {
    title: 'npm run audit',
    about: 'Reads the audit trail in the database of SUBGRAPH_DATABASE_URL, or else of DATABASE_URL.',
    settings: auditSettings.shape,
  },
  {
    title: 'npm run gateway',
    about: 'A gateway as a process of its own. With `--supergraph` it needs no keys.',
    settings: { ...gatewaySettings.shape, 'SUBGRAPH_URL_<NAME>': SUBGRAPH_URL },
  },
  {
    title: 'npm run subgraph -- NAME',
    about: 'A subgraph as a process of its own.',
    settings: subgraphSettings.shape,
  },
  {
    title: 'npm run subgraph -- access',
    about: 'The access subgraph, besides the settings of every subgraph.',
    settings: accessSettings.shape,
  },
  {
    title: 'npm run import',
    about: 'Options of the command line win over them.',
    settings: importSettings.shape,
  },
  {
    title: 'npm run supergraph',
    about: 'Who accepts a supergraph.',
    settings: supergraphSettings.shape,
  },
  {
    title: 'npm run demo',
    about: 'What belongs to the demo accounts of this installation.',
    settings: demoSettings.shape,
  },
  {
    title: 'npm run seed',
    about: 'Books sample shipments at a gateway.',
    settings: seedSettings.shape,
  },
  {
    title: 'npm run load',
    about: 'Loads a product that runs ([guide](guides/load.md)).',
    settings: loadSettings.shape,
  },
  {
    title: 'npm run analyze',
    about: 'Reports what is slow ([guide](guides/analyze.md)).',
    settings: analyzeSettings.shape,
  },
];
