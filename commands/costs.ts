import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readDeployment } from './costs/deployment.ts';
import { readInputs } from './costs/inputs.ts';
import { computeCosts } from './costs/model.ts';
import { renderCosts } from './costs/render.ts';

const command = {
  call: 'npm run costs --',
  does: 'Writes docs/costs.md: what a region and a request cost, from infra/costs/inputs.yaml and the files of k8s.',
  options: { check: { type: 'boolean', default: false, help: 'writes nothing, fails when the file is stale' } },
} as const;

try {
  const { values } = readCommandLine(command);
  const project = join(import.meta.dirname, '..');
  const file = join(project, 'docs/costs.md');
  const inputs = readInputs(join(project, 'infra/costs/inputs.yaml'));
  const deployment = await readDeployment(project);
  const costs = computeCosts(inputs, deployment);
  const text = renderCosts(inputs, deployment, costs);
  if (!values.check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text)
    throw new ConfigurationError('docs/costs.md is stale: run `npm run costs` and commit the file.');
  console.log(
    `A request costs ${costs.usdPerRequest.toPrecision(2)} USD; the goal is ${inputs.goalUsdPerRequest} USD.`,
  );
} catch (error) {
  exitWith(error);
}
