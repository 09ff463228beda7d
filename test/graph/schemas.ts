import { readFileSync } from 'node:fs';
import { type GraphQLSchema, parse } from 'graphql';
import { contractSchema } from '../../gateway/access/documents/contract-schema.ts';
import { contractOf, type SchemaContract } from '../../gateway/access/documents/contracts.ts';
import { readHiddenCoordinates } from '../../gateway/access/documents/hidden-coordinates.ts';
import { readTaggedCoordinates, type TaggedCoordinates } from '../../gateway/access/documents/tagged-coordinates.ts';
import { loadSupergraphModel, type SupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { somebody } from '../../subgraphs/shared/test/harness.ts';
import type { Role } from '../../subgraphs/shared/vocabulary.ts';

export interface Schemas {
  readonly model: SupergraphModel;
  readonly tags: TaggedCoordinates;
  /** What exists for callers with a contract. */
  schemaUnder(contract: SchemaContract): GraphQLSchema;
  /** What exists for an account with these roles. */
  schemaFor(...roles: Role[]): GraphQLSchema;
}

/** The schemas of the product by kind of caller. */
export function readSchemas(): Schemas {
  const sdl = readFileSync(readGatewayConfig([], {}).supergraphFile, 'utf8');
  const model = loadSupergraphModel(sdl);
  const supergraph = parse(sdl);
  const hiddenFrom = readHiddenCoordinates(supergraph, model.requirements);
  const schemaUnder = (contract: SchemaContract) => contractSchema(model.apiSchema, hiddenFrom(contract));
  return {
    ...{ model, tags: readTaggedCoordinates(supergraph), schemaUnder },
    schemaFor: (...roles) => schemaUnder(contractOf(somebody(roles))),
  };
}
