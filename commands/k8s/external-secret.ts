import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { labelsOf } from './labels.ts';

/** Reads the secrets of one process, or of the channels of alerts, from the store of the region: entry `freight/NAME`, one property per secret. */
export function externalSecretOf(name: string, secrets: readonly string[]): IExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, labels: labelsOf(name) },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'SecretStore', name: 'secrets' },
      target: { name, creationPolicy: 'Owner' },
      data: secrets.map((secretKey) => ({ secretKey, remoteRef: { key: `freight/${name}`, property: secretKey } })),
    },
  };
}
