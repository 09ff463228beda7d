import { type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { Operation } from '../executor/operation.ts';

/** The only operation of a document. */
export function operationOf(schema: GraphQLSchema, source: string): Operation {
  const document = parse(source);
  const node = getOperationAST(document);
  if (!node) throw new Error('The document must have one operation.');
  return new Operation(schema, document, node);
}
