import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { secretsOf } from '../check-deploy/product-processes.ts';
import { alertmanagerConfigOf, channelsSecret } from './alertmanager-config.ts';
import { disruptionBudgetOf, horizontalOf, verticalOf } from './autoscaling.ts';
import { deployedProcesses } from './deployed-process.ts';
import { deploymentOf } from './deployment.ts';
import { readEdges, readEdgesFile } from './edges.ts';
import { externalSecretOf } from './external-secret.ts';
import { migrateJob, migrateName } from './migrate-job.ts';
import { renderNetwork } from './network-diagram.ts';
import {
  componentPoliciesOf,
  componentsOf,
  networkPoliciesOf,
  regionPoliciesOf,
  regionsOf,
} from './network-policies.ts';
import { serviceAccountOf, serviceMonitorOf, serviceOf } from './service.ts';

export interface WrittenFile {
  /** Path from the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** The files that `npm run k8s` writes, from supergraph.yaml, the settings of the processes, k8s/edges.yaml, the rules of Prometheus and the routes of Alertmanager. */
export function writtenFiles(project: string): readonly WrittenFile[] {
  const edges = readEdges(join(project, 'k8s/edges.yaml'));
  return [
    ...deployedProcesses().map((process) =>
      written(`base/processes/${process.name}.yaml`, [
        serviceAccountOf(process.name),
        externalSecretOf(process.name, process.secrets),
        deploymentOf(process),
        serviceOf(process),
        horizontalOf(process),
        verticalOf(process),
        disruptionBudgetOf(process),
        serviceMonitorOf(process),
      ]),
    ),
    written(`base/processes/${migrateName}.yaml`, [
      serviceAccountOf(migrateName),
      externalSecretOf(migrateName, secretsOf({ kind: 'migrate' }).required),
      migrateJob(),
    ]),
    written('base/network-policies.yaml', networkPoliciesOf(edges)),
    ...regionsOf(edges).map((region) =>
      written(`overlays/${region}/network-policies.yaml`, regionPoliciesOf(edges, region)),
    ),
    ...componentsOf(edges).map((component) =>
      written(`components/${component}/network-policies.yaml`, componentPoliciesOf(edges, component)),
    ),
    ...alertRules(project),
    ...alertRoutes(project),
    { path: 'docs/operations/network.md', text: renderNetwork(readEdgesFile(join(project, 'k8s/edges.yaml'))) },
  ];
}

/** Kubernetes reads YAML 1.1, in which an unquoted `Off` is false. */
const format = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

function written(path: string, objects: readonly object[]): WrittenFile {
  const documents = objects.map((object) => stringify(object, format));
  return { path: `k8s/${path}`, text: `# Written by \`npm run k8s\`. Do not edit.\n${documents.join('---\n')}` };
}

/** The alert rules of monitoring/prometheus/rules as objects of the operator of Prometheus. */
function alertRules(project: string): readonly WrittenFile[] {
  const folder = join(project, 'monitoring/prometheus/rules');
  if (!existsSync(folder)) return [];
  const rules = globSync('*.yml', { cwd: folder })
    .toSorted()
    .map((file) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: `freight-${basename(file, '.yml')}`,
        namespace: 'freight',
        labels: { 'app.kubernetes.io/part-of': 'freight' },
      },
      spec: parse(readFileSync(join(folder, file), 'utf8')),
    }));
  return [written('components/monitoring/rules.yaml', rules)];
}

/** The routes and receivers of monitoring/alertmanager, and the Secret with the addresses of the channels. */
function alertRoutes(project: string): readonly WrittenFile[] {
  const path = join(project, 'monitoring/alertmanager/alertmanager.yml');
  if (!existsSync(path)) return [];
  return [
    written('components/monitoring/alertmanager.yaml', [
      alertmanagerConfigOf(parse(readFileSync(path, 'utf8'))),
      externalSecretOf(channelsSecret, ['slack-url', 'pagerduty-key']),
    ]),
  ];
}
