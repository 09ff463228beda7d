import { GraphError } from '#shared/errors/errors.ts';
import type { DocumentSize } from './measure-document.ts';

/** Limits of one document. Fragments count wherever they are spread, so that nested fragments can't hide fields. */
export interface DocumentLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxRootFields: number;
  /** Fields and fragments of all operations together. */
  readonly maxSelections: number;
  /** Characters of the operation text. */
  readonly maxLength: number;
}

/** Characters of an alias. A response repeats it in each object of a list, so a long one would cost far more than its price. */
const maxAliasLength = 128;

/** Refuses a text that is too long, before the lexer reads it. */
export function checkLength(text: string, { maxLength }: DocumentLimits): void {
  if (text.length > maxLength) {
    throw tooMany('TOKEN_LIMIT_EXCEEDED', 'characters', maxLength, text.length);
  }
}

/** Refuses an operation that is too deep or too wide, before expensive steps (validation, planning). */
export function checkSize(size: DocumentSize, limits: DocumentLimits): void {
  if (size.depth > limits.maxDepth) throw tooMany('MAX_DEPTH_LIMIT', 'levels', limits.maxDepth, size.depth);
  if (size.aliases > limits.maxAliases) throw tooMany('MAX_ALIASES_LIMIT', 'aliases', limits.maxAliases, size.aliases);
  if (size.aliasLength > maxAliasLength) {
    const message = `An alias has at most ${maxAliasLength} characters; one has ${size.aliasLength}. Use a shorter one.`;
    throw new GraphError('MAX_ALIASES_LIMIT', message);
  }
  if (size.rootFields > limits.maxRootFields) {
    throw tooMany('MAX_ROOT_FIELDS_LIMIT', 'root fields', limits.maxRootFields, size.rootFields);
  }
  if (size.selections > limits.maxSelections) {
    throw tooMany('TOKEN_LIMIT_EXCEEDED', 'selections', limits.maxSelections, size.selections);
  }
}

export function tooManyTokens({ maxTokens }: DocumentLimits): GraphError {
  return new GraphError(
    'TOKEN_LIMIT_EXCEEDED',
    `At most ${maxTokens} tokens are allowed; the operation has more. Split the operation.`,
  );
}

export function tooDeep({ maxDepth }: DocumentLimits): GraphError {
  return new GraphError(
    'MAX_DEPTH_LIMIT',
    `At most ${maxDepth} levels are allowed; the operation has far more. Split the operation.`,
  );
}

type LimitCode = 'TOKEN_LIMIT_EXCEEDED' | 'MAX_DEPTH_LIMIT' | 'MAX_ALIASES_LIMIT' | 'MAX_ROOT_FIELDS_LIMIT';

function tooMany(code: LimitCode, what: string, limit: number, got: number): GraphError {
  return new GraphError(code, `At most ${limit} ${what} are allowed; the operation has ${got}. Split the operation.`);
}
