import { z } from 'zod';
import { needs } from '#shared/runtime/config.ts';
import { readComposeData } from '../../drills/topology/compose-file.ts';

/** Bytes that a process may hold before its container is killed. */
export interface MemoryLimits {
  readonly gateway: number;
  readonly subgraph: number;
}

const limits = z.object({
  'x-gateway': z.object({ mem_limit: z.string() }),
  'x-subgraph': z.object({ mem_limit: z.string() }),
});
const units: Readonly<Record<string, number>> = { m: 2 ** 20, g: 2 ** 30 };

/** Reads the limits of docker-compose.yml. */
export function readMemoryLimits(composeFile: string): MemoryLimits {
  const data = limits.parse(readComposeData(composeFile));
  return { gateway: bytesOf(data['x-gateway'].mem_limit), subgraph: bytesOf(data['x-subgraph'].mem_limit) };
}

function bytesOf(text: string): number {
  const unit = units[text.slice(-1)];
  if (!unit) throw needs('mem_limit', 'a number with m or g', text);
  return Number(text.slice(0, -1)) * unit;
}
