import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { productImage } from './labels.ts';

interface ProductContainer extends Omit<IContainer, 'image' | 'securityContext' | 'volumeMounts'> {
  readonly name: string;
}

/** The parts of a pod of the product under the standard `restricted` of Pod Security: no root, no writable image, no rights. */
export function podOf(name: string, container: ProductContainer): IPodSpec {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        image: productImage,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        ...container,
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
  };
}
