import { accessSync, constants, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ConfigurationError, parseEnvironment } from '#shared/config.ts';

export const usage = `npm run import -- shipments FILE [--mapping FILE.json] [--organization ID] [--url URL]
                        [--email EMAIL] [--password PASSWORD] [--report FILE.csv]
Loads delivered shipments of another system into the running product. See docs/import.md.`;

export interface ImportArguments {
  readonly file: string;
  readonly mapping: string;
  readonly organization: string | undefined;
  readonly url: string;
  readonly email: string;
  readonly password: string;
  readonly report: string;
}

const environment = z.object({
  PORT: z.string().default('4000'),
  IMPORT_URL: z.url().optional(),
  IMPORT_EMAIL: z.string().default('admin@demo.test'),
  IMPORT_PASSWORD: z.string().default('freight-demo'),
  DATA_DIR: z.string().default('.data'),
});

/** Reads the command line; options win over the environment, which wins over the demo's defaults. */
export function readArguments(argv: readonly string[], variables: NodeJS.ProcessEnv): ImportArguments {
  const { values, positionals } = parse(argv);
  const [kind, file, ...rest] = positionals;
  if (kind !== 'shipments' || !file || rest.length > 0) throw new ConfigurationError(usage);
  requireFile(file);
  const { PORT, IMPORT_URL, IMPORT_EMAIL, IMPORT_PASSWORD, DATA_DIR } = parseEnvironment(environment, variables);
  return {
    file,
    mapping: values.mapping ?? join(import.meta.dirname, 'mappings', 'scms.json'),
    organization: values.organization,
    url: values.url ?? IMPORT_URL ?? `http://127.0.0.1:${PORT}/graphql`,
    email: values.email ?? IMPORT_EMAIL,
    password: values.password ?? IMPORT_PASSWORD,
    report: values.report ?? join(DATA_DIR, 'imports', `${basename(file)}.refused.csv`),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { mapping: text, organization: text, url: text, email: text, password: text, report: text },
    });
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function requireFile(file: string): void {
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isFile()) return;
  } catch {
    // said below
  }
  throw new ConfigurationError(`FILE: a readable file is required; got ${file}`);
}
