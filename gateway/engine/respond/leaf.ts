import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from 'graphql';
import { isExactNumber } from '../values/exact-numbers.ts';
import { jsonText, quote } from '../values/json-text.ts';
import type { WriteContext } from './write-context.ts';

/** Writes the JSON text of a leaf value; null when the type doesn't allow the value. */
export type LeafWriter = (value: unknown, context: WriteContext) => string | null;

const builtIn = new Map<GraphQLLeafType, LeafWriter>([
  [GraphQLString, (value, context) => (typeof value === 'string' ? writeString(value, context) : null)],
  [GraphQLBoolean, (value) => (typeof value === 'boolean' ? String(value) : null)],
  [GraphQLInt, (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : null)],
  [GraphQLFloat, writeFloat],
  [GraphQLID, writeId],
]);

function writeString(value: string, { isUnescaped }: WriteContext): string {
  return isUnescaped ? `"${value}"` : quote(value);
}

function writeId(value: unknown, context: WriteContext): string | null {
  if (typeof value === 'string') return writeString(value, context);
  if (isExactNumber(value)) return /^-?\d+$/.test(value.rawJSON) ? `"${value.rawJSON}"` : null;
  return typeof value === 'number' && Number.isInteger(value) ? `"${value}"` : null;
}

/** A number such as 1e999 is parsed as Infinity, which JSON can't express. */
function writeFloat(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return isExactNumber(value) && Number.isFinite(Number(value.rawJSON)) ? value.rawJSON : null;
}

function writeAny(value: unknown, context: WriteContext): string | null {
  if (typeof value === 'string') return writeString(value, context);
  const text = jsonText(value);
  // `JSON.stringify` writes Infinity as null.
  return text.includes('null') && holdsInfinity(value) ? null : text;
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
}

/** The writer of a leaf type. A custom scalar allows any JSON; an enum only the values that clients may see. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => texts.get(value as string) ?? null; // no other value is a key
  }
  // The schema may have its own instances of the built-in scalars, so they are compared by name.
  for (const [scalar, writer] of builtIn) if (scalar.name === type.name) return writer;
  return writeAny;
}
