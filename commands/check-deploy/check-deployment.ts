import { attemptLong } from './attempt.ts';
import { checkWithPrograms } from './compose/programs.ts';
import { findFaults } from './find-faults.ts';
import { type Finding, uniqueFindings } from './finding.ts';
import { findKubernetesFaults, renderOverlays } from './kubernetes/find-kubernetes-faults.ts';
import { findTerraformFaults } from './terraform/find-terraform-faults.ts';
import { terraformFolder } from './terraform/hcl.ts';

/** Finds the faults of all files that deploy the product. Without Terraform it calls `skipped`. */
export async function checkDeployment(
  project: string,
  kubectl: string,
  skipped: () => void,
): Promise<readonly Finding[]> {
  const { overlays, findings } = await renderOverlays(project, kubectl);
  // Without all overlays, what they have together is not known.
  const all = findings.length === 0 ? overlays : undefined;
  return uniqueFindings([
    ...(await findFaults(project)),
    ...(await checkWithPrograms(project)),
    ...findings,
    ...findKubernetesFaults(project, overlays),
    ...(await attemptLong(terraformFolder, () => findTerraformFaults(project, all, skipped))),
  ]);
}
