import { accessSync, constants, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { DATA_DIR } from '#shared/settings/settings.ts';

export const kinds = ['shipments', 'loads', 'drivers', 'vehicles'] as const;
export type KindName = (typeof kinds)[number];

const text = { type: 'string' } as const;
const command = {
  call: 'npm run import --',
  takes: `${kinds.join('|')} FILE`,
  does: 'Imports delivered shipments, open loads, drivers or vehicles of another system into a running product. See docs/import.md.',
  options: {
    mapping: { ...text, value: 'FILE.json', help: 'meaning of the columns; of shipments, the SCMS data by default' },
    'dry-run': { type: 'boolean', help: 'shows what the mapping makes of the file, and sends nothing' },
    organization: { ...text, value: 'ID', help: 'the customer; the organization of the mapping by default' },
    url: { ...text, value: 'URL', help: 'GraphQL address of the gateway; IMPORT_URL' },
    email: { ...text, value: 'EMAIL', help: 'account that imports; IMPORT_EMAIL, or the demo administrator' },
    password: {
      ...text,
      value: 'PASSWORD',
      help: 'better set as IMPORT_PASSWORD, which process lists do not show',
    },
    code: { ...text, value: 'CODE', help: 'code of the second factor of an account that has one; IMPORT_CODE' },
    report: { ...text, value: 'FILE.csv', help: 'where refused rows are written' },
  },
} as const;

export interface ImportArguments {
  readonly kind: KindName;
  readonly dryRun: boolean;
  readonly file: string;
  readonly mapping: string;
  readonly organization: string | undefined;
  readonly url: string;
  readonly email: string;
  readonly password: string;
  /** Of the second factor. */
  readonly code: string | undefined;
  readonly report: string;
}

const scmsMapping = join(import.meta.dirname, 'mappings', 'scms.json');

/** Settings of `npm run import`. */
export const importSettings = z.object({
  IMPORT_URL: z.url().optional().meta({
    description: 'GraphQL address of the gateway.',
    otherwise: 'the gateway of this machine at PORT',
  }),
  IMPORT_EMAIL: z.string().default('admin@demo.test').meta({ description: 'Account that imports.' }),
  IMPORT_PASSWORD: z.string().default('freight-demo').meta({ description: 'Password of that account.' }),
  IMPORT_CODE: z.string().optional().meta({ description: 'Code of the second factor of that account, if it has one.' }),
  PORT: z.string().default('4000').meta({ description: 'Port of the gateway, where IMPORT_URL is absent.' }),
  DATA_DIR: DATA_DIR.meta({ description: 'Folder under which refused rows are written.' }),
});

/** Reads the command line. Options take precedence over the environment, and the environment over the defaults of the demo. */
export function readArguments(argv: readonly string[], variables: NodeJS.ProcessEnv): ImportArguments {
  const { values, positionals } = readCommandLine(command, argv);
  const [name, file, ...rest] = positionals;
  const kind = kinds.find((each) => each === name);
  if (!kind || !file || rest.length > 0)
    throw new ConfigurationError(
      `${command.call} ${command.takes}: Give the kind and the file, and nothing else, instead of ${positionals.join(' ') || 'nothing'}.`,
    );
  requireFile(file);
  const settings = parseEnvironment(importSettings, variables);
  const mapping = values.mapping ?? (kind === 'shipments' ? scmsMapping : undefined);
  if (mapping === undefined)
    throw new ConfigurationError('--mapping: Name the mapping file, which says what the columns mean.');
  return {
    kind,
    dryRun: values['dry-run'] ?? false,
    file,
    mapping,
    organization: values.organization,
    url: values.url ?? settings.IMPORT_URL ?? `http://127.0.0.1:${settings.PORT}/graphql`,
    email: values.email ?? settings.IMPORT_EMAIL,
    password: values.password ?? settings.IMPORT_PASSWORD,
    code: values.code ?? settings.IMPORT_CODE,
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
  throw new ConfigurationError(`FILE: ${file} is not a file that can be read. Name another one.`);
}
