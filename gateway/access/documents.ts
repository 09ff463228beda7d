import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { checkLength, checkSize, type DocumentLimits, tooDeep, tooManyTokens } from './document-limits.ts';
import { measureDocument } from './measure-document.ts';

/** What is known of an operation text under one schema. */
export type CheckedDocument =
  | {
      readonly kind: 'valid';
      readonly document: DocumentNode;
      readonly operations: readonly [OperationDefinitionNode, ...OperationDefinitionNode[]];
    }
  /** Apollo Server parses and validates it again to report every fault with its place. */
  | { readonly kind: 'invalid' }
  /** Over a limit: the error says which. */
  | { readonly kind: 'refused'; readonly error: GraphQLError };

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly rules: readonly ValidationRule[];
}

/** Texts remembered, and the characters that all of them may have together. */
const maxDocuments = 1_000;
const maxCharacters = 2_000_000;

/** Parses, limits and validates each operation text once per schema. */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #checked = new LRUCache<string, CheckedDocument>({
    max: maxDocuments,
    maxSize: maxCharacters,
    sizeCalculation: (_checked, text) => text.length + 1,
  });

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  get schema(): GraphQLSchema {
    return this.#options.schema;
  }

  get rules(): readonly ValidationRule[] {
    return this.#options.rules;
  }

  /** True when checking this text costs nothing. */
  knows(text: string): boolean {
    return this.#checked.has(text);
  }

  check(text: string): CheckedDocument {
    const known = this.#checked.get(text);
    if (known) return known;
    const checked = this.#check(text);
    // The key of a refused text would be as large as the attack.
    if (checked.kind === 'valid') this.#checked.set(text, checked);
    return checked;
  }

  #check(text: string): CheckedDocument {
    const { schema, limits, rules } = this.#options;
    try {
      checkLength(text, limits);
      const document = parse(text, { maxTokens: limits.maxTokens, noLocation: true });
      checkSize(measureDocument(document), limits);
      const faults = validate(schema, document, rules, { maxErrors: 1 });
      const [first, ...others] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
      // Fragments alone are a valid document, but nothing that could run.
      if (faults.length > 0 || !first) return { kind: 'invalid' };
      return { kind: 'valid', document, operations: [first, ...others] };
    } catch (error) {
      // Some thousand levels of nesting are more than the parser's recursion has stack for.
      if (error instanceof RangeError) return { kind: 'refused', error: tooDeep(limits) };
      if (!(error instanceof GraphQLError)) throw error;
      if ('code' in error.extensions) return { kind: 'refused', error };
      return isTokenLimit(error) ? { kind: 'refused', error: tooManyTokens(limits) } : { kind: 'invalid' };
    }
  }
}

/** graphql-js tells its token limit apart by its message only. */
function isTokenLimit(error: GraphQLError): boolean {
  return /^Syntax Error: Document contains more that \d+ tokens/.test(error.message);
}
