import { z } from 'zod';

/**
 * Accepts fields of an input under deprecated names, too.
 * @param names the old names by the new ones
 */
export function withOldNames<S extends z.ZodType>(schema: S, names: Readonly<Record<string, string>>) {
  return z.preprocess((input: Readonly<Record<string, unknown>>, faults) => {
    const fields = { ...input };
    for (const [name, oldName] of Object.entries(names)) {
      const value = fields[oldName];
      delete fields[oldName];
      if (value === undefined || value === null) continue;
      if ((fields[name] ?? value) !== value)
        faults.addIssue({
          code: 'custom',
          path: [oldName],
          message: `Differs from \`${name}\`. Give only \`${name}\`.`,
        });
      fields[name] = value;
    }
    return fields;
  }, schema);
}
