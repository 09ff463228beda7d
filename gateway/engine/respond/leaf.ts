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

/** The JSON text of a leaf value; null when the type doesn't allow the value. */
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

/** JSON text such as 1e999 parses to Infinity. */
function writeFloat(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return isExactNumber(value) && Number.isFinite(Number(value.rawJSON)) ? value.rawJSON : null;
}

function writeAny(value: unknown, context: WriteContext): string | null {
  if (typeof value === 'string') return writeString(value, context);
  const text = jsonText(value);
  // Where a number is beyond the range of a double there is a null now.
  return text.includes('null') && holdsInfinity(value) ? null : text;
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
}

/** A custom scalar may hold any JSON; an enum holds only the values that clients may see. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => texts.get(value as string) ?? null;
  }
  // The schema may come from another build of the same scalars, so they are told apart by name.
  for (const [scalar, writer] of builtIn) if (scalar.name === type.name) return writer;
  return writeAny;
}
