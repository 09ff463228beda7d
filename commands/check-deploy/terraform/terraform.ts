import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Finding } from '../finding.ts';
import { terraformFolder } from './hcl.ts';

const run = promisify(execFile);

/** The folder whose files need no provider. */
export const planFolder = `${terraformFolder}/plan`;

const outputs = z.object({
  regions: z.record(
    z.string(),
    z.object({ network: z.string(), backups_bucket: z.string(), database: z.string(), primary: z.boolean() }),
  ),
  nodes: z.object({ type: z.string(), min: z.number(), most: z.number() }),
});
/** What the plan says about regions and sizes. */
export type PlanOutputs = z.infer<typeof outputs>;

const shown = z
  .object({ planned_values: z.object({ outputs: z.record(z.string(), z.object({ value: z.unknown() })) }) })
  .transform(({ planned_values }) =>
    Object.fromEntries(Object.entries(planned_values.outputs).map(([name, { value }]) => [name, value])),
  )
  .pipe(outputs);

export async function hasTerraform(): Promise<boolean> {
  try {
    await run('terraform', ['version']);
    return true;
  } catch {
    return false;
  }
}

/** Runs what needs no provider: the form of all files, then validation, tests and the outputs of the plan. Nothing is created or fetched. */
export async function runTerraform(
  project: string,
): Promise<{ readonly findings: readonly Finding[]; readonly outputs?: PlanOutputs }> {
  const work = mkdtempSync(join(tmpdir(), 'freight-terraform-'));
  const folder = join(project, planFolder);
  const call = async (...args: readonly string[]) => {
    const env = { ...process.env, TF_DATA_DIR: work, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
    const { stdout } = await run('terraform', args, { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  };
  try {
    await call('fmt', '-check', '-recursive', '-diff', '-no-color', join(project, terraformFolder));
    await call('init', '-input=false', '-backend=false', '-no-color');
    await call('validate', '-no-color');
    const tests = await call('test', '-no-color');
    if (!/^Success! [1-9]\d* passed, 0 failed/m.test(tests))
      throw new Error(`terraform test ran no test: ${tests.trim()}`);
    const plan = join(work, 'plan');
    await call('plan', '-input=false', '-no-color', `-out=${plan}`);
    return { findings: [], outputs: shown.parse(JSON.parse(await call('show', '-json', plan))) };
  } catch (error) {
    return { findings: [{ file: planFolder, at: 'terraform', says: describe(error) }] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The errors in what Terraform wrote, in one line. Warnings and the frame around each message are left out. */
export function reasonIn(output: string): string {
  const text = output.replaceAll(/^[╷│╵] ?/gm, '');
  const errors = text.split(/^(?=(?:Error|Warning): )/m).filter((part) => part.startsWith('Error: '));
  return (errors.length > 0 ? errors.join('\n') : text).trim().replaceAll(/\s*\n\s*/g, ' / ');
}

/** What the failed command wrote. */
function describe(error: unknown): string {
  const written = z.object({ cmd: z.string(), stdout: z.string(), stderr: z.string() }).safeParse(error).data;
  if (!written) return String(error);
  const [, command = ''] = /terraform (\w+)/.exec(written.cmd) ?? [];
  return `terraform ${command} fails: ${reasonIn(`${written.stdout}\n${written.stderr}`)}`;
}
