import {
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql';

/** A JSON schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON schema of an object with the variables of an operation. */
export interface InputSchema {
  readonly [keyword: string]: unknown;
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: string[];
  readonly additionalProperties: false;
  /** Input objects by name. They may refer to each other. */
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** @param describe the description of a variable */
export function inputSchemaOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
  describe: (variable: string) => string | undefined,
): InputSchema {
  const objects = new Map<string, JsonSchema>();
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const { variable, type: node, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]) as GraphQLInputType; // the document is valid
    const byDefault = defaultValue && { default: valueFromASTUntyped(defaultValue) };
    properties[name] = described(schemaOf(type, objects), describe(name), byDefault);
    if (isNonNullType(type) && !defaultValue) required.push(name);
  }
  const $defs = objects.size > 0 ? { $defs: Object.fromEntries(objects) } : {};
  return { type: 'object', properties, required, additionalProperties: false, ...$defs };
}

function described(schema: JsonSchema, description: string | null | undefined, further: object = {}): JsonSchema {
  return { ...schema, ...(description && { description }), ...further };
}

function schemaOf(type: GraphQLInputType, objects: Map<string, JsonSchema>): JsonSchema {
  if (isNonNullType(type)) return schemaOf(type.ofType, objects);
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType, objects) };
  const named = getNamedType(type) as GraphQLNamedInputType; // neither a list nor non-null
  if (isEnumType(named)) return enumSchema(named);
  if (!isInputObjectType(named)) return scalarSchemas[named.name] ?? customScalar(named);
  if (!objects.has(named.name)) {
    objects.set(named.name, {}); // ends the recursion of a type that contains itself
    objects.set(named.name, objectSchema(Object.values(named.getFields()), named, objects));
  }
  return { $ref: `#/$defs/${named.name}` };
}

const scalarSchemas: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  Int: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  Float: { type: 'number' },
  DateTime: {
    type: 'string',
    format: 'date-time',
    description: 'An instant in UTC, such as 2026-03-01T14:30:00.000Z.',
  },
  Date: { type: 'string', format: 'date', description: 'A calendar day, such as 2026-03-01.' },
};

/** Our own scalars are texts. Those of other graphs may be anything, so that only their description helps. */
function customScalar({ name, description }: GraphQLNamedInputType): JsonSchema {
  const isText = name === 'Decimal' || name === 'CurrencyCode';
  return described(isText ? { type: 'string' } : {}, description ?? `A value of the scalar ${name}.`);
}

function enumSchema(type: Extract<GraphQLNamedInputType, { getValues(): unknown }>): JsonSchema {
  const values = type.getValues();
  const meanings = values
    .filter(({ description }) => description)
    .map((value) => `${value.name}: ${value.description}`);
  const description = [type.description, ...meanings].filter(Boolean).join('\n');
  return described({ type: 'string', enum: values.map(({ name }) => name) }, description);
}

function objectSchema(
  fields: readonly GraphQLInputField[],
  { description, isOneOf }: { readonly description?: string | null | undefined; readonly isOneOf: boolean },
  objects: Map<string, JsonSchema>,
): JsonSchema {
  const properties = fields.map((field) => {
    const { name, type, description, defaultValue, deprecationReason } = field;
    const further = {
      ...(defaultValue !== undefined && { default: defaultValue }),
      ...(deprecationReason != null && { deprecated: true }),
    };
    return [name, described(schemaOf(type, objects), description, further)] as const;
  });
  return described(
    {
      type: 'object',
      properties: Object.fromEntries(properties),
      required: fields.filter(isRequiredInputField).map(({ name }) => name),
      additionalProperties: false,
      ...(isOneOf && { minProperties: 1, maxProperties: 1 }),
    },
    description,
  );
}
