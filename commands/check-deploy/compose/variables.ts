import type { ComposeFile } from '../../../drills/topology/compose-file.ts';
import { variablesIn } from '../../../drills/topology/interpolate.ts';
import type { Finding } from '../finding.ts';

/**
 * Puts the fault of a setting where its value is: several services get the value of one variable of the template.
 * @param values those of the template
 */
export function atVariable(
  finding: Finding,
  template: string,
  values: NodeJS.Dict<string>,
  { services }: ComposeFile,
): Finding {
  const [, service = ''] = /^services\.(.+)$/.exec(finding.at) ?? [];
  const [, setting = '', says = ''] = /^(\w+): (.*)$/s.exec(finding.says) ?? [];
  const [variable] = variablesIn(services[service]?.environment[setting]);
  return variable !== undefined && values[variable] ? { file: template, at: variable, says } : finding;
}
