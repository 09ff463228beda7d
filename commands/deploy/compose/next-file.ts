import { z } from 'zod';
import { nextName, nextService } from '../../../drills/topology/next-set.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const rawService = z.looseObject({
  environment: z.record(z.string(), text).default({}),
  depends_on: z.record(z.string(), z.unknown()).default({}),
  profiles: z.array(z.string()).default([]),
});
const rawFile = z.object({ services: z.record(z.string(), z.unknown()) });

/**
 * A file beside docker-compose.yml with the services of the next set. Variables stay variables, so that it holds no secrets.
 * @param data what docker-compose.yml says
 */
export function nextFile(data: unknown, processes: readonly string[]): object {
  const { services } = rawFile.parse(data);
  const names = new Set(processes);
  const next = processes.map((name) => {
    const { build: _build, ...service } = rawService.parse(services[name]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Compose
    const image = 'infamous-freight:${NEXT_VERSION:?}';
    return [nextName(name), { ...waitingForNone(service, names), image }];
  });
  return { services: Object.fromEntries(next) };
}

/** What is not a process of the product runs already. */
function waitingForNone(service: z.infer<typeof rawService>, names: ReadonlySet<string>): object {
  const { depends_on: _waits, ...rest } = nextService({ ...service, depends_on: {} }, names);
  return rest;
}
