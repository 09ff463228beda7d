import { Decimal } from 'decimal.js';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { CurrencyResolver, DateTimeISOResolver } from 'graphql-scalars';

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
  parseValue: (value) => inStorableYears(dateTime.parseValue(value)),
  parseLiteral: (node, variables) => inStorableYears(dateTime.parseLiteral(node, variables)),
});

/** ISO 4217 code. */
const CurrencyCode = new GraphQLScalarType({ ...CurrencyResolver.toConfig(), name: 'CurrencyCode' });

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

/** The scalars of the graph, for the resolver maps of the subgraphs that use them. */
export const scalars = { DateTime, Decimal: DecimalScalar, CurrencyCode };
