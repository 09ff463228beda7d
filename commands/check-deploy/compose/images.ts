import type { ComposeService } from '../../../drills/topology/compose-file.ts';
import { isProduct } from '../../../drills/topology/compose-file.ts';
import { mountedFiles } from './mounted-files.ts';

/** What a program of others does in its container. */
interface ImageFacts {
  /** Ports on which it listens unless its configuration says others. */
  readonly ports: readonly number[];
  /** What its health check must contain to ask the program whether it serves. */
  readonly asks: readonly string[];
}

/** By the name of the image, without registry and version. */
const images: Readonly<Record<string, ImageFacts>> = {
  haproxy: { ports: [], asks: ['/dev/tcp/127.0.0.1/8404', 'GET /health '] },
  postgres: { ports: [], asks: [] },
  'infamous-freight-postgres': { ports: [5432], asks: ['pg_isready -h 127.0.0.1'] },
  redis: { ports: [6379], asks: ['redis-cli -h 127.0.0.1 ping'] },
  prometheus: { ports: [9090], asks: ['http://127.0.0.1:9090/-/healthy'] },
  alertmanager: { ports: [9093], asks: ['http://127.0.0.1:9093/-/healthy'] },
  'postgres-exporter': { ports: [9187], asks: ['http://127.0.0.1:9187/'] },
  redis_exporter: { ports: [9121], asks: ['http://127.0.0.1:9121/health'] },
  'node-exporter': { ports: [9100], asks: ['http://127.0.0.1:9100/'] },
  'blackbox-exporter': { ports: [9115], asks: ['http://127.0.0.1:9115/-/healthy'] },
  grafana: { ports: [3000], asks: ['http://127.0.0.1:3000/api/health'] },
  'infamous-freight-collector': { ports: [], asks: ['http://127.0.0.1:13133/'] },
  'all-in-one': { ports: [4317, 14269, 16686], asks: ['http://127.0.0.1:14269/'] },
  vector: { ports: [], asks: ['vector validate'] },
  elasticsearch: { ports: [9200], asks: ['http://127.0.0.1:9200/_cluster/health'] },
  kibana: { ports: [5601], asks: ['http://127.0.0.1:5601/api/status'] },
  mailpit: { ports: [1025, 8025], asks: ['/mailpit readyz'] },
};

/** @returns undefined for an image that the table lacks */
export const factsOf = ({ image }: ComposeService): ImageFacts | undefined =>
  images[image.split('/').at(-1)?.split(':')[0] ?? ''];

/** The ports on which a service listens: by its settings, by the configuration that it mounts, and by its image. */
export function portsOf(project: string, service: ComposeService): ReadonlySet<number> {
  const { PORT, ADMIN_PORT } = service.environment;
  if (isProduct(service)) return new Set([PORT, ADMIN_PORT].filter((port) => port !== undefined).map(Number));
  const configured = [...service.command, ...mountedFiles(project, service).map(({ text }) => text)].flatMap((text) =>
    [...text.matchAll(/(?:\bbind |\b0\.0\.0\.0|listen-address=):(\d+)\b/g)].map(([, port]) => Number(port)),
  );
  return new Set([...configured, ...(factsOf(service)?.ports ?? [])]);
}
