import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { type Day, earliestDay, latestDay, parseDay } from '../domain/day.ts';

function requireDay(value: unknown): Day {
  const day = typeof value === 'string' ? parseDay(value) : undefined;
  if (day) return day;
  throw new GraphQLError(
    `A date must be a day from ${earliestDay} to ${latestDay} as YYYY-MM-DD; got ${String(value).slice(0, 40)}.`,
  );
}

/** A calendar day as YYYY-MM-DD. */
export const DateScalar = new GraphQLScalarType({
  name: 'Date',
  serialize: (value) => value,
  parseValue: requireDay,
  parseLiteral: (node) => requireDay(node.kind === Kind.STRING ? node.value : node.kind),
});
