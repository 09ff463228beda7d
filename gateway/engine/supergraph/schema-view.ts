import { type GraphQLSchema, isInputObjectType } from 'graphql';
import { hiddenNames } from './hidden-names.ts';
import type { SupergraphModel } from './model.ts';

/** The part of a schema that exists for some clients. */
export interface SchemaView {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** True if the view leaves out values: enum values, input fields, or objects of a visible union or interface. */
  readonly restrictsValues: boolean;
}

/** @param whole the schema of which the view is a part */
export function createView(name: string, schema: GraphQLSchema, whole: GraphQLSchema): SchemaView {
  const restrictsValues = hiddenNames(whole, schema).size > 0 || restrictsInput(whole, schema);
  return { name, schema, restrictsValues };
}

/** Whether a valid document has another result under this view than under the whole schema. */
export function matters({ restrictsValues }: SchemaView, source: string): boolean {
  return restrictsValues || /__(?:schema|type)\b/.test(source);
}

/** What clients of this view may see of a supergraph, as far as it matters for the document. */
export function modelFor({ view, source }: ViewedDocument, model: SupergraphModel): SupergraphModel {
  if (!view || !matters(view, source)) return model;
  const { schema } = view;
  return { ...model, apiSchema: schema, hiddenNames: hiddenNames(model.fullSchema, schema) };
}

interface ViewedDocument {
  readonly source: string;
  readonly view?: SchemaView | undefined;
}

function restrictsInput(whole: GraphQLSchema, part: GraphQLSchema): boolean {
  return Object.values(part.getTypeMap()).some((type) => {
    const all = whole.getType(type.name);
    if (!isInputObjectType(type) || !isInputObjectType(all)) return false;
    return Object.keys(type.getFields()).length < Object.keys(all.getFields()).length;
  });
}
