import type { Database } from './databases.ts';
import { databasePort } from './endpoints.ts';
import { apiPorts, httpsPorts, type Need, tcp } from './need.ts';

/** Ports of an instance of CloudNativePG: PostgreSQL, and the state of the instance. */
const instancePorts = tcp(databasePort, 8000);
const metricsPorts = tcp(9187);

/** What a database of CloudNativePG needs: its operator, the API server, its other instances, backups, and other regions. */
export function needsOfDatabase({ object, name, spec }: Database): readonly Need[] {
  const need = (from: string, to: string, ports: Need['ports'], reason: string): Need => ({
    object,
    from,
    to,
    ports,
    for: reason,
  });
  const hasBackups = Boolean(spec.plugins?.length || spec.externalClusters?.some(({ plugin }) => plugin));
  return [
    need('database-operator', name, instancePorts, 'failover'),
    need(name, 'cluster-api', apiPorts, 'the election of the primary'),
    ...(spec.instances > 1 ? [need(name, name, instancePorts, 'replication')] : []),
    ...(hasBackups
      ? [need(name, 'internet', httpsPorts, 'backups'), need(name, 'pod-identity', tcp(80), 'the rights to backups')]
      : []),
    ...(spec.monitoring?.enablePodMonitor ? [need('monitoring', name, metricsPorts, 'metrics')] : []),
    ...(spec.replica
      ? [
          need(name, 'regions', tcp(databasePort), 'replication from other regions'),
          need('regions', name, tcp(databasePort), 'replication to other regions'),
        ]
      : []),
  ];
}
