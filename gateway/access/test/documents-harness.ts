import { readFileSync } from 'node:fs';
import { parse, specifiedRules } from 'graphql';
import { loadSupergraphModel } from '../../engine/supergraph/model.ts';
import { readGatewayConfig } from '../../read-config.ts';
import { Documents } from '../documents/documents.ts';
import { readOnceFields } from '../documents/root-fields.ts';

const { supergraphFile, limits } = readGatewayConfig([], {});
const sdl = readFileSync(supergraphFile, 'utf8');
export const freightSchema = loadSupergraphModel(sdl).apiSchema;
const onceFields = readOnceFields(freightSchema, parse(sdl));

/** Creates `Documents` for the freight graph without cached results. */
export function freightDocuments(): Documents {
  return new Documents({ schema: freightSchema, limits, rules: specifiedRules, onceFields });
}
