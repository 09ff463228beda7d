import { Decimal } from 'decimal.js';
import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { DateTimeISOResolver } from 'graphql-scalars';

const dateTime = DateTimeISOResolver.toConfig();

/** PostgreSQL has no year 0, and ISO 8601 texts sort like times only in years of four digits. */
function inStorableYears(instant: Date): Date {
  const year = instant.getUTCFullYear();
  if (year >= 1 && year <= 9999) return instant;
  throw new GraphQLError(`The time must be in the years 1 to 9999, not in the year ${year}.`);
}

/** An instant in UTC. Resolvers use `Date`, clients ISO 8601 text. */
const DateTime = new GraphQLScalarType<Date, string>({
  ...dateTime,
  name: 'DateTime',
  // The serializer of the library checks the text that it has made.
  serialize: (value) => (value instanceof Date ? value.toISOString() : dateTime.serialize(value)),
  parseValue: (value) => inStorableYears(dateTime.parseValue(value)),
  parseLiteral: (node, variables) => inStorableYears(dateTime.parseLiteral(node, variables)),
});

function parseCurrency(value: unknown): string {
  const code = typeof value === 'string' ? value.trim().toUpperCase() : '';
  if (/^[A-Z]{3}$/.test(code)) return code;
  throw new GraphQLError(`"${String(value).slice(0, 40)}" is not an ISO 4217 currency code. Write it like "USD".`);
}

/** A code of three letters. Inputs check that ISO 4217 has it, so that the refusal names their field. */
const CurrencyCode = new GraphQLScalarType({
  name: 'CurrencyCode',
  serialize: String,
  parseValue: parseCurrency,
  parseLiteral: (node) => parseCurrency(node.kind === Kind.STRING ? node.value : print(node)),
});

const decimalPattern = /^-?\d{1,15}(\.\d{1,6})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && decimalPattern.test(text)) return text;
  throw new GraphQLError(`"${String(value).slice(0, 40)}" is not a decimal number. Write it like "1234.50".`);
}

/** An exact decimal number as text, with at most 15 digits before the point and 6 after it. */
const DecimalScalar = new GraphQLScalarType({
  name: 'Decimal',
  serialize: (value) => parseDecimal(value instanceof Decimal ? value.toFixed() : value),
  parseValue: parseDecimal,
  parseLiteral(node: ValueNode) {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT)
      return parseDecimal(node.value);
    throw new GraphQLError('This is not a decimal number. Write it like "1234.50".', {
      nodes: node,
    });
  },
});

/** Any JSON value. Only results have it. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  serialize: (value) => value,
  parseValue: refuseJson,
  parseLiteral: refuseJson,
});

function refuseJson(): never {
  throw new GraphQLError('JSON values are results only. No argument takes one.');
}

/** The scalars of the graph, for the resolver maps of the subgraphs that use them. */
export const scalars = { DateTime, Decimal: DecimalScalar, CurrencyCode };
