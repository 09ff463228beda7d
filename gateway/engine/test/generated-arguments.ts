import type fc from 'fast-check';
import * as fastCheck from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

const { nat } = fastCheck;

/** One value in two forms: as GraphQL text, and as JSON for a variable. */
interface Value {
  readonly text: string;
  readonly json: unknown;
}

/** The maximum depth of nested input objects. */
const MAX_NESTING = 3;

/** Draws valid arguments: literals, variables, variables inside literals, defaults, explicit nulls. */
export class ArgumentsGenerator {
  readonly definitions: string[] = [];
  readonly variables: Record<string, unknown> = {};
  readonly #draw: fc.GeneratorValue;

  constructor(draw: fc.GeneratorValue) {
    this.#draw = draw;
  }

  /** Draws arguments for a field: `(name: value, …)`, or an empty text. */
  of(field: GraphQLField<unknown, unknown>): string {
    const given = field.args.flatMap((argument) =>
      isRequiredArgument(argument) || this.#oneIn(2)
        ? [`${argument.name}: ${this.#value(argument.type, 0, true).text}`]
        : [],
    );
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  /** Draws a valid JSON value for a variable. */
  valueOf(type: GraphQLInputType): unknown {
    return this.#value(type, 0, false).json;
  }

  #value(type: GraphQLInputType, nesting: number, mayUseVariables: boolean): Value {
    if (mayUseVariables && this.#oneIn(4)) return this.#variable(type, nesting);
    if (isNonNullType(type)) return this.#present(type.ofType, nesting, mayUseVariables);
    return this.#oneIn(8) ? { text: 'null', json: null } : this.#present(type, nesting, mayUseVariables);
  }

  #variable(type: GraphQLInputType, nesting: number): Value {
    const name = `v${this.definitions.length}`;
    const { text, json } = this.#value(type, nesting, false);
    const byDefault = this.#oneIn(4);
    if (!byDefault) this.variables[name] = json;
    this.definitions.push(`$${name}: ${type}${byDefault ? ` = ${text}` : ''}`);
    return { text: `$${name}`, json };
  }

  #present(type: GraphQLInputType, nesting: number, mayUseVariables: boolean): Value {
    if (isListType(type)) {
      const length = this.#draw(nat, 2);
      const items = Array.from({ length }, () => this.#value(type.ofType, nesting, mayUseVariables));
      return { text: `[${items.map(({ text }) => text).join(', ')}]`, json: items.map(({ json }) => json) };
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).flatMap((field): [string, Value][] => {
        const chosen = isRequiredInputField(field) || (nesting < MAX_NESTING && this.#oneIn(3));
        return chosen ? [[field.name, this.#value(field.type, nesting + 1, mayUseVariables)]] : [];
      });
      return {
        text: `{ ${fields.map(([name, { text }]) => `${name}: ${text}`).join(', ')} }`,
        json: Object.fromEntries(fields.map(([name, { json }]) => [name, json])),
      };
    }
    return this.#leaf(type as GraphQLNamedInputType);
  }

  #leaf(type: GraphQLNamedInputType): Value {
    if (isEnumType(type)) {
      const values = type.getValues();
      const { name } = values[this.#draw(nat, values.length - 1)]!;
      return { text: name, json: name };
    }
    const json = this.#scalar(type.name);
    return { text: JSON.stringify(json), json };
  }

  #scalar(name: string): unknown {
    const number = this.#draw(nat, 3);
    switch (name) {
      case 'Int':
        return number;
      case 'Float':
        return number / 2;
      case 'Boolean':
        return number < 2;
      default:
        return String(number); // ids, texts, and scalars that are written as text
    }
  }

  #oneIn(count: number): boolean {
    return this.#draw(nat, count - 1) === 0;
  }
}
