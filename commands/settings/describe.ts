import { z } from 'zod';

/** The documentation of one setting, read from its zod schema. */
export interface SettingDescription {
  readonly name: string;
  readonly description: string;
  /** The values that it accepts. */
  readonly values: string;
  /** The default as it would be written in the environment. Undefined without a fixed default. */
  readonly default: string | undefined;
  /** What applies when it is absent. */
  readonly otherwise: string;
}

/** The schema of the text of a setting before it is parsed. */
const input = z.object({
  type: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
});

export function describeSetting(name: string, schema: z.ZodType): SettingDescription {
  const { description = '', unit, form, otherwise } = schema.meta() ?? {};
  const { data: value } = schema.safeParse(undefined);
  const fixed = value === undefined || (Array.isArray(value) && value.length === 0) ? undefined : String(value);
  const withUnit = (text: string) => [text, unit].filter(Boolean).join(' ');
  return {
    name,
    description,
    values: form ?? withUnit(valuesOf(input.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })))),
    default: fixed,
    otherwise: otherwise ?? (fixed === undefined ? 'none' : withUnit(fixed)),
  };
}

function valuesOf({ type, format, enum: choice, minimum, maximum, minLength }: z.infer<typeof input>): string {
  if (choice) return choice.map((one) => `\`${one}\``).join(', ');
  if (type === 'integer' || type === 'number') return rangeOf(minimum, maximum);
  if (format === 'uri') return 'URL';
  if (format === 'date-time') return 'ISO 8601';
  return minLength !== undefined && minLength > 1 ? `text of ${minLength} characters or more` : 'text';
}

function rangeOf(minimum: number | undefined, maximum = Number.MAX_SAFE_INTEGER): string {
  return maximum >= Number.MAX_SAFE_INTEGER ? `${minimum ?? 0} or more` : `${minimum ?? 0} to ${maximum}`;
}
