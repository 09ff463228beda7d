import { buildSchema, type GraphQLSchema } from 'graphql';
import type { ResolverMap } from './federation.ts';

/** One schema with the data of all subgraphs. */
export function monolithSchema(sdl: string, resolvers: ResolverMap): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const [typeName, fieldResolvers] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!type || !('getFields' in type)) continue;
    for (const [name, resolve] of Object.entries(fieldResolvers)) {
      const definition = type.getFields()[name];
      if (definition) Object.assign(definition, { resolve });
    }
  }
  return schema;
}
