import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { readGivenJson } from '#shared/runtime/given-files.ts';

const product = z.object({ name: z.literal('infamous-freight-graph'), version: z.string() });

/** The version of the product in a folder. @param option that names the folder @throws ConfigurationError if the product is not there */
export function readVersion(option: string, folder: string): string {
  const file = join(folder, 'package.json');
  const { data } = product.safeParse(readGivenJson(option, file));
  if (data) return data.version;
  throw new ConfigurationError(`${option} needs a checkout of the product. ${file} is of something else.`);
}
