import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { writeGivenJson } from '#shared/runtime/given-files.ts';
import { checkDeployment } from './check-deploy/check-deployment.ts';
import { describeFinding } from './check-deploy/finding.ts';
import { findKubectl } from './check-deploy/kubernetes/kubectl.ts';

const command = {
  call: 'npm run check:deploy --',
  does: 'Checks the files that deploy the product: Dockerfile, docker-compose.yml, every overlay of k8s, infra/terraform, and what they name. Prints one line per fault and then exits with 1.',
  options: { json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the faults there' } },
} as const;

try {
  const { values } = readCommandLine(command);
  const project = join(import.meta.dirname, '..');
  const findings = await checkDeployment(project, await findKubectl(project), () =>
    console.error('terraform is not on the PATH: of infra/terraform only the syntax was checked.'),
  );
  for (const finding of findings) console.log(describeFinding(finding));
  if (values.json) writeGivenJson('--json', values.json, { findings });
  console.log(
    findings.length === 0
      ? 'The deployment files have no faults.'
      : `${findings.length} ${findings.length === 1 ? 'fault' : 'faults'}.`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
} catch (error) {
  exitWith(error);
}
