import { join } from 'node:path';
import { availability } from './alerts/availability.ts';
import { data } from './alerts/data.ts';
import { database } from './alerts/database.ts';
import { latency } from './alerts/latency.ts';
import { machines } from './alerts/machines.ts';
import { readMemoryLimits } from './memory-limits.ts';
import type { RuleGroup } from './rule.ts';

/** All rules by the name of their file. @param project folder with docker-compose.yml */
export function allRules(project: string): Readonly<Record<string, readonly RuleGroup[]>> {
  const limits = readMemoryLimits(join(project, 'docker-compose.yml'));
  return { availability, latency, machines: machines(limits), data: [database, ...data] };
}
