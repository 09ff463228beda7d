import fc from 'fast-check';
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeNode,
} from 'graphql';

type Fielded = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** Changes one element of a supergraph at random. The result may be no supergraph at all. */
export function changeSupergraph(supergraphSdl: string, draw: fc.GeneratorValue): string {
  const document = parse(supergraphSdl);
  const fielded = document.definitions.filter(isFielded).filter(({ fields }) => fields?.length);
  const pick = <T>(from: readonly T[]): T => from[draw(fc.nat, from.length - 1)]!; // callers give at least one
  const type = pick(fielded);
  const fields = type.fields ?? [];
  const field = pick(fields);
  const withField = (changed: readonly FieldDefinitionNode[]): Fielded => ({
    ...type,
    fields: fields.flatMap((each) => (each === field ? changed : [each])),
  });
  const change = pick(['remove', 'rename', 'nullable', 'list', 'add', 'lose key', 'lose graph', 'lose value']);
  switch (change) {
    case 'remove':
      return replace(document, type, withField([]));
    case 'rename':
      return replace(
        document,
        type,
        withField([{ ...field, name: { ...field.name, value: `${field.name.value}New` } }]),
      );
    case 'nullable':
      return replace(document, type, withField([{ ...field, type: flipNull(field.type) }]));
    case 'list':
      return replace(document, type, withField([{ ...field, type: { kind: Kind.LIST_TYPE, type: field.type } }]));
    case 'add':
      return replace(document, type, withField([field, { ...field, name: { ...field.name, value: 'added' } }]));
    case 'lose graph':
      return replace(document, type, withField([{ ...field, directives: field.directives?.slice(1) ?? [] }]));
    case 'lose key':
      return replace(document, type, { ...type, directives: type.directives?.slice(0, -1) ?? [] });
    default:
      return print({
        ...document,
        definitions: document.definitions.map((node) =>
          node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'Colour'
            ? { ...node, values: node.values?.slice(1) ?? [] }
            : node,
        ),
      });
  }
}

function isFielded(node: DefinitionNode): node is Fielded {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function replace(document: DocumentNode, node: Fielded, changed: Fielded): string {
  return print({ ...document, definitions: document.definitions.map((each) => (each === node ? changed : each)) });
}

function flipNull(type: TypeNode): TypeNode {
  return type.kind === Kind.NON_NULL_TYPE ? type.type : { kind: Kind.NON_NULL_TYPE, type };
}
