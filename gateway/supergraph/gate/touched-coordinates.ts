import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionSetNode,
  specifiedDirectives,
  visit,
} from 'graphql';
import { stringArgument } from '../../engine/document/arguments.ts';
import { nameOfType } from '../../engine/document/type-name.ts';
import { parseFieldSet } from '../../engine/supergraph/field-set.ts';
import { implementersByInterface, wholeGraph } from './coordinates.ts';

/** The definitions of a supergraph by name. */
interface Types {
  readonly definitions: ReadonlyMap<string, DefinitionNode>;
  readonly implementers: ReadonlyMap<string, readonly string[]>;
  readonly rootTypes: ReadonlyMap<string, string>;
}

const standardDirectives = new Set([...specifiedDirectives.map(({ name }) => name), 'defer']);

/** Finds what validity, plan and price of a document depend on in one supergraph. */
export class TouchedCoordinates {
  readonly #types: Types;

  constructor(supergraph: DocumentNode) {
    this.#types = {
      definitions: new Map(
        supergraph.definitions.flatMap((node) =>
          'name' in node && node.name ? [[node.name.value, node] as const] : [],
        ),
      ),
      implementers: implementersByInterface(supergraph),
      rootTypes: readRootTypes(supergraph),
    };
  }

  /**
   * The coordinates of the document's fields, their arguments, types, interfaces and members, and of the keys and required fields by which they are
   * planned. Undefined if the document depends on everything.
   */
  of(document: DocumentNode): ReadonlySet<string> | undefined {
    const collection = new Collection(this.#types, document);
    collection.add();
    return collection.isWhole ? undefined : collection.touched;
  }
}

class Collection {
  readonly touched = new Set<string>([wholeGraph]);
  isWhole = false;
  readonly #types: Types;
  readonly #document: DocumentNode;

  constructor(types: Types, document: DocumentNode) {
    this.#types = types;
    this.#document = document;
  }

  add(): void {
    for (const node of this.#document.definitions) {
      if (node.kind === Kind.OPERATION_DEFINITION) {
        const root = this.#types.rootTypes.get(node.operation);
        if (root === undefined) this.isWhole = true;
        else this.#addSelections(root, node.selectionSet);
      }
      if (node.kind === Kind.FRAGMENT_DEFINITION) {
        this.#addSelections(node.typeCondition.name.value, node.selectionSet);
      }
    }
    visit(this.#document, {
      VariableDefinition: ({ type }) => this.#addType(nameOfType(type)),
      Directive: ({ name }) => {
        if (!standardDirectives.has(name.value)) this.isWhole = true;
      },
    });
  }

  #addSelections(type: string, { selections }: SelectionSetNode): void {
    this.#addType(type);
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue; // fragments are added by themselves
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#addSelections(selection.typeCondition?.name.value ?? type, selection.selectionSet);
        continue;
      }
      const { value } = selection.name;
      if (value === '__typename') continue;
      // Introspection returns the whole schema.
      if (value.startsWith('_')) this.isWhole = true;
      this.#addField(type, value);
      const field = this.#fieldOf(type, value);
      if (field && selection.selectionSet) this.#addSelections(nameOfType(field.type), selection.selectionSet);
    }
  }

  #addField(type: string, name: string): void {
    const coordinate = `${type}.${name}`;
    if (this.touched.has(coordinate)) return;
    this.touched.add(coordinate);
    this.#addType(type);
    // A field of an object has the price of its interface, and one of an interface is read from its objects.
    for (const relative of [...this.#interfacesOf(type), ...(this.#types.implementers.get(type) ?? [])]) {
      if (this.#fieldOf(relative, name)) this.#addField(relative, name);
    }
    const field = this.#fieldOf(type, name);
    if (!field) return;
    this.#addType(nameOfType(field.type));
    for (const argument of field.arguments ?? []) this.#addType(nameOfType(argument.type));
    for (const directive of field.directives ?? []) {
      // Selections of a context begin at any type that sets it.
      if (directive.arguments?.some((argument) => argument.name.value === 'contextArguments')) this.isWhole = true;
      this.#addFieldSet(type, stringArgument(directive, 'requires'));
      this.#addFieldSet(nameOfType(field.type), stringArgument(directive, 'provides'));
    }
  }

  #addFieldSet(type: string, fields: string | undefined): void {
    if (fields !== undefined) this.#addSelections(type, parseFieldSet(fields));
  }

  #addType(name: string): void {
    if (this.touched.has(name)) return;
    this.touched.add(name);
    const node = this.#types.definitions.get(name);
    switch (node?.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        for (const relative of [...this.#interfacesOf(name), ...(this.#types.implementers.get(name) ?? [])]) {
          this.#addType(relative);
        }
        for (const directive of node.directives ?? []) this.#addFieldSet(name, stringArgument(directive, 'key'));
        return;
      case Kind.UNION_TYPE_DEFINITION:
        for (const member of node.types ?? []) this.#addType(member.name.value);
        return;
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const { type } of node.fields ?? []) this.#addType(nameOfType(type));
        return;
      default:
    }
  }

  #interfacesOf(type: string): string[] {
    const node = this.#types.definitions.get(type);
    if (node?.kind !== Kind.OBJECT_TYPE_DEFINITION && node?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
    return (node.interfaces ?? []).map(({ name }) => name.value);
  }

  #fieldOf(type: string, name: string): FieldDefinitionNode | undefined {
    const node = this.#types.definitions.get(type);
    if (node?.kind !== Kind.OBJECT_TYPE_DEFINITION && node?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return undefined;
    return node.fields?.find((field) => field.name.value === name);
  }
}

function readRootTypes({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const schemas = definitions.filter(
    (node) => node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION,
  );
  return new Map(
    schemas.flatMap(({ operationTypes = [] }) =>
      operationTypes.map(({ operation, type }) => [operation, type.name.value]),
    ),
  );
}
