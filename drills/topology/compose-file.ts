import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseGiven } from '#shared/runtime/config.ts';
import { interpolate } from './interpolate.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
export type Condition = z.infer<typeof condition>;

const healthcheck = z.object({
  test: z.union([z.string(), z.array(z.string())]).optional(),
  disable: z.boolean().default(false),
});

/** A folder that an operator must have made: the short form would make an empty one. */
const givenFolder = z
  .strictObject({
    type: z.literal('bind'),
    source: z.string(),
    target: z.string(),
    read_only: z.literal(true),
    bind: z.strictObject({ create_host_path: z.literal(false) }),
  })
  .transform(({ source, target }) => `${source}:${target}:ro`);

const service = z.object({
  image: z.string(),
  command: z.array(text).default([]),
  entrypoint: z.array(text).optional(),
  environment: z.record(z.string(), text).default({}),
  depends_on: z.record(z.string(), z.object({ condition })).default({}),
  networks: z.array(z.string()).default([]),
  volumes: z.array(z.union([z.string(), givenFolder])).default([]),
  ports: z.array(text).default([]),
  profiles: z.array(z.string()).default([]),
  restart: z.string().default('no'),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
  build: z.object({ context: z.string() }).optional(),
  read_only: z.boolean().default(false),
  privileged: z.boolean().default(false),
  user: text.optional(),
  cap_add: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  healthcheck: healthcheck.optional(),
});
/** A service of docker-compose.yml, with the parts that this project uses. */
export type ComposeService = z.infer<typeof service>;

const network = z.object({
  ipam: z.object({ config: z.array(z.object({ subnet: z.string() })) }).optional(),
});

const composeFile = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), network),
  volumes: z.record(z.string(), z.unknown()),
});
export type ComposeFile = z.infer<typeof composeFile>;

/** The image of the product's own processes, without its version. */
const productImage = 'infamous-freight';

export const isProduct = ({ image }: ComposeService): boolean => image.split(':')[0] === productImage;

/** Reads the file as plain data: anchors and merge keys are resolved, variables are not. */
export function readComposeData(file: string): unknown {
  return parse(readFileSync(file, 'utf8'), { merge: true });
}

/**
 * Reads the file and puts in the variables of an environment, as `docker compose` does.
 * @throws ConfigurationError if a required variable is missing, or for a form that this project does not use
 */
export function readComposeFile(file: string, environment: NodeJS.ProcessEnv): ComposeFile {
  return parseComposeFile(file, interpolate(readComposeData(file), environment));
}

/** Reads the file as it is written: its texts name variables. @throws ConfigurationError for a form that this project does not use */
export function readWrittenFile(file: string): ComposeFile {
  return parseComposeFile(file, readComposeData(file));
}

function parseComposeFile(file: string, data: unknown): ComposeFile {
  return parseGiven(composeFile, data, file);
}
