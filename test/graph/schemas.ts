import { readFileSync } from 'node:fs';
import { type GraphQLSchema, parse } from 'graphql';
import { contractSchema } from '../../gateway/access/documents/contract-schema.ts';
import { readTaggedCoordinates } from '../../gateway/access/documents/tagged-coordinates.ts';
import { readGatewayConfig } from '../../gateway/config.ts';
import { loadSupergraphModel, type SupergraphModel } from '../../gateway/engine/supergraph/model.ts';

export interface Schemas {
  readonly model: SupergraphModel;
  /** Coordinates of the elements with the tag `internal`. */
  readonly internal: ReadonlySet<string>;
  /** What exists for staff. */
  readonly forStaff: GraphQLSchema;
  /** What exists for partners, customers, drivers and anonymous callers. */
  readonly forOthers: GraphQLSchema;
}

/** The schemas of the product by audience. */
export function readSchemas(): Schemas {
  const sdl = readFileSync(readGatewayConfig([], {}).supergraphFile, 'utf8');
  const model = loadSupergraphModel(sdl);
  const internal = readTaggedCoordinates(parse(sdl)).get('internal') ?? new Set<string>();
  return { model, internal, forStaff: model.apiSchema, forOthers: contractSchema(model.apiSchema, internal) };
}
