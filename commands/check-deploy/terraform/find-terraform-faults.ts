import { join } from 'node:path';
import { z } from 'zod';
import { readEdges } from '../../k8s/edges.ts';
import { attempt } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import type { Manifests } from '../kubernetes/kubernetes-object.ts';
import { comparePlan } from './compare.ts';
import { checkDecisions } from './decisions.ts';
import { type HclFile, hclPaths, parseHcl } from './hcl.ts';
import { checkReferences } from './references.ts';
import type { NodeType } from './sizes.ts';
import { hasTerraform, planFolder, runTerraform } from './terraform.ts';

/** Checks what holds without Terraform: the syntax of all files, that what they refer to exists, and the decisions that aws/ keeps. */
export async function findHclFaults(project: string): Promise<readonly Finding[]> {
  const parsed = await parseAll(project);
  const faults = parsed.filter((one) => 'says' in one);
  if (faults.length > 0) return faults;
  const files = parsed.filter((one) => 'blocks' in one);
  return [...checkReferences(files), ...checkDecisions(files)];
}

/**
 * Checks the files of infra/terraform and compares the plan with the overlays. Without Terraform it calls `skipped` and checks the syntax only.
 * @param overlays undefined if one of them cannot be rendered: then the plan is compared with none
 */
export async function findTerraformFaults(
  project: string,
  overlays: readonly Manifests[] | undefined,
  skipped: () => void,
): Promise<readonly Finding[]> {
  const faults = await findHclFaults(project);
  if (faults.length > 0) return faults;
  if (!(await hasTerraform())) {
    skipped();
    return [];
  }
  const { findings, outputs } = await runTerraform(project);
  if (!outputs || !overlays) return findings;
  const { node, zones } = await readPlanDefaults(project);
  return attempt('k8s/edges.yaml', () =>
    comparePlan(outputs, overlays, readEdges(join(project, 'k8s/edges.yaml')), node, zones),
  );
}

const parseAll = (project: string): Promise<readonly (HclFile | Finding)[]> =>
  Promise.all(hclPaths(project).map((path) => parseHcl(project, path)));

const defaults = z.object({
  variable: z.object({
    node: z.tuple([
      z.object({
        default: z.object({
          type: z.string(),
          cpu: z.number(),
          memory: z.number(),
          system_cpu: z.number(),
          system_memory: z.number(),
        }),
      }),
    ]),
    zones: z.tuple([z.object({ default: z.number() })]),
    primary: z.tuple([z.object({ default: z.string() })]),
  }),
});

/** What infra/terraform/plan/variables.tf chooses: the type of nodes, the number of zones, the primary region. */
export async function readPlanDefaults(
  project: string,
): Promise<{ readonly node: NodeType & { readonly type: string }; readonly zones: number; readonly primary: string }> {
  const parsed = await parseHcl(project, `${planFolder}/variables.tf`);
  const { variable } = defaults.parse('blocks' in parsed ? parsed.blocks : {});
  return { node: variable.node[0].default, zones: variable.zones[0].default, primary: variable.primary[0].default };
}
