import type fc from 'fast-check';
import * as fastCheck from 'fast-check';
import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  parse,
  validate,
} from 'graphql';
import { ArgumentsGenerator } from './generated-arguments.ts';

type Draw = fc.GeneratorValue;

const { nat, constantFrom } = fastCheck;

/** A valid operation, and values of its variables. */
export interface GeneratedOperation {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface OperationShape {
  readonly maxDepth?: number;
  /** Whether conditions may exclude all fields of an object. The object is `{}` then, but `@apollo/gateway` makes it null. */
  readonly emptyObjects?: boolean;
}

const conditionVariables = { yes: true, no: false };
const definitions = { yes: '$yes: Boolean!', no: '$no: Boolean = false' };

/** Draws a valid operation for a schema. Undefined when the drawn operation breaks a validation rule, such as fields that can't be merged. */
export function generateOperation(
  schema: GraphQLSchema,
  draw: Draw,
  { maxDepth = 4, emptyObjects = true }: OperationShape = {},
): GeneratedOperation | undefined {
  const fragments: string[] = [];
  const args = new ArgumentsGenerator(draw);
  const selection = selectionSet(schema.getQueryType()!, maxDepth);
  const body = `${selection}\n${fragments.join('\n')}`;
  const conditions = Object.entries(definitions).flatMap(([name, definition]) =>
    new RegExp(`\\$${name}\\b`).test(body) ? [definition] : [],
  );
  const used = [...conditions, ...args.definitions];
  const source = `query Generated${used.length > 0 ? `(${used.join(', ')})` : ''} ${body}`;
  const errors = validate(schema, parse(source));
  return errors.length === 0 ? { source, variables: { ...conditionVariables, ...args.variables } } : undefined;

  function selectionSet(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + draw(nat, 3);
    const selections = Array.from({ length: count }, () => selectionOn(type, depth));
    const mayBeEmpty = selections.some((each) => each.includes('@'));
    return `{ ${mayBeEmpty && !emptyObjects ? '__typename ' : ''}${selections.join(' ')} }`;
  }

  function selectionOn(type: GraphQLCompositeType, depth: number): string {
    const choice = draw(nat, 9);
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    if (choice === 0 || fields.length === 0 || (choice < 5 && isAbstractType(type) && depth > 0)) {
      return depth > 0 ? fragmentOn(type, depth) : '__typename';
    }
    if (choice === 1) return draw(nat, 1) === 0 ? '__typename' : 'kind: __typename';
    const field = fields[draw(nat, fields.length - 1)]!;
    const named = getNamedType(field.type);
    if (isCompositeType(named) && depth === 0) return '__typename';
    const alias = draw(nat, 4) === 0 ? `${draw(constantFrom, 'x', 'y', 'f0', 'z')}: ` : '';
    const given = args.of(field);
    const set = isCompositeType(named) ? ` ${selectionSet(named, depth - 1)}` : '';
    return `${alias}${field.name}${given}${condition()}${set}`;
  }

  function fragmentOn(type: GraphQLCompositeType, depth: number): string {
    const possible: GraphQLCompositeType[] = isAbstractType(type) ? [...schema.getPossibleTypes(type)] : [type];
    if (isInterfaceType(type)) possible.push(...schema.getImplementations(type).interfaces);
    const target = possible[draw(nat, possible.length - 1)] ?? type;
    if (draw(nat, 3) === 0) {
      const name = `F${fragments.length}`;
      fragments.push('');
      fragments[Number(name.slice(1))] = `fragment ${name} on ${target.name} ${selectionSet(target, depth - 1)}`;
      return `...${name}${condition()}`;
    }
    return `... on ${target.name}${condition()} ${selectionSet(target, depth - 1)}`;
  }

  function condition(): string {
    if (draw(nat, 7) !== 0) return '';
    return draw(constantFrom, ' @include(if: $yes)', ' @skip(if: $no)', ' @include(if: $no)', ' @skip(if: false)');
  }
}
