import type { Port } from '../../../k8s/edges.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';

/** A connection that must be allowed. Both ends have the names of k8s/edges.yaml. */
export interface Need {
  /** The object that needs it. */
  readonly object: KubernetesObject;
  readonly from: string;
  readonly to: string;
  readonly ports: readonly Port[];
  /** The setting, file or purpose behind it. */
  readonly for: string;
}

export const tcp = (...ports: readonly number[]): readonly Port[] => ports.map((port) => ({ protocol: 'TCP', port }));

/** The API server, behind its Service and directly. */
export const apiPorts = tcp(443, 6443);
export const httpsPorts = tcp(443);
