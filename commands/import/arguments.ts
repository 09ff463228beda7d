import { accessSync, constants, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { DATA_DIR } from '#shared/settings/settings.ts';

const text = { type: 'string' } as const;
const command = {
  call: 'npm run import --',
  takes: 'shipments FILE',
  does: 'Imports delivered shipments of another system from CSV or TSV into a running product. See docs/import.md.',
  options: {
    mapping: { ...text, value: 'FILE.json', help: 'meaning of the columns; the SCMS data by default' },
    organization: { ...text, value: 'ID', help: 'the customer; the organization of the mapping by default' },
    url: { ...text, value: 'URL', help: 'GraphQL address of the gateway; IMPORT_URL' },
    email: { ...text, value: 'EMAIL', help: 'account that imports; IMPORT_EMAIL, or the demo administrator' },
    password: {
      ...text,
      value: 'PASSWORD',
      help: 'better set as IMPORT_PASSWORD, which process lists do not show',
    },
    report: { ...text, value: 'FILE.csv', help: 'where refused rows are written' },
  },
} as const;

export interface ImportArguments {
  readonly file: string;
  readonly mapping: string;
  readonly organization: string | undefined;
  readonly url: string;
  readonly email: string;
  readonly password: string;
  readonly report: string;
}

/** Settings of `npm run import`. */
export const importSettings = z.object({
  IMPORT_URL: z.url().optional().meta({
    description: 'GraphQL address of the gateway.',
    otherwise: 'the gateway of this machine at PORT',
  }),
  IMPORT_EMAIL: z.string().default('admin@demo.test').meta({ description: 'Account that imports.' }),
  IMPORT_PASSWORD: z.string().default('freight-demo').meta({ description: 'Password of that account.' }),
  PORT: z.string().default('4000').meta({ description: 'Port of the gateway, where IMPORT_URL is absent.' }),
  DATA_DIR: DATA_DIR.meta({ description: 'Folder under which refused rows are written.' }),
});

/** Reads the command line. Options take precedence over the environment, and the environment over the defaults of the demo. */
export function readArguments(argv: readonly string[], variables: NodeJS.ProcessEnv): ImportArguments {
  const { values, positionals } = readCommandLine(command, argv);
  const [kind, file, ...rest] = positionals;
  if (kind !== 'shipments' || !file || rest.length > 0)
    throw new ConfigurationError(
      `npm run import -- shipments FILE: both are required, and nothing else; got ${positionals.join(' ') || 'nothing'}`,
    );
  requireFile(file);
  const settings = parseEnvironment(importSettings, variables);
  return {
    file,
    mapping: values.mapping ?? join(import.meta.dirname, 'mappings', 'scms.json'),
    organization: values.organization,
    url: values.url ?? settings.IMPORT_URL ?? `http://127.0.0.1:${settings.PORT}/graphql`,
    email: values.email ?? settings.IMPORT_EMAIL,
    password: values.password ?? settings.IMPORT_PASSWORD,
    report: values.report ?? join(settings.DATA_DIR, 'imports', `${basename(file)}.refused.csv`),
  };
}

function requireFile(file: string): void {
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isFile()) return;
  } catch {
    // Reported below.
  }
  throw new ConfigurationError(`FILE: a readable file is required; got ${file}`);
}
