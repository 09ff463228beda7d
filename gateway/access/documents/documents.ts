import { hash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OverlappingFieldsCanBeMergedRule,
  parse,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { GraphError } from '#shared/errors/errors.ts';
import type { EngineError } from '../../engine/errors.ts';
import { maxFaults, syntaxFault, validationFaults } from './document-faults.ts';
import { checkLength, checkSize, type DocumentLimits, tooDeep, tooManyTokens } from './document-limits.ts';
import { IntrospectionBound } from './introspection-size.ts';
import { measureDocument } from './measure-document.ts';
import { overlappingFieldsRule } from './overlapping-fields.ts';
import { PackedDocuments } from './packed-documents.ts';
import { checkRootFields, type TaggedFields } from './root-fields.ts';

/** The result of checking an operation text under one schema. */
export type CheckedDocument = ValidDocument | FaultyDocument;

export interface ValidDocument {
  readonly kind: 'valid';
  readonly document: DocumentNode;
  readonly operations: readonly [OperationDefinitionNode, ...OperationDefinitionNode[]];
}

export type FaultyDocument =
  /** The text is not GraphQL, or not valid under this schema. */
  | { readonly kind: 'invalid'; readonly errors: readonly EngineError[] }
  /** The text exceeds the limit that the error names. */
  | { readonly kind: 'refused'; readonly error: GraphQLError };

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly rules: readonly ValidationRule[];
  /** Root fields that an operation may contain once. Default: none. */
  readonly onceFields?: TaggedFields;
  /** Where the trusted documents are kept. Default: in a place of its own. */
  readonly packed?: PackedDocuments | undefined;
  /** Called for each text that is parsed, and for each document that is validated. */
  readonly onWork?: OnDocumentWork | undefined;
}

/** Work on a document: `planned` is that of the engine. `ahead` of requests it is done for trusted documents only. */
export type DocumentWork = 'parsed' | 'validated' | 'planned';
export type WorkTime = 'ahead' | 'request';
export type OnDocumentWork = (work: DocumentWork, time: WorkTime) => void;

/** Bounds of the cache of valid texts: their number, and their characters together. */
const maxDocuments = 1_000;
const maxCharacters = 2_000_000;
/** Bounds of the cache of faulty texts: their number, and the characters of all their errors together. */
const maxFaulty = 10_000;
const maxFaultyCharacters = 4_000_000;
/** Trusted documents that are kept unpacked. */
const maxUnpacked = 1_000;
/** Characters that an error counts in addition to its message. */
const errorOverhead = 200;

/** Parses, limits and validates each operation text once per schema. */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #rules: readonly ValidationRule[];
  readonly #introspection: IntrospectionBound;
  readonly #valid = new LRUCache<string, ValidDocument>({
    max: maxDocuments,
    maxSize: maxCharacters,
    sizeCalculation: (_checked, text) => text.length + 1,
  });
  /** By hash, because an attacker may send very long texts. */
  readonly #faulty = new LRUCache<string, FaultyDocument>({
    max: maxFaulty,
    maxSize: maxFaultyCharacters,
    sizeCalculation: (faulty) =>
      faulty.kind === 'refused'
        ? errorOverhead
        : faulty.errors.reduce((size, { message }) => size + message.length + errorOverhead, 0),
  });

  /** Ids of the trusted documents that are valid under this schema. */
  readonly #trusted = new Set<string>();
  readonly #packed: PackedDocuments;
  readonly #unpacked = new LRUCache<string, ValidDocument>({ max: maxUnpacked });

  constructor(options: DocumentsOptions) {
    this.#options = options;
    this.#packed = options.packed ?? new PackedDocuments();
    this.#rules = options.rules.map((rule) =>
      rule === OverlappingFieldsCanBeMergedRule ? overlappingFieldsRule : rule,
    );
    this.#introspection = new IntrospectionBound(options.schema);
  }

  check(text: string): CheckedDocument {
    return this.known(text) ?? this.#checkNew(text);
  }

  /** Returns the result of an earlier check; undefined for a text that has not been parsed and validated. */
  known(text: string): CheckedDocument | undefined {
    const valid = this.#valid.get(text);
    if (valid) return valid;
    const { limits } = this.#options;
    // A text beyond the limit is refused by its length alone, without hashing it.
    return text.length > limits.maxLength ? this.#check(text, 'request') : this.#faulty.get(hashOf(text));
  }

  /** Checks a trusted document ahead of requests. Keeps it if it is valid. */
  trust(id: string, text: string): CheckedDocument {
    const checked = this.#check(text, 'ahead');
    if (checked.kind === 'valid') {
      this.#trusted.add(id);
      this.#packed.keep(id, checked.document);
    }
    return checked;
  }

  /** Checks a text without keeping anything. */
  inspect(text: string): CheckedDocument {
    return this.#check(text, 'ahead');
  }

  get schema(): GraphQLSchema {
    return this.#options.schema;
  }

  /** Returns a trusted document, without parsing or validating it; undefined if it has not been checked yet, or is not valid. */
  trusted(id: string): ValidDocument | undefined {
    const known = this.#unpacked.get(id);
    if (known) return known;
    const document = this.#trusted.has(id) ? this.#packed.find(id) : undefined;
    if (!document) return undefined;
    const [first, ...others] = operationsOf(document);
    if (!first) return undefined;
    const checked: ValidDocument = { kind: 'valid', document, operations: [first, ...others] };
    this.#unpacked.set(id, checked);
    return checked;
  }

  #checkNew(text: string): CheckedDocument {
    const checked = this.#check(text, 'request');
    if (checked.kind === 'valid') this.#valid.set(text, checked);
    else this.#faulty.set(hashOf(text), checked);
    return checked;
  }

  #check(text: string, time: WorkTime): CheckedDocument {
    const { schema, limits, onceFields = new Map(), onWork } = this.#options;
    try {
      checkLength(text, limits);
      onWork?.('parsed', time);
      const document = parse(text, { maxTokens: limits.maxTokens, noLocation: true });
      checkSize(measureDocument(document), limits);
      onWork?.('validated', time);
      const errors = validate(schema, document, this.#rules, { maxErrors: maxFaults });
      if (errors.length > 0) return { kind: 'invalid', errors: validationFaults(text, document, errors) };
      const [first, ...others] = operationsOf(document);
      if (!first) return { kind: 'invalid', errors: [noOperation] };
      checkRootFields(document, onceFields);
      this.#checkIntrospection(document);
      return { kind: 'valid', document, operations: [first, ...others] };
    } catch (error) {
      // A few thousand levels of nesting overflow the stack of the recursive parser.
      if (error instanceof RangeError) return { kind: 'refused', error: tooDeep(limits) };
      if (error instanceof GraphError) return { kind: 'refused', error };
      if (!(error instanceof GraphQLError)) throw error;
      if (isTokenLimit(error)) return { kind: 'refused', error: tooManyTokens(limits) };
      return { kind: 'invalid', errors: [syntaxFault(error)] };
    }
  }

  #checkIntrospection(document: DocumentNode): void {
    if (this.#introspection.allows(document)) return;
    const message = `Introspection may return at most ${this.#introspection.limit} values; the operation requests more. Select fewer fields.`;
    throw new GraphError('COST_ESTIMATED_TOO_EXPENSIVE', message);
  }
}

/** A document of fragments alone is valid, but nothing in it can run. */
const noOperation: EngineError = {
  message: 'The document has no operation.',
  extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false },
};

function operationsOf({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
}

function hashOf(text: string): string {
  return hash('sha256', text, 'base64');
}

/** The error of graphql-js for its token limit differs from others by its message only. */
function isTokenLimit(error: GraphQLError): boolean {
  return /^Syntax Error: Document contains more that \d+ tokens/.test(error.message);
}
