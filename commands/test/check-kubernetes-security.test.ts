import { describe } from '@jest/globals';
import { type FieldRow, testFields } from './kubernetes-base.ts';

const pod = 'spec.template.spec';
const container = `${pod}.containers.0`;
const rights = `${container}.securityContext`;

const inFleet = (title: string, path: string, value: unknown, expected: string): FieldRow => [
  title,
  'Deployment',
  'fleet',
  path,
  value,
  `Deployment fleet: ${expected}`,
];

describe('a pod that breaks the standard `restricted` of Pod Security is found', () => {
  const pss = (path: string, value: unknown, expected: string) => inFleet(expected, path, value, expected);
  testFields([
    pss(
      `${pod}.securityContext.runAsNonRoot`,
      undefined,
      'container process: it may run as root: set runAsNonRoot: true.',
    ),
    pss(`${pod}.securityContext.runAsNonRoot`, false, 'runAsNonRoot: false is refused'),
    pss(
      `${pod}.securityContext.runAsUser`,
      undefined,
      'container process: its user is root or left to the image: set a runAsUser other than 0.',
    ),
    pss(`${pod}.securityContext.runAsGroup`, 0, 'runAsGroup: 0 is refused'),
    pss(
      `${pod}.securityContext.seccompProfile`,
      undefined,
      'container process: it may call everything of the kernel: set seccompProfile RuntimeDefault.',
    ),
    pss(`${pod}.securityContext.appArmorProfile`, { type: 'Unconfined' }, 'appArmorProfile Unconfined is refused'),
    pss(
      `${pod}.securityContext.seLinuxOptions`,
      { type: 'spc_t' },
      'seLinuxOptions other than a type of containers are refused',
    ),
    pss(
      `${pod}.securityContext.sysctls`,
      [{ name: 'kernel.msgmax', value: '1' }],
      'the sysctl kernel.msgmax is not safe',
    ),
    pss(`${pod}.securityContext.windowsOptions`, { hostProcess: true }, 'windowsOptions.hostProcess is refused'),
    pss(`${pod}.hostNetwork`, true, 'it must not use namespaces of the host'),
    pss(`${pod}.volumes.0`, { name: 'tmp', hostPath: { path: '/' } }, 'volume tmp: hostPath is refused'),
    pss(`${rights}.runAsUser`, 0, 'container process: runAsUser: 0 is refused'),
    pss(`${rights}.runAsNonRoot`, false, 'container process: runAsNonRoot: false is refused'),
    pss(`${rights}.seccompProfile`, { type: 'Unconfined' }, 'container process: seccompProfile Unconfined is refused'),
    pss(`${rights}.privileged`, true, 'container process: it must not be privileged'),
    pss(
      `${rights}.allowPrivilegeEscalation`,
      undefined,
      'container process: its processes may gain rights: set allowPrivilegeEscalation: false.',
    ),
    pss(
      `${rights}.readOnlyRootFilesystem`,
      false,
      'container process: its root file system can be written: set readOnlyRootFilesystem: true.',
    ),
    pss(
      `${rights}.capabilities.drop`,
      [],
      'container process: it keeps capabilities that it does not need: set capabilities.drop: [ALL].',
    ),
    pss(`${rights}.capabilities.add`, ['SYS_ADMIN'], 'container process: capabilities.add: SYS_ADMIN is refused'),
    pss(`${rights}.procMount`, 'Unmasked', 'container process: procMount: Unmasked is refused'),
    pss(`${container}.ports.0.hostPort`, 80, 'container process: hostPort: 80 is refused'),
    pss(
      `${container}.livenessProbe.httpGet.host`,
      '10.0.0.1',
      'container process: a probe or hook with a host of its own is refused',
    ),
    [
      'a namespace without the standard',
      'Namespace',
      'freight',
      'metadata.labels.pod-security~kubernetes~io/enforce',
      'privileged',
      'Namespace freight: its pods are not held to the restricted standard: set the label pod-security.kubernetes.io/enforce: restricted.',
    ],
    inFleet('a pod in another namespace', 'metadata.namespace', 'other', 'no Namespace other exists'),
  ]);
});
