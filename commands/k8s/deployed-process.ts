import { readSupergraphYaml, subgraphPorts } from '#shared/runtime/supergraph-yaml.ts';
import type { Secret } from '#shared/settings/process-secrets.ts';
import { secretsOf } from '../check-deploy/product-processes.ts';

/** A process of the product that runs on and on, as Kubernetes sees it. */
export interface DeployedProcess {
  readonly name: string;
  /** Name of its metrics in alert rules. */
  readonly job: 'gateway' | 'subgraph';
  /** Arguments of `node`. */
  readonly args: readonly string[];
  /** `http` serves the product; metrics are at `/metrics` on the port `metricsPort`. */
  readonly ports: Readonly<Record<string, number>>;
  readonly metricsPort: string;
  readonly readyPath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** ConfigMaps whose keys become settings. */
  readonly configMaps: readonly string[];
  readonly secrets: readonly Secret[];
  readonly resources: Resources;
  /** Seconds from the end of traffic to the end of the process, at most. */
  readonly graceSeconds: number;
  /** Seconds in which traffic ends before the process is asked to stop. */
  readonly preStopSeconds: number;
  /** Open subscriptions of one pod above which further pods start. */
  readonly subscriptionsPerPod?: number;
}

export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** Pods of each process at the least. */
export const minReplicas = 3;

const subgraphResources: Resources = {
  requests: { cpu: '250m', memory: '512Mi' },
  limits: { cpu: '1', memory: '768Mi' },
};

/** Every process with pods of its own: the gateway and the subgraphs of supergraph.yaml. */
export function deployedProcesses(): readonly DeployedProcess[] {
  return [gateway(), ...readSupergraphYaml().map(({ name }) => subgraph(name))];
}

function gateway(): DeployedProcess {
  const addresses = [...subgraphPorts()].map(([name, port]) => [
    `SUBGRAPH_URL_${name.toUpperCase()}`,
    `http://${name}:${port}/graphql`,
  ]);
  return {
    name: 'gateway',
    job: 'gateway',
    args: ['gateway/server.ts'],
    ports: { http: 4000, admin: 4100 },
    metricsPort: 'admin',
    // Not `/health/ready`: without the database no gateway is ready, and clients would get no response with a code.
    readyPath: '/health',
    environment: {
      PORT: '4000',
      ADMIN_PORT: '4100',
      REPLICAS: String(minReplicas),
      NODE_OPTIONS: '--max-semi-space-size=12',
      ...Object.fromEntries(addresses),
    },
    configMaps: ['settings', 'tracing-settings', 'gateway-settings'],
    secrets: secretsOf({ kind: 'gateway' }).required,
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '1536Mi' } },
    graceSeconds: 40,
    preStopSeconds: 3,
    subscriptionsPerPod: 2_000,
  };
}

function subgraph(name: string): DeployedProcess {
  return {
    name,
    job: 'subgraph',
    args: ['commands/subgraph.ts', name],
    ports: { http: subgraphPorts().get(name) ?? 0 },
    metricsPort: 'http',
    readyPath: '/health',
    environment: {
      PORT: String(subgraphPorts().get(name)),
      REPLICAS: String(minReplicas),
      NODE_OPTIONS: '--max-semi-space-size=4',
    },
    configMaps: [
      'settings',
      'subgraph-settings',
      'tracing-settings',
      ...(name === 'access' ? ['access-settings'] : []),
    ],
    secrets: secretsOf({ kind: 'subgraph', name }).required,
    resources: subgraphResources,
    graceSeconds: 20,
    preStopSeconds: 5,
  };
}
